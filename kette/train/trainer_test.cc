#include "kette/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/standardize.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"

namespace kette {
namespace {

using data::Descent;
using test_data::all_rows;
using test_data::generated;

// The algorithms as taught, in float64, for ŷ = w·x + b and L = ½(y − ŷ)²
// ------------------------------------------

struct Line {
  double w1, w2, b;
};

struct Sample {
  double x1, x2, y;
};

std::vector<Sample> standardized(const data::Dataset& dataset) {
  const std::vector<int64_t> rows = all_rows(dataset);
  const auto x = data::Standardizer::fit(dataset.x, rows), y = data::Standardizer::fit(dataset.y, rows);
  std::vector<Sample> result;
  for (const int64_t i : rows)
    result.push_back({(dataset.x.at(2 * i) - x.mean[0]) / x.scale[0],
                      (dataset.x.at(2 * i + 1) - x.mean[1]) / x.scale[1],
                      (dataset.y.at(i) - y.mean[0]) / y.scale[0]});
  return result;
}

/// ∂L/∂θ of one sample.
Line gradient_of(const Line& line, const Sample& s) {
  const double error = line.w1 * s.x1 + line.w2 * s.x2 + line.b - s.y;
  return {error * s.x1, error * s.x2, error};
}

/// θ ← θ − η·1/s·Σ ∂L/∂θ over the given rows.
void descend(Line& line, const std::vector<Sample>& samples, std::span<const int64_t> rows, double rate) {
  Line total{0, 0, 0};
  for (const int64_t row : rows) {
    const Line g = gradient_of(line, samples[static_cast<size_t>(row)]);
    total = {total.w1 + g.w1, total.w2 + g.w2, total.b + g.b};
  }
  const double factor = rate / static_cast<double>(rows.size());
  line = {line.w1 - factor * total.w1, line.w2 - factor * total.w2, line.b - factor * total.b};
}

constexpr double kRate = 0.05, kDecay = 0.01;
constexpr int64_t kEpochs = 4, kBatch = 3, kRows = 7;

/// Algorithms 1 to 5 with η = η0/(1 + decay·t); the order of the samples is that of `order`.
Line as_taught(Descent descent, Line line, const std::vector<Sample>& samples, data::Batches order) {
  int64_t t = 0;
  const auto step = [&](std::span<const int64_t> rows) {
    descend(line, samples, rows, kRate / (1 + kDecay * static_cast<double>(t++)));
  };
  const std::vector<int64_t> whole = {0, 1, 2, 3, 4, 5, 6};
  for (int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    order.start_epoch(epoch);
    if (descent == Descent::batch) {
      step(whole);
    } else if (descent == Descent::sgd || descent == Descent::sgd_shuffle) {
      for (int64_t i = 0; i < kRows; ++i) step(order.step(i).first(1));
    } else {
      for (int64_t i = 0; i < 3; ++i)  // 7 rows: 3 + 3 + 1 shuffled, 3 + 3 + 3 drawn
        step(order.step(i));
    }
  }
  return line;
}

class FiveAlgorithms : public testing::TestWithParam<Descent> {};

TEST_P(FiveAlgorithms, equal_the_loops_of_the_lecture) {
  const data::Dataset dataset = test_data::plane();
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 7);
  auto& parameters = network.model.parameters;
  const Line start{parameters.at("W1").at(0), parameters.at("W1").at(1), parameters.at("b1").at(0)};
  const Line expected =
      as_taught(GetParam(), start, standardized(dataset), data::Batches(GetParam(), kRows, kBatch, 11));

  const Samples samples = select(dataset, all_rows(dataset));
  train(network, samples, nullptr,
        {.descent = GetParam(),
         .batch_size = kBatch,
         .optimizer = {&kSgd},
         .learning_rate = kRate,
         .decay = kDecay,
         .stopping = {.epochs = kEpochs},
         .seed = 11});
  EXPECT_NEAR(parameters.at("W1").at(0), expected.w1, 2e-6);
  EXPECT_NEAR(parameters.at("W1").at(1), expected.w2, 2e-6);
  EXPECT_NEAR(parameters.at("b1").at(0), expected.b, 2e-6);
  EXPECT_GT(std::abs(expected.w1 - start.w1), 1e-2);  // something moved
}

INSTANTIATE_TEST_SUITE_P(Train, FiveAlgorithms, testing::ValuesIn(data::kDescents), [](const auto& info) {
  std::string name(to_string(info.param));
  std::ranges::replace(name, '-', '_');
  return name;
});

// Stopping
// ----------------------------------------------------------------------------------------------------------

struct Trained {
  Network network;
  TrainingResult result;
};

Trained run(const data::Dataset& dataset, const TrainingOptions& options,
            const NetworkOptions& network = {.hidden = {8}}, const TrainingObserver& observer = {}) {
  Trained r{build_network(dataset, all_rows(dataset), network, options.seed)};
  r.result = train(r.network, select(dataset, all_rows(dataset)), nullptr, options, observer);
  return r;
}

TEST(Train, stops_in_the_middle_of_an_epoch_when_the_steps_are_done) {
  const Trained r =
      run(generated("moons", 100, 0.1, 1), {.batch_size = 10, .stopping = {.epochs = 0, .steps = 23}});
  EXPECT_EQ(r.result.reason, StopReason::steps);
  EXPECT_EQ(r.result.last.steps, 23);
  EXPECT_EQ(r.result.last.epoch, 3);
  EXPECT_EQ(r.result.rows_seen, 230);
}

TEST(Train, stops_when_the_time_is_over) {
  const Trained r = run(generated("moons", 100, 0.1, 1), {.stopping = {.epochs = 0, .seconds = 0.05}});
  EXPECT_EQ(r.result.reason, StopReason::time);
  EXPECT_GE(r.result.seconds, 0.05);
  EXPECT_LT(r.result.seconds, 5);
}

TEST(Train, converges_on_a_convex_problem) {
  const Trained r = run(test_data::plane(),
                        {.descent = Descent::batch,
                         .optimizer = {&kSgd},
                         .learning_rate = 0.5,
                         .stopping = {.epochs = 10000, .tolerance = 1e-6}},
                        {.hidden = {}});
  EXPECT_EQ(r.result.reason, StopReason::converged);
  EXPECT_LT(r.result.last.epoch, 200);
}

TEST(Train, stops_at_the_target_loss) {
  const Trained r = run(generated("gauss", 200, 0.0, 1), {.stopping = {.target_loss = 0.2}});
  EXPECT_EQ(r.result.reason, StopReason::target_loss);
  EXPECT_LE(r.result.last.loss, 0.2);
}

TEST(Train, an_observer_can_end_it) {
  int64_t seen = 0;
  const Trained r = run(test_data::plane(), {.batch_size = 7}, {},
                        {.on_epoch = [&](const EpochReport& report) { return (seen = report.epoch) < 3; }});
  EXPECT_EQ(r.result.reason, StopReason::asked);
  EXPECT_EQ(seen, 3);
}

TEST(Train, early_stopping_leaves_the_weights_of_the_best_epoch) {
  const data::Dataset dataset = generated("gauss", 60, 0.5, 2);
  const std::vector<int64_t> rows = all_rows(dataset);
  const std::span<const int64_t> half = std::span(rows).first(20), rest = std::span(rows).subspan(20);
  Network network = build_network(dataset, half, {.hidden = {32, 32}}, 1);
  const Samples training = select(dataset, half), validation = select(dataset, rest);
  double best = INFINITY;
  int64_t best_epoch = 0;
  const TrainingResult result =
      train(network, training, &validation,
            {.batch_size = 4, .learning_rate = 0.01, .stopping = {.epochs = 500, .patience = 5}},
            {.on_epoch = [&](const EpochReport& report) {
              if (report.validation->loss < best) best = report.validation->loss, best_epoch = report.epoch;
              return true;
            }});
  EXPECT_EQ(result.reason, StopReason::early_stopping);
  EXPECT_EQ(result.kept_epoch, best_epoch);
  EXPECT_EQ(result.last.epoch, best_epoch + 5);
  EXPECT_EQ(Predictor(network.model, network.objective).evaluate(prepare(network.model, validation)).loss, best);
}

// What is learned
// ------------------------------------------------------------------------------------------------------

TEST(Train, exclusive_or_is_learned_by_one_hidden_layer) {
  const data::Dataset dataset = test_data::exclusive_or();
  for (const OutputForm form : {OutputForm::softmax, OutputForm::sigmoid}) {
    Trained r = run(dataset,
                    {.descent = Descent::sgd_shuffle,
                     .optimizer = {&kSgd},
                     .learning_rate = 0.3,
                     .stopping = {.epochs = 2000}},
                    {.hidden = {4}, .activations = {Activation::tanh}, .output = form});
    const Predictions p = Predictor(r.network.model).predict(dataset.x);
    EXPECT_EQ(accuracy(p.prediction, dataset.y), 1) << to_string(form);
    EXPECT_LT(r.result.last.loss, 0.1);
  }
}

TEST(Train, a_sine_is_learned) {
  const data::Dataset dataset = generated("sine", 400, 0.0, 1);
  Trained r = run(dataset, {.learning_rate = 0.01, .stopping = {.epochs = 400}},
                  {.hidden = {32}, .activations = {Activation::tanh}});
  const Predictions p = Predictor(r.network.model).predict(dataset.x);
  EXPECT_LT(root_mean_squared_error(p.prediction, samples(dataset.x, dataset.y).targets), 0.03);
}

TEST(Train, the_reported_loss_is_the_mean_over_the_rows_of_the_epoch) {
  // With a learning rate that changes nothing, every step sees the same network: 3 + 3 + 1 rows.
  const data::Dataset dataset = test_data::plane();
  Trained r = run(dataset,
                  {.batch_size = 3, .optimizer = {&kSgd}, .learning_rate = 1e-30, .stopping = {.epochs = 1}});
  const double whole =
      Predictor(r.network.model, r.network.objective).evaluate(prepare(r.network.model, select(dataset, all_rows(dataset)))).loss;
  EXPECT_NEAR(r.result.last.loss, whole, 1e-6 * whole);
}

// The same bits
// ---------------------------------------------------------------------------------------------------------

TEST(Train, one_and_two_threads_give_the_same_bits) {
  const data::Dataset dataset = generated("spiral", 300, 0.1, 5);
  const auto parameters = [&](int count, uint64_t seed) {
    Threads threads(count);
    return run(dataset, {.batch_size = 100, .stopping = {.epochs = 5}, .seed = seed, .threads = &threads},
               {.hidden = {256, 256}})
        .network.model.parameters;
  };
  const Parameters one = parameters(1, 3);
  EXPECT_EQ(one, parameters(2, 3));
  EXPECT_EQ(one, parameters(1, 3));
  EXPECT_FALSE(one == parameters(1, 4));
}

// Divergence
// ------------------------------------------------------------------------------------------------------------

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Divergence, names_epoch_step_and_node) {
  // ŷ = w·x + b on standard units: each step of a rate far too large multiplies the error until a square
  // overflows.
  const std::string message = message_of([] {
    run(test_data::plane(),
        {.descent = Descent::batch,
         .optimizer = {&kSgd},
         .learning_rate = 1000,
         .stopping = {.epochs = 1000}},
        {.hidden = {}});
  });
  EXPECT_TRUE(message.starts_with("training diverged at epoch ")) << message;
  EXPECT_NE(message.find("(square, on the way to"), std::string::npos) << message;
  EXPECT_NE(message.find(" became inf; lower the learning rate (now 1000)"), std::string::npos) << message;
}

TEST(Divergence, the_step_is_the_first_whose_values_are_not_finite) {
  // By the same algorithm in float64, with the limit of float32: e ← e·(1 − 1000·k) overflows when squared.
  const data::Dataset dataset = test_data::plane();
  const Network start = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
  Line line{start.model.parameters.at("W1").at(0), start.model.parameters.at("W1").at(1), 0};
  const std::vector<Sample> samples = standardized(dataset);
  const std::vector<int64_t> rows = all_rows(dataset);
  int64_t expected = 0;
  for (bool is_finite = true; is_finite; ++expected) {
    for (const Sample& s : samples) {
      const double error = line.w1 * s.x1 + line.w2 * s.x2 + line.b - s.y;
      if (error * error > 3.4028235e38) is_finite = false;
    }
    descend(line, samples, rows, 1000);
  }
  const std::string message = message_of([&] {
    run(dataset,
        {.descent = Descent::batch,
         .optimizer = {&kSgd},
         .learning_rate = 1000,
         .stopping = {.epochs = 1000}},
        {.hidden = {}});
  });
  EXPECT_NE(message.find(fmt::format("at epoch {0}, step {0}:", expected)), std::string::npos)
      << message << expected;
}

TEST(Divergence, a_parameter_that_overflows_in_the_update_is_named) {
  const std::string message = message_of([] {
    run(test_data::plane(),
        {.batch_size = 7, .optimizer = {&kSgd}, .learning_rate = 3e38, .stopping = {.epochs = 1}},
        {.hidden = {}});
  });
  EXPECT_NE(message.find("at epoch 1, step 1: "), std::string::npos) << message;
}

TEST(Divergence, options_out_of_range_are_errors) {
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 8}), Error);
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7, .learning_rate = 0}), Error);
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7, .stopping = {.epochs = 0}}), Error);
}

}  // namespace
}  // namespace kette
