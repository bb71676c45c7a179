// How far predicted numbers are from expected ones. docs/judging.md has the formulas.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kette {

/// Of one target; all but `mse` and the shares in the target's unit.
struct RegressionMeasures {
  double rmse = 0, mse = 0, mae = 0, median_absolute_error = 0, max_error = 0;
  double mape = 0;  // mean of |residual| / max(|expected|, 2⁻⁵²): a share, huge where 0 is expected
  std::optional<double> r2;       // 1 − mse / variance of the expected; none of a single row
  double explained_variance = 0;  // 1 − variance of the residuals / variance of the expected
};

/// When every expected number is the same, r2 and explained variance are 1 for no error (of no spread), else
/// 0. Throws Error unless there are as many of both, and at least one.
RegressionMeasures regression_measures(std::span<const double> expected, std::span<const double> predicted);
/// The mean of each measure over several targets.
RegressionMeasures mean_of(std::span<const RegressionMeasures> of_targets);

/// Equal bins from `from` to `to`.
struct Histogram {
  double from = 0, to = 0;
  std::vector<int64_t> rows;
  int64_t below = 0, above = 0;  // rows outside
};

/// Of expected − predicted.
struct ResidualSummary {
  double mean = 0, deviation = 0;  // the square root of the mean squared distance from the mean
  double least = 0, quantile_05 = 0, quantile_25 = 0, median = 0, quantile_75 = 0, quantile_95 = 0, most = 0;
  Histogram histogram;  // reaches at most three times the middle half's width beyond it
};
ResidualSummary summarize_residuals(std::span<const double> expected, std::span<const double> predicted);

}  // namespace kette
