#include "kette/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <thread>
#include <tuple>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/standardize.h"
#include "kette/ops/ops.h"
#include "kette/train/divergence.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"
#include "kette/train/whole_set.h"

namespace kette::trainer_test {
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
  const auto x = data::Standardizer::fit(dataset.x.dense(), rows),
             y = data::Standardizer::fit(dataset.y, rows);
  std::vector<Sample> result;
  for (const int64_t i : rows)
    result.push_back({(double{dataset.x.at(i, 0)} - x.mean[0]) / x.scale[0],
                      (double{dataset.x.at(i, 1)} - x.mean[1]) / x.scale[1],
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
  EXPECT_EQ(Predictor(network.model, network.objective).evaluate(prepare(network.model, validation)).loss,
            best);
}

TEST(Train, the_best_epoch_is_kept_when_asked_to_and_only_then) {
  const data::Dataset dataset = generated("gauss", 60, 0.5, 2);
  const std::vector<int64_t> rows = all_rows(dataset);
  for (const bool keep : {true, false}) {
    Network network = build_network(dataset, rows, {.hidden = {32, 32}}, 1);
    const Prepared training = prepare(network.model, select(dataset, std::span(rows).first(20)));
    const Prepared validation = prepare(network.model, select(dataset, std::span(rows).subspan(20)));
    const TrainingResult result =
        train(network, training, &validation,
              {.batch_size = 4, .learning_rate = 0.01, .stopping = {.epochs = 60}, .keep_best = keep});
    const auto lowest = std::ranges::min_element(
        result.history, {}, [](const EpochReport& report) { return report.validation->loss; });
    EXPECT_LT(lowest->epoch, 60);  // there is something to go back to
    EXPECT_EQ(result.kept_epoch, keep ? lowest->epoch : 60);
    EXPECT_EQ(Predictor(network.model, network.objective).evaluate(validation).loss,
              keep ? lowest->validation->loss : result.last.validation->loss);
  }
}

TEST(Train, keeping_the_best_without_validation_is_an_error) {
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7, .keep_best = true}), Error);
}

TEST(Train, averages_are_what_is_measured_and_kept) {
  const data::Dataset dataset = generated("moons", 60, 0.2, 3);
  const std::vector<int64_t> rows = all_rows(dataset);
  Network network = build_network(dataset, rows, {.hidden = {6}}, 1);
  const Prepared training = prepare(network.model, select(dataset, std::span(rows).first(40)));
  const Prepared validation = prepare(network.model, select(dataset, std::span(rows).subspan(40)));
  Parameters expected = network.model.parameters;
  Trainer trainer(
      network, training, &validation,
      {.batch_size = 40, .learning_rate = 0.1, .step = {.average = 0.5}, .stopping = {.epochs = 5}});
  for (int64_t t = 0; t < 5; ++t) {
    trainer.run_for(1);
    // a ← d·a + (1−d)·θ with d = min(0.5, (1+t)/(10+t)).
    const double d = std::min(0.5, static_cast<double>(1 + t) / static_cast<double>(10 + t));
    for (auto& [name, average] : expected)
      for (int64_t i = 0; i < average.size(); ++i)
        average.set(i, d * average.at(i) + (1 - d) * network.model.parameters.at(name).at(i));
  }
  const Parameters last = network.model.parameters;
  const TrainingResult result = trainer.finish();
  for (const auto& [name, average] : expected)
    for (int64_t i = 0; i < average.size(); ++i)
      EXPECT_NEAR(network.model.parameters.at(name).at(i), average.at(i), 1e-6) << name;
  EXPECT_FALSE(last == network.model.parameters);
  EXPECT_EQ(Predictor(network.model, network.objective).evaluate(validation).loss,
            result.last.validation->loss);
  EXPECT_EQ(trainer.state().weights, last);  // descent would go on from where it stood
}

TEST(Train, a_sample_of_the_training_rows_is_measured_and_changes_no_bit) {
  const data::Dataset dataset = test_data::generated("moons", 100, 0.2, 4);
  const std::vector<int64_t> rows = test_data::all_rows(dataset);
  const auto trained = [&](bool is_sampled) {
    Network network = build_network(dataset, rows, {.hidden = {6}, .dropout = {0.3}}, 1);
    const Prepared training = prepare(network.model, select(dataset, rows));
    const Prepared sample = spread(training, 25);
    TrainingOptions options{.batch_size = 10, .step = {.average = 0.9}, .stopping = {.epochs = 4}};
    if (is_sampled) options.training_sample = &sample;
    const TrainingResult result = train(network, training, nullptr, options);
    const double loss = Predictor(network.model, network.objective).evaluate(sample).loss;
    return std::tuple(std::move(network.model.parameters), result.history, loss);
  };
  const auto [plain, plain_history, plain_loss] = trained(false);
  const auto [parameters, history, loss] = trained(true);
  EXPECT_EQ(parameters, plain);
  EXPECT_FALSE(plain_history.back().training);
  ASSERT_TRUE(history.back().training);
  // After the last epoch the model holds what was measured then: the averages, without dropout.
  EXPECT_DOUBLE_EQ(history.back().training->loss, loss);
  EXPECT_NE(history.back().loss, loss);
}

TEST(Train, the_learning_rate_follows_schedule_and_plateau) {
  const Trained cosine =
      run(test_data::plane(), {.batch_size = 7,
                               .learning_rate = 0.1,
                               .schedule = {.kind = ScheduleSpec::Kind::cosine, .warmup = 2},
                               .stopping = {.epochs = 6}});
  const Schedule schedule({.kind = ScheduleSpec::Kind::cosine, .rate = 0.1, .warmup = 2}, 6);
  for (const EpochReport& report : cosine.result.history)
    EXPECT_EQ(report.learning_rate, schedule.at(report.epoch - 1));
  // A rate that changes nothing: the loss stands still from the second epoch on.
  const Trained plateau = run(test_data::plane(), {.batch_size = 7,
                                                   .optimizer = {&kSgd},
                                                   .learning_rate = 1e-30,
                                                   .plateau = PlateauSpec{.patience = 2, .factor = 0.5},
                                                   .stopping = {.epochs = 6}});
  const std::vector<double> shares = {1, 1, 1, 0.5, 0.5, 0.25};
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(plateau.result.history[i].learning_rate, 1e-30 * shares[i]) << i;
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7,
                                        .schedule = {.kind = ScheduleSpec::Kind::cosine},
                                        .stopping = {.epochs = 0, .seconds = 1}}),
               Error);
}

TEST(Train, a_run_in_parts_is_the_run_in_one_go) {
  const data::Dataset dataset = generated("moons", 60, 0.2, 3);
  const auto parameters = [&](int64_t part) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {6}}, 1);
    const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
    Trainer trainer(network, training, nullptr, {.stopping = {.epochs = 6}});
    int64_t parts = 0;
    while (trainer.run_for(part)) ++parts;
    EXPECT_FALSE(trainer.run_for(1));
    EXPECT_EQ(trainer.history().size(), 6u);
    EXPECT_EQ(trainer.finish().reason, StopReason::epochs);
    return network.model.parameters;
  };
  EXPECT_EQ(parameters(1), parameters(100));
  EXPECT_EQ(parameters(4), parameters(100));
}

TEST(Train, weights_of_rows_count_like_repeated_rows) {
  // Weight 2 for a row and 1 for the others, scaled to the mean 1, is the same row twice.
  const data::Dataset dataset = test_data::plane();
  const auto trained = [&](std::vector<int64_t> rows, std::optional<std::vector<float>> weights) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
    Objective& objective = network.objective;
    const Value weight = network.model.graph->input("weight", Shape({kette::kBatch, 1}));
    const Value losses = square(network.model.scores - objective.target) * 0.5;
    objective.training_loss = objective.loss = mean(weights ? losses * weight : losses);
    if (weights) objective.weight = weight;
    Samples samples = select(dataset, rows);
    if (weights) samples.weights = Tensor(Shape({samples.rows(), 1}), std::span<const float>(*weights));
    train(
        network, samples, nullptr,
        {.descent = Descent::batch, .optimizer = {&kSgd}, .learning_rate = 0.1, .stopping = {.epochs = 20}});
    return network.model.parameters;
  };
  std::vector<float> weights(7, 7.f / 8);
  weights[2] = 14.f / 8;
  const Parameters expected = trained({0, 1, 2, 2, 3, 4, 5, 6}, std::nullopt);
  const Parameters found = trained(all_rows(dataset), weights);
  for (const auto& [name, tensor] : expected)
    for (int64_t i = 0; i < tensor.size(); ++i)
      EXPECT_NEAR(found.at(name).at(i), tensor.at(i), 1e-5 * std::max(1.0, std::abs(tensor.at(i)))) << name;
}

// L-BFGS ----------------------------------------------------------------------------------------------------

TEST(Train, lbfgs_finds_the_line_of_least_squares_in_a_few_iterations) {
  const data::Dataset dataset = test_data::plane();
  const std::vector<Sample> rows = standardized(dataset);
  // The normal equations of standard units: the bias is 0, and two numbers remain.
  double a = 0, b = 0, c = 0, u = 0, v = 0;
  for (const Sample& s : rows)
    a += s.x1 * s.x1, b += s.x1 * s.x2, c += s.x2 * s.x2, u += s.x1 * s.y, v += s.x2 * s.y;
  const Trained r = run(dataset, {.lbfgs = LbfgsSpec{.gradient_tolerance = 1e-5}, .stopping = {.epochs = 50}},
                        {.hidden = {}});
  EXPECT_EQ(r.result.reason, StopReason::converged);
  EXPECT_LT(r.result.last.epoch, 12);
  const Parameters& parameters = r.network.model.parameters;
  EXPECT_NEAR(parameters.at("W1").at(0), (c * u - b * v) / (a * c - b * b), 1e-4);
  EXPECT_NEAR(parameters.at("W1").at(1), (a * v - b * u) / (a * c - b * b), 1e-4);
  EXPECT_NEAR(parameters.at("b1").at(0), 0, 1e-4);
}

TEST(Train, the_whole_set_in_blocks_is_the_mean_over_all_rows) {
  // 2500 rows are three blocks; one full-batch step of plain descent moves by the same gradient.
  const data::Dataset dataset = generated("sine", 2500, 0.1, 3);
  Network network =
      build_network(dataset, all_rows(dataset), {.hidden = {5}, .activations = {Activation::tanh}}, 1);
  const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
  const Parameters start = network.model.parameters;
  WholeSet whole(network, rows, 0.5, nullptr);
  const std::vector<double> point = whole.point();
  std::vector<double> gradient(point.size());
  const double value = whole.value(point, gradient);
  const TrainingResult result = train(network, rows, nullptr,
                                      {.descent = Descent::batch,
                                       .optimizer = {&kSgd},
                                       .learning_rate = 1,
                                       .step = {.l2 = 0.5},
                                       .stopping = {.epochs = 1}});
  double penalty = 0;
  size_t at = 0;
  for (const auto& [name, tensor] : start)
    for (int64_t i = 0; i < tensor.size(); ++i, ++at) {
      if (name[0] == 'W') penalty += 0.25 * tensor.at(i) * tensor.at(i);
      EXPECT_NEAR(tensor.at(i) - network.model.parameters.at(name).at(i), gradient[at], 1e-5) << name << i;
    }
  EXPECT_NEAR(value, result.last.loss + penalty, 1e-5);
}

TEST(Train, lbfgs_refuses_what_needs_descent) {
  TrainingOptions options{.step = {.clip_norm = 1}, .lbfgs = LbfgsSpec{}};
  EXPECT_THROW(run(test_data::plane(), options), Error);
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
  const double whole = Predictor(r.network.model, r.network.objective)
                           .evaluate(prepare(r.network.model, select(dataset, all_rows(dataset))))
                           .loss;
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

TEST(Train, runs_on_several_threads_do_not_disturb_each_other) {
  const data::Dataset dataset = generated("moons", 60, 0.2, 3);
  const auto parameters = [&](uint64_t seed) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {6}}, seed);
    const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
    Trainer trainer(network, training, nullptr, {.stopping = {.epochs = 6}, .seed = seed});
    while (trainer.run_for(2)) {
    }
    return std::move(network.model.parameters);
  };
  std::vector<Parameters> found(4);
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] { found[seed] = parameters(seed); });
  for (std::thread& thread : threads) thread.join();
  for (uint64_t seed = 0; seed < 4; ++seed) EXPECT_EQ(found[seed], parameters(seed)) << "seed " << seed;
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
  // Of standard units, row 3 (-1, 30) lies farthest from the line through zero.
  EXPECT_NE(message.find(" became inf in training row "), std::string::npos) << message;
  EXPECT_NE(message.find("; lower the learning rate (now 1000)"), std::string::npos) << message;
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

TEST(Divergence, the_training_row_is_named) {
  // One target so large that its square overflows float32; the order of the rows is shuffled.
  const data::Dataset dataset = test_data::plane();
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
  Samples rows = select(dataset, all_rows(dataset));
  rows.targets.set(4, 1e30);
  for (const int64_t batch : {1, 2, 7}) {
    try {
      train(network, rows, nullptr, {.batch_size = batch, .optimizer = {&kSgd}, .learning_rate = 1e-30});
      ADD_FAILURE() << "batch " << batch;
    } catch (const DivergenceError& error) {
      ASSERT_TRUE(error.where() && error.where()->row) << error.what();
      EXPECT_EQ(*error.where()->row, 4) << error.what();
      EXPECT_NE(std::string(error.what()).find(" in training row 5;"), std::string::npos) << error.what();
    }
  }
}

TEST(Divergence, is_found_after_going_on_within_an_epoch) {
  const data::Dataset dataset = test_data::plane();
  const auto message = [&](int64_t cut) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
    const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
    Trainer trainer(network, rows, nullptr,
                    {.batch_size = 2, .optimizer = {&kMomentum}, .learning_rate = 1000});
    return message_of([&] {
      trainer.run_steps(cut);
      trainer.run();
    });
  };
  const std::string whole = message(0);
  EXPECT_TRUE(whole.starts_with("training diverged at epoch ")) << whole;
  for (const int64_t cut : {1, 2, 3, 4, 5}) EXPECT_EQ(message(cut), whole);
}

TEST(Divergence, options_out_of_range_are_errors) {
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 8}), Error);
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7, .learning_rate = 0}), Error);
  EXPECT_THROW(run(test_data::plane(), {.batch_size = 7, .stopping = {.epochs = 0}}), Error);
}

}  // namespace
}  // namespace kette::trainer_test
