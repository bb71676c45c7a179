#include "kette/train/learning_rate_finder.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/train/step.h"

namespace kette {
namespace {

constexpr double kTooHigh = 4;  // times the lowest loss: the descent is over

void check(const LearningRateSweep& sweep) {
  if (!(sweep.lowest > 0 && sweep.lowest < sweep.highest && std::isfinite(sweep.highest)))
    fail("[learning rate] a sweep from {} to {}; expected 0 < lowest < highest", sweep.lowest, sweep.highest);
  if (sweep.steps < 20) fail("[learning rate] a sweep of {} steps; expected at least 20", sweep.steps);
}

/// Half the width of the windows that smooth: a twentieth of the sweep, a decade or less of the rate.
int64_t half_window(int64_t steps) { return std::max<int64_t>(3, steps / 20); }

/// Means over up to `half` steps on either side, as many on one as on the other.
std::vector<double> smooth(const std::vector<double>& losses, int64_t half) {
  const int64_t count = std::ssize(losses);
  std::vector<double> result;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t reach = std::min({half, i, count - 1 - i});
    double sum = 0;
    for (int64_t j = i - reach; j <= i + reach; ++j) sum += losses[static_cast<size_t>(j)];
    result.push_back(sum / static_cast<double>(2 * reach + 1));
  }
  return result;
}

/// Of the least-squares line through the values around i, by the number of the step.
double slope_at(const std::vector<double>& values, int64_t i, int64_t half) {
  double moments = 0, squares = 0;
  for (int64_t j = -half; j <= half; ++j) {
    moments += static_cast<double>(j) * values[static_cast<size_t>(i + j)];
    squares += static_cast<double>(j * j);
  }
  return moments / squares;
}

void choose(LearningRateCurve& curve, int64_t half) {
  const auto lowest = std::ranges::min_element(curve.smoothed) - curve.smoothed.begin();
  curve.lowest_loss = curve.rates[static_cast<size_t>(lowest)];
  curve.suggested = curve.lowest_loss / 10;
  double steepest = 0;
  for (int64_t i = half; i + half < std::ssize(curve.smoothed) && i <= lowest; ++i)
    if (const double slope = slope_at(curve.smoothed, i, half); slope < steepest) {
      steepest = slope;
      curve.steepest = curve.rates[static_cast<size_t>(i)];
    }
  if (steepest < 0) curve.suggested = std::min(curve.suggested, curve.steepest);
}

}  // namespace

LearningRateCurve find_learning_rate(Network& network, const Prepared& training,
                                     const TrainingOptions& options, const LearningRateSweep& sweep) {
  check(sweep);
  check(network, training);
  data::Batches batches(options.descent, training.rows(), options.batch_size, options.seed);
  StepOptions step_options = options.step;
  step_options.optimizer = options.optimizer;
  const TrainingStep step = training_step(network.objective.training_loss, values_of(network.parameters),
                                          step_options, network.updates);
  Parameters weights = network.model.parameters, state = initialized(step.state, options.seed);
  for (const Parameter& average : step.averages)
    state.add(network.model.graph->label(average.value.id), Tensor(average.value.shape()));
  const auto storage = [&](std::string_view name) {
    Tensor* own = weights.find(name);
    return own ? own : state.find(name);
  };
  DescentStep descent(network, step, storage, training, batches.batch_size(), options.threads);

  LearningRateCurve curve;
  double lowest = INFINITY;
  for (int64_t t = 0; t < sweep.steps; ++t) {
    const int64_t epoch = t / batches.steps_per_epoch(), in_epoch = t % batches.steps_per_epoch();
    if (in_epoch == 0) batches.start_epoch(epoch);
    const double share = static_cast<double>(t) / static_cast<double>(sweep.steps - 1);
    const double rate = sweep.lowest * std::pow(sweep.highest / sweep.lowest, share);
    const double loss = descent.run(batches.step(in_epoch), rate);
    if (!std::isfinite(loss)) break;
    curve.rates.push_back(rate);
    curve.losses.push_back(loss);
    // One batch may be hard: the mean of the last few tells.
    const int64_t half = half_window(sweep.steps), seen = std::ssize(curve.losses);
    if (seen < half) continue;
    double recent = 0;
    for (int64_t i = seen - half; i < seen; ++i) recent += curve.losses[static_cast<size_t>(i)];
    recent /= static_cast<double>(half);
    lowest = std::min(lowest, recent);
    if (recent > kTooHigh * lowest) break;
  }
  if (curve.losses.empty())
    fail("[learning rate] the loss is not finite before the first step; expected a finite one");
  const int64_t half = half_window(sweep.steps);
  curve.smoothed = smooth(curve.losses, half);
  choose(curve, half);
  return curve;
}

}  // namespace kette
