#include "kette/judge/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kette/base/error.h"
#include "kette/judge/quantile.h"

namespace kette {
namespace {

constexpr size_t kMostHistogramBins = 40;

double mean_of_numbers(std::span<const double> numbers) {
  double total = 0;
  for (const double number : numbers) total += number;
  return total / static_cast<double>(numbers.size());
}

double variance_of(std::span<const double> numbers) {
  const double mean = mean_of_numbers(numbers);
  double total = 0;
  for (const double number : numbers) total += (number - mean) * (number - mean);
  return total / static_cast<double>(numbers.size());
}

std::vector<double> residuals_of(std::span<const double> expected, std::span<const double> predicted) {
  if (expected.empty() || expected.size() != predicted.size())
    fail("[regression] {} predictions for {} rows", predicted.size(), expected.size());
  std::vector<double> residuals;
  residuals.reserve(expected.size());
  for (size_t i = 0; i < expected.size(); ++i) residuals.push_back(expected[i] - predicted[i]);
  return residuals;
}

/// 1 − left / whole, where nothing is left of nothing: 1, something: 0.
double explained_share(double left, double whole) {
  if (whole == 0) return left == 0 ? 1 : 0;
  return 1 - left / whole;
}

Histogram histogram_of(std::span<const double> ascending) {
  const double low = quantile_of(ascending, 0.25), high = quantile_of(ascending, 0.75),
               reach = 3 * (high - low);
  Histogram histogram{.from = ascending.front(), .to = ascending.back()};
  if (reach > 0) {
    histogram.from = std::max(histogram.from, low - reach);
    histogram.to = std::min(histogram.to, high + reach);
  }
  const auto bins = static_cast<size_t>(std::ceil(std::sqrt(static_cast<double>(ascending.size()))));
  histogram.rows.resize(histogram.to > histogram.from ? std::clamp<size_t>(bins, 5, kMostHistogramBins) : 1);
  const auto count = static_cast<double>(histogram.rows.size());
  for (const double number : ascending) {
    if (number < histogram.from || number > histogram.to) {
      ++(number < histogram.from ? histogram.below : histogram.above);
      continue;
    }
    const double width = histogram.to - histogram.from;
    const double place = width > 0 ? std::floor((number - histogram.from) / width * count) : 0;
    ++histogram.rows[static_cast<size_t>(std::min(place, count - 1))];
  }
  return histogram;
}

}  // namespace

RegressionMeasures regression_measures(std::span<const double> expected, std::span<const double> predicted) {
  const std::vector<double> residuals = residuals_of(expected, predicted);
  const auto rows = static_cast<double>(residuals.size());
  RegressionMeasures measures;
  std::vector<double> distances;
  for (size_t i = 0; i < residuals.size(); ++i) {
    const double distance = std::abs(residuals[i]);
    distances.push_back(distance);
    measures.mse += distance * distance / rows;
    measures.mae += distance / rows;
    measures.mape +=
        distance / std::max(std::abs(expected[i]), std::numeric_limits<double>::epsilon()) / rows;
  }
  std::ranges::sort(distances);
  measures.rmse = std::sqrt(measures.mse);
  measures.median_absolute_error = quantile_of(distances, 0.5);
  measures.max_error = distances.back();
  const double variance = variance_of(expected);
  if (residuals.size() > 1) measures.r2 = explained_share(measures.mse, variance);
  measures.explained_variance = explained_share(variance_of(residuals), variance);
  return measures;
}

RegressionMeasures mean_of(std::span<const RegressionMeasures> of_targets) {
  const auto count = static_cast<double>(of_targets.size());
  RegressionMeasures mean;
  for (const RegressionMeasures& m : of_targets) {
    mean.rmse += m.rmse / count;
    mean.mse += m.mse / count;
    mean.mae += m.mae / count;
    mean.median_absolute_error += m.median_absolute_error / count;
    mean.max_error += m.max_error / count;
    mean.mape += m.mape / count;
    if (m.r2) mean.r2 = mean.r2.value_or(0) + *m.r2 / count;
    mean.explained_variance += m.explained_variance / count;
  }
  return mean;
}

ResidualSummary summarize_residuals(std::span<const double> expected, std::span<const double> predicted) {
  std::vector<double> residuals = residuals_of(expected, predicted);
  ResidualSummary summary{.mean = mean_of_numbers(residuals), .deviation = std::sqrt(variance_of(residuals))};
  std::ranges::sort(residuals);
  summary.least = residuals.front();
  summary.quantile_05 = quantile_of(residuals, 0.05);
  summary.quantile_25 = quantile_of(residuals, 0.25);
  summary.median = quantile_of(residuals, 0.5);
  summary.quantile_75 = quantile_of(residuals, 0.75);
  summary.quantile_95 = quantile_of(residuals, 0.95);
  summary.most = residuals.back();
  summary.histogram = histogram_of(residuals);
  return summary;
}

}  // namespace kette
