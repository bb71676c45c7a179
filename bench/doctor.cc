// What looking on costs: bench_doctor [FILE TARGET] trains the same networks with and without a doctor, in
// turns, and prints the share of the time that it takes. Without a file, 300 moons and 3000 rows of a spiral.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <numeric>
#include <string>
#include <vector>

#include "kette/data/generators.h"
#include "kette/data/read.h"
#include "kette/train/build.h"
#include "kette/train/doctor.h"
#include "kette/train/trainer.h"

namespace {

using namespace kette;

double seconds_of(const data::Dataset& dataset, int64_t epochs, bool has_doctor) {
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  Network network = build_network(dataset, rows, {.hidden = {64, 32}}, 1);
  const Prepared training = prepare(network.model, select(dataset, rows));
  std::optional<Doctor> doctor;
  TrainingOptions options{.learning_rate = 0.003, .stopping = {.epochs = epochs}};
  const auto start = std::chrono::steady_clock::now();
  if (has_doctor) options.doctor = &doctor.emplace(network, training);
  train(network, training, nullptr, options);
  if (doctor) doctor->findings();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(std::string_view name, const data::Dataset& dataset) {
  for (const int64_t epochs : {20, 100, 400}) {
    // The least of many: what other programs take comes on top.
    double without = 1e9, with = 1e9;
    for (int round = 0; round < 41; ++round) {
      without = std::min(without, seconds_of(dataset, epochs, false));
      with = std::min(with, seconds_of(dataset, epochs, true));
    }
    fmt::print("{:8} {:6} rows {:4} epochs {:8.4f} s   doctor {:+.1f} %\n", name, dataset.rows(), epochs,
               without, 100 * (with / without - 1));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 2) {
      const data::TableFile file = data::read_table(words[0], {});
      measure("file", data::make_dataset(file.table, {.target = words[1]}));
      return 0;
    }
    if (!words.empty()) {
      fmt::print(stderr, "bench_doctor [FILE TARGET]\n");
      return 2;
    }
    measure("moons", data::make_dataset(data::generate("moons", 300, 0.15, 1), {.target = "label"}));
    measure("spiral", data::make_dataset(data::generate("spiral", 3000, 0.05, 1), {.target = "label"}));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
