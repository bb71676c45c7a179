#include "kette/train/stream.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/train/divergence.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"

namespace kette::stream_test {
namespace {

using test_data::all_rows;
using test_data::generated;

Network network_for(const data::Dataset& dataset) {
  return build_network(dataset, all_rows(dataset), {.hidden = {8}}, /*seed=*/1);
}

/// The given rows, one piece of them.
Prepared piece(Network& network, const data::Dataset& dataset, int64_t first, int64_t rows) {
  std::vector<int64_t> chosen;
  for (int64_t row = first; row < std::min(first + rows, dataset.rows()); ++row) chosen.push_back(row);
  return prepare(network.model, select(dataset, chosen));
}

/// Trains on the data set given in pieces of so many rows, so many times over.
StreamResult stream_over(Network& network, const data::Dataset& dataset, int64_t rows_at_once, int64_t passes,
                         const StreamOptions& options) {
  StreamTrainer trainer(network, nullptr, options);
  bool goes_on = true;
  for (int64_t pass = 0; pass < passes && goes_on; ++pass) {
    for (int64_t first = 0; first < dataset.rows() && goes_on; first += rows_at_once)
      goes_on = trainer.add(piece(network, dataset, first, rows_at_once));
    goes_on = goes_on && trainer.end_pass();
  }
  return trainer.finish();
}

TEST(Stream, a_buffer_of_all_rows_trains_as_the_trainer_does) {
  const data::Dataset dataset = generated("moons", 320, 0.1, /*seed=*/3);
  const TrainingOptions options{
      .optimizer = {&kAdamw}, .learning_rate = 0.01, .decay = 1e-3, .stopping = {.epochs = 5}};
  Network whole = network_for(dataset), streamed = network_for(dataset);
  const TrainingResult expected = train(whole, select(dataset, all_rows(dataset)), nullptr, options);
  const StreamResult found = stream_over(streamed, dataset, 50, 5, {.training = options, .buffer_rows = 320});
  EXPECT_EQ(streamed.model.parameters, whole.model.parameters);
  EXPECT_EQ(found.last.loss, expected.last.loss);
  EXPECT_EQ(found.last.rows, expected.rows_seen);
  EXPECT_EQ(found.last.steps, 50);
  EXPECT_EQ(found.reason, StopReason::epochs);
}

TEST(Stream, the_bits_depend_neither_on_the_pieces_nor_on_threads) {
  const data::Dataset dataset = generated("moons", 500, 0.1, /*seed=*/4);
  Threads two(2);
  const auto weights = [&](int64_t rows_at_once, Threads* threads) {
    Network network = network_for(dataset);
    stream_over(network, dataset, rows_at_once, 3,
                {.training = {.optimizer = {&kAdamw}, .threads = threads}, .buffer_rows = 130});
    return network.model.parameters;
  };
  const Parameters expected = weights(500, nullptr);
  EXPECT_EQ(weights(7, nullptr), expected);
  EXPECT_EQ(weights(128, &two), expected);
  EXPECT_NE(network_for(dataset).model.parameters, expected);
}

TEST(Stream, every_row_is_trained_on_once_in_a_pass_also_those_of_a_buffer_not_full) {
  const data::Dataset dataset = generated("moons", 500, 0.1, /*seed=*/5);
  Network network = network_for(dataset);
  std::vector<int64_t> rows, steps;
  StreamOptions options{.training = {.batch_size = 32}, .buffer_rows = 200};  // rounded down to 192
  options.on_buffer = [&](const StreamReport& report) {
    rows.push_back(report.rows);
    steps.push_back(report.steps);
    return true;
  };
  stream_over(network, dataset, 100, 2, options);
  EXPECT_EQ(rows, (std::vector<int64_t>{192, 384, 500, 692, 884, 1000}));
  EXPECT_EQ(steps, (std::vector<int64_t>{6, 12, 16, 22, 28, 32}));
}

TEST(Stream, one_pass_of_plain_descent_with_a_falling_rate_finds_the_line) {
  data::Table table("line");
  std::vector<double> x, y;
  for (int i = 0; i < 20'000; ++i) {
    x.push_back(((i * 7919) % 20'000) / 10'000.0 - 1);
    y.push_back(3 * x.back() + 5);
  }
  table.add_numbers("x", x);
  table.add_numbers("y", y);
  const data::Dataset dataset = data::make_dataset(table, {.target = "y"});
  Network network =
      build_network(dataset, all_rows(dataset),
                    {.hidden = {}, .preparation = {.scaling = data::Scaling::standard}}, /*seed=*/1);
  stream_over(network, dataset, 1000, 1,
              {.training = {.optimizer = {&kSgd}, .learning_rate = 0.1, .decay = 1e-3}, .buffer_rows = 2000});
  const Tensor asked(Shape({2, 1}), {-0.5F, 0.75F});
  const Predictions found = Predictor(network.model).predict(asked);
  EXPECT_NEAR(found.prediction.at(0), 3.5, 1e-3);
  EXPECT_NEAR(found.prediction.at(1), 7.25, 1e-3);
}

TEST(Stream, ends_after_so_many_steps_within_a_buffer) {
  const data::Dataset dataset = generated("moons", 500, 0.1, /*seed=*/6);
  Network network = network_for(dataset);
  const StreamResult result = stream_over(
      network, dataset, 100, 9,
      {.training = {.batch_size = 10, .stopping = {.epochs = 0, .steps = 33}}, .buffer_rows = 200});
  EXPECT_EQ(result.reason, StopReason::steps);
  EXPECT_EQ(result.last.steps, 33);
  EXPECT_EQ(result.last.rows, 330);
}

TEST(Stream, ends_in_time_and_when_asked) {
  const data::Dataset dataset = generated("moons", 500, 0.1, /*seed=*/6);
  Network network = network_for(dataset);
  StreamOptions options{.training = {.stopping = {.epochs = 0, .seconds = 0.05}}, .buffer_rows = 64};
  EXPECT_EQ(stream_over(network, dataset, 100, 1'000'000'000, options).reason, StopReason::time);
  options.training.stopping.seconds = 0;
  options.on_buffer = [](const StreamReport& report) { return report.rows < 256; };
  const StreamResult result = stream_over(network, dataset, 100, 1'000'000'000, options);
  EXPECT_EQ(result.reason, StopReason::asked);
  EXPECT_EQ(result.last.rows, 256);
}

TEST(Stream, divergence_is_named_by_step_and_row_since_training_began) {
  const data::Dataset dataset = generated("moons", 500, 0.1, /*seed=*/7);
  Network network = network_for(dataset);
  StreamTrainer trainer(
      network, nullptr,
      {.training = {.batch_size = 10, .optimizer = {&kSgd}, .learning_rate = 1e-3}, .buffer_rows = 100});
  ASSERT_TRUE(trainer.add(piece(network, dataset, 0, 250)));
  Prepared bad = piece(network, dataset, 250, 50);
  bad.inputs.dense().set(2 * 17, INFINITY);  // the 268th row
  try {
    trainer.add(bad);
    FAIL() << "expected a DivergenceError";
  } catch (const DivergenceError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("in training row 268; lower the learning rate"), std::string::npos) << message;
    EXPECT_NE(message.find("training diverged at step 2"), std::string::npos) << message;
  }
}

TEST(Stream, what_needs_all_rows_at_hand_is_refused) {
  const data::Dataset dataset = generated("moons", 100, 0.1, /*seed=*/8);
  Network network = network_for(dataset);
  const auto refuses = [&](const TrainingOptions& options) {
    EXPECT_THROW(StreamTrainer(network, nullptr, {.training = options}), Error);
  };
  refuses({.descent = data::Descent::batch});
  refuses({.lbfgs = LbfgsSpec{}});
  refuses({.stopping = {.patience = 3}});
  refuses({.schedule = {.kind = ScheduleSpec::Kind::cosine}});
}

}  // namespace
}  // namespace kette::stream_test
