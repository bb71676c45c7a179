#include "kette/train/learning_rate_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/train/test_data.h"

namespace kette::learning_rate_finder_test {
namespace {

using test_data::all_rows;
using test_data::generated;

struct Found {
  Network network;
  Parameters before;
  LearningRateCurve curve;
};

Found find(const data::Dataset& dataset, const TrainingOptions& options,
           const LearningRateSweep& sweep = {}) {
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {16}}, 1);
  const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
  Parameters before = network.model.parameters;
  LearningRateCurve curve = find_learning_rate(network, rows, options, sweep);
  return {std::move(network), std::move(before), std::move(curve)};
}

/// The training loss after some epochs at a rate; infinite when it diverges.
double loss_at(double rate, const data::Dataset& dataset, TrainingOptions options) {
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {16}}, 1);
  options.learning_rate = rate;
  options.stopping = {.epochs = 10};
  try {
    return train(network, select(dataset, all_rows(dataset)), nullptr, options).last.loss;
  } catch (const Error&) {
    return INFINITY;
  }
}

TEST(LearningRateFinder, suggests_a_rate_that_learns_well) {
  const data::Dataset dataset = generated("moons", 400, 0.1, 1);
  for (const OptimizerDef* optimizer : {&kSgd, &kMomentum, &kAdam}) {
    const TrainingOptions options{.batch_size = 16, .optimizer = {optimizer}};
    const double suggested = find(dataset, options).curve.suggested;
    double best = INFINITY;
    for (const double rate : {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0})
      best = std::min(best, loss_at(rate, dataset, options));
    // Most of the way from a guess (ln 2) to the best of all decades, in so few epochs.
    EXPECT_LT(loss_at(suggested, dataset, options), best + 0.4 * (std::log(2) - best))
        << optimizer->name << " " << suggested;
  }
}

TEST(LearningRateFinder, touches_no_weights_and_gives_the_same_curve_again) {
  const data::Dataset dataset = generated("moons", 100, 0.1, 1);
  const Found once = find(dataset, {}), twice = find(dataset, {});
  EXPECT_EQ(once.network.model.parameters, once.before);
  EXPECT_EQ(once.curve.losses, twice.curve.losses);
  EXPECT_EQ(once.curve.suggested, twice.curve.suggested);
  Threads threads(2);
  EXPECT_EQ(find(dataset, {.threads = &threads}).curve.losses, once.curve.losses);
}

TEST(LearningRateFinder, rates_rise_in_equal_ratios_from_lowest_to_highest) {
  const Found found =
      find(generated("moons", 100, 0.1, 1), {}, {.lowest = 1e-5, .highest = 1e-2, .steps = 31});
  const std::vector<double>& rates = found.curve.rates;
  ASSERT_EQ(rates.size(), 31u);
  EXPECT_DOUBLE_EQ(rates.front(), 1e-5);
  EXPECT_DOUBLE_EQ(rates.back(), 1e-2);
  for (size_t i = 1; i < rates.size(); ++i) EXPECT_NEAR(rates[i] / rates[i - 1], std::pow(10, 0.1), 1e-9);
}

TEST(LearningRateFinder, stays_a_tenth_below_the_lowest_loss) {
  const LearningRateCurve curve = find(generated("moons", 200, 0.1, 1), {}).curve;
  EXPECT_LE(curve.suggested, curve.lowest_loss / 10 * (1 + 1e-12));
  EXPECT_GT(curve.suggested, 1e-5);
}

TEST(LearningRateFinder, training_after_it_gives_the_same_bits_as_without) {
  const data::Dataset dataset = generated("moons", 100, 0.1, 1);
  const auto parameters = [&](bool look) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {8}}, 1);
    const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
    if (look) find_learning_rate(network, rows, {});
    train(network, rows, nullptr, {.stopping = {.epochs = 3}});
    return network.model.parameters;
  };
  EXPECT_EQ(parameters(true), parameters(false));
}

TEST(LearningRateFinder, sweeps_out_of_range_are_errors) {
  const data::Dataset dataset = generated("moons", 40, 0.1, 1);
  EXPECT_THROW(find(dataset, {}, {.lowest = 0}), Error);
  EXPECT_THROW(find(dataset, {}, {.lowest = 2, .highest = 1}), Error);
  EXPECT_THROW(find(dataset, {}, {.steps = 5}), Error);
}

}  // namespace
}  // namespace kette::learning_rate_finder_test
