// What every participant of the benchmark does, ours and rivals alike:
//
//   participant --workload NAME --mode train|infer --seconds S --data DIR [--threads K]
//
// It reads DIR/NAME (see workloads.py), in mode train takes check_steps steps from the given weights through
// the batches in order, prints the loss over all samples, then times further steps; in mode infer it prints
// the loss of the given weights and times the forward pass of one row after another. The answer is one line
// on standard output: {"samples_per_second": R, "loss": L}.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct Options {
  std::string workload;
  std::string mode;
  double seconds = 1;
  std::filesystem::path data;
  int threads = 1;
};

/// Throws std::runtime_error naming an unknown or missing option.
inline Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 == argc) throw std::runtime_error(name + " needs a value");
    const std::string value = argv[i + 1];
    if (name == "--workload")
      options.workload = value;
    else if (name == "--mode")
      options.mode = value;
    else if (name == "--seconds")
      options.seconds = std::stod(value);
    else if (name == "--data")
      options.data = value;
    else if (name == "--threads")
      options.threads = std::stoi(value);
    else
      throw std::runtime_error("unknown option " + name);
  }
  if (options.workload.empty() || options.data.empty())
    throw std::runtime_error("--workload and --data are required");
  if (options.mode != "train" && options.mode != "infer")
    throw std::runtime_error("--mode must be train or infer");
  return options;
}

struct Layer {
  std::size_t in = 0, out = 0;
  std::vector<float> weights;  // [in, out], row-major
  std::vector<float> bias;     // [out]
};

/// The fields mean what class Workload of workloads.py says.
struct Workload {
  std::vector<std::size_t> sizes;
  std::string hidden, output, loss, optimizer;
  double rate = 0, beta1 = 0, beta2 = 0, epsilon = 0;  // the last three for adam only
  std::size_t batch = 0, samples = 0, check_steps = 0;
  std::vector<float> inputs;         // [samples, in]
  std::vector<float> targets;        // [samples, out]
  std::vector<std::int64_t> labels;  // [samples], or empty
  std::vector<Layer> layers;

  std::size_t in() const { return sizes.front(); }
  std::size_t out() const { return sizes.back(); }
  std::size_t batches() const { return samples / batch; }
};

template <class T>
std::vector<T> read_array(const std::filesystem::path& file, std::size_t count) {
  std::vector<T> values(count);
  const auto bytes = static_cast<std::streamsize>(count * sizeof(T));
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(values.data()), bytes))
    throw std::runtime_error(file.string() + ": expected " + std::to_string(bytes) + " bytes");
  return values;
}

inline Workload read_workload(const std::filesystem::path& folder) {
  std::ifstream text(folder / "workload.txt");
  if (!text) throw std::runtime_error((folder / "workload.txt").string() + ": cannot be read");
  Workload w;
  for (std::string line; std::getline(text, line);) {
    std::istringstream fields(line);
    std::string key;
    fields >> key;
    if (key == "sizes") {
      for (std::size_t size; fields >> size;) w.sizes.push_back(size);
    } else if (key == "hidden") {
      fields >> w.hidden;
    } else if (key == "output") {
      fields >> w.output;
    } else if (key == "loss") {
      fields >> w.loss;
    } else if (key == "optimizer") {
      fields >> w.optimizer >> w.rate;
      if (w.optimizer == "adam") fields >> w.beta1 >> w.beta2 >> w.epsilon;
    } else if (key == "batch") {
      fields >> w.batch;
    } else if (key == "samples") {
      fields >> w.samples;
    } else if (key == "check_steps") {
      fields >> w.check_steps;
    }
  }
  w.inputs = read_array<float>(folder / "inputs.f32", w.samples * w.in());
  w.targets = read_array<float>(folder / "targets.f32", w.samples * w.out());
  if (w.loss == "cross_entropy") w.labels = read_array<std::int64_t>(folder / "labels.i64", w.samples);
  for (std::size_t i = 1; i < w.sizes.size(); ++i) {
    const std::string number = std::to_string(i);
    const std::size_t in = w.sizes[i - 1], out = w.sizes[i];
    w.layers.push_back({in, out, read_array<float>(folder / ("W" + number + ".f32"), in * out),
                        read_array<float>(folder / ("b" + number + ".f32"), out)});
  }
  return w;
}

/// The loss of one sample; scores are before softmax, but after any other output activation.
inline double sample_loss(const Workload& w, const float* scores, std::size_t row) {
  const std::size_t n = w.out();
  const float* target = &w.targets[row * n];
  if (w.loss == "cross_entropy") {
    double largest = scores[0], sum = 0;
    for (std::size_t i = 1; i < n; ++i) largest = std::fmax(largest, scores[i]);
    for (std::size_t i = 0; i < n; ++i) sum += std::exp(scores[i] - largest);
    return std::log(sum) + largest - scores[w.labels[row]];
  }
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i)
    squares += (double{scores[i]} - target[i]) * (double{scores[i]} - target[i]);
  return w.loss == "squared_error" ? squares / 2 : squares / static_cast<double>(n);
}

/// Calls step(0), step(1), … step(count - 1), step(0), … for about `seconds`; returns calls per second. The
/// clock is read once in about 2 ms, so that it does not weigh on steps of a few nanoseconds.
template <class Step>
double calls_per_second(std::size_t count, double seconds, Step&& step) {
  using Clock = std::chrono::steady_clock;
  std::size_t next = 0, chunk = 1;
  const auto run_chunk = [&] {
    for (std::size_t i = 0; i < chunk; ++i) {
      step(next);
      if (++next == count) next = 0;
    }
  };
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  for (;;) {  // warms up, too
    const auto start = Clock::now();
    run_chunk();
    if (since(start) > 0.002) break;
    chunk *= 2;
  }
  std::size_t calls = 0;
  double elapsed = 0;
  for (const auto start = Clock::now(); elapsed < seconds; elapsed = since(start)) {
    run_chunk();
    calls += chunk;
  }
  return static_cast<double>(calls) / elapsed;
}

/// The whole of a participant's main. A Net has
///   Net(Workload&, const Options&)        which may adapt the workload to what the library can do;
///   void train_step(std::size_t batch)    forward, backward and update on rows [batch·B, batch·B + B);
///   const float* scores(std::size_t row)  the forward pass of one row; valid until the next call.
template <class Net>
int participate(int argc, char** argv) try {
  const Options options = parse_options(argc, argv);
  Workload workload = read_workload(options.data / options.workload);
  Net net(workload, options);
  const bool train = options.mode == "train";
  for (std::size_t i = 0; train && i < workload.check_steps; ++i) net.train_step(i % workload.batches());
  double loss = 0;
  for (std::size_t row = 0; row < workload.samples; ++row)
    loss += sample_loss(workload, net.scores(row), row) / static_cast<double>(workload.samples);
  double rate = 0;
  if (train) {
    rate = calls_per_second(workload.batches(), options.seconds, [&](std::size_t i) { net.train_step(i); });
    rate *= static_cast<double>(workload.batch);
  } else {
    volatile float sink = 0;  // every result is looked at
    rate =
        calls_per_second(workload.samples, options.seconds, [&](std::size_t i) { sink = net.scores(i)[0]; });
  }
  std::printf("{\"samples_per_second\": %.6g, \"loss\": %.9g}\n", rate, loss);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 1;
}

}  // namespace bench
