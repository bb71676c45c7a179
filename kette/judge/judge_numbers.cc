#include "kette/judge/judge_numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/judge/bootstrap.h"
#include "kette/judge/largest.h"
#include "kette/judge/measures.h"

namespace kette {
namespace {

constexpr uint64_t kSampleStream = 0x5A3B1E;

std::vector<double> target_column(const Tensor& matrix, int64_t column) {
  const int64_t width = matrix.shape()[1];
  std::vector<double> numbers;
  for (int64_t i = column; i < matrix.size(); i += width) numbers.push_back(matrix.at(i));
  return numbers;
}

/// Expected and predicted numbers of each target.
struct NumberRows {
  std::vector<std::vector<double>> expected, predicted;
  std::vector<double> distances;  // of each row, see RegressionJudgement::Row

  size_t rows() const { return expected.front().size(); }
  size_t targets() const { return expected.size(); }
};

/// 1 where the numbers are all the same.
double unit_of(std::span<const double> numbers) {
  const auto count = static_cast<double>(numbers.size());
  const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
  double variance = 0;
  for (const double number : numbers) variance += (number - mean) * (number - mean) / count;
  return variance > 0 ? std::sqrt(variance) : 1;
}

NumberRows number_rows(const Tensor& prediction, const Tensor& targets) {
  NumberRows rows;
  rows.distances.resize(static_cast<size_t>(targets.shape()[0]));
  for (int64_t t = 0; t < targets.shape()[1]; ++t) {
    const std::vector<double>& expected = rows.expected.emplace_back(target_column(targets, t));
    const std::vector<double>& predicted = rows.predicted.emplace_back(target_column(prediction, t));
    const double unit = unit_of(expected);
    for (size_t i = 0; i < expected.size(); ++i)
      rows.distances[i] += std::pow((expected[i] - predicted[i]) / unit, 2);
  }
  for (double& distance : rows.distances) distance = std::sqrt(distance);
  return rows;
}

RegressionJudgement::Row row_of_targets(const NumberRows& rows, size_t i, const JudgeOptions& options) {
  RegressionJudgement::Row row;
  row.row = options.rows.empty() ? static_cast<int64_t>(i) : options.rows[i];
  for (size_t t = 0; t < rows.targets(); ++t) {
    row.expected.push_back(rows.expected[t][i]);
    row.predicted.push_back(rows.predicted[t][i]);
  }
  row.distance = rows.distances[i];
  return row;
}

std::vector<RegressionJudgement::Row> farthest_rows(const NumberRows& rows, const JudgeOptions& options) {
  std::vector<RegressionJudgement::Row> worst;
  for (const size_t i : largest_first(rows.distances, options.worst))
    worst.push_back(row_of_targets(rows, i, options));
  return worst;
}

std::vector<RegressionJudgement::Row> sampled_rows(const NumberRows& rows, const JudgeOptions& options) {
  std::vector<int64_t> order =
      Random(options.seed, kSampleStream).permutation(static_cast<int64_t>(rows.rows()));
  order.resize(std::min(order.size(), static_cast<size_t>(kSampleRows)));
  std::ranges::sort(order);
  std::vector<RegressionJudgement::Row> sample;
  for (const int64_t i : order) sample.push_back(row_of_targets(rows, static_cast<size_t>(i), options));
  return sample;
}

/// Root of the mean square and mean distance over all elements, and the mean R² of the targets. Sums of one
/// resample; numbers are taken from `center`, so that no square is large beside its variance. No R² where all
/// drawn rows expect the same, but for rounding.
void remeasure_numbers(const NumberRows& rows, std::span<const double> center,
                       std::span<const uint32_t> counts, std::span<double> measures) {
  double squares = 0, distances = 0, r2 = 0, drawn = 0;
  for (const uint32_t count : counts) drawn += count;
  for (size_t t = 0; t < rows.targets(); ++t) {
    double left = 0, sum = 0, sum_of_squares = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      const double distance = std::abs(rows.expected[t][i] - rows.predicted[t][i]);
      const double number = rows.expected[t][i] - center[t];
      left += counts[i] * (distance * distance);
      distances += counts[i] * distance;
      sum += counts[i] * number;
      sum_of_squares += counts[i] * (number * number);
    }
    squares += left;
    const double whole = sum_of_squares - sum * sum / drawn;
    r2 += whole > 1e-12 * sum_of_squares ? 1 - left / whole : std::numeric_limits<double>::quiet_NaN();
  }
  const auto targets = static_cast<double>(rows.targets());
  measures[0] = std::sqrt(squares / drawn / targets);
  measures[1] = distances / drawn / targets;
  measures[2] = r2 / targets;
}

void resample_numbers(const NumberRows& rows, const JudgeOptions& options, Judgement& judgement) {
  std::vector<double> center;
  for (const std::vector<double>& expected : rows.expected)
    center.push_back(std::accumulate(expected.begin(), expected.end(), 0.0) /
                     static_cast<double>(expected.size()));
  const Remeasure remeasure = [&](std::span<const uint32_t> counts, std::span<double> measures) {
    remeasure_numbers(rows, center, counts, measures);
  };
  const RegressionJudgement& result = *judgement.regression;
  const std::vector<std::pair<std::string, std::optional<double>>> values = {
      {"rmse", result.rmse}, {"mae", result.mae}, {"r2", result.mean.r2}};
  const auto resampled =
      bootstrap(judgement.rows, judgement.resamples, options.seed, values.size(), remeasure, options.threads);
  for (size_t m = 0; m < values.size(); ++m) {
    const auto interval = percentile_interval(resampled[m], options.level);
    if (interval && values[m].second)
      judgement.intervals.push_back({values[m].first, *values[m].second, interval->first, interval->second});
  }
}

}  // namespace

void judge_numbers(const Schema& schema, const Predictions& predictions, const Tensor& targets,
                   const JudgeOptions& options, Judgement& judgement) {
  const Tensor& said = predictions.prediction;
  if (targets.shape() != said.shape() || said.shape()[1] != static_cast<int64_t>(schema.targets.size()))
    fail("[judge] predictions {} of {} targets for {}", to_string(said.shape()), schema.targets.size(),
         to_string(targets.shape()));
  const NumberRows rows = number_rows(said, targets);
  RegressionJudgement& result = judgement.regression.emplace();
  result.rmse = root_mean_squared_error(said, targets);
  result.mse = mean_squared_error(said, targets);
  result.mae = mean_absolute_error(said, targets);
  std::vector<RegressionMeasures> of_targets;
  for (size_t t = 0; t < rows.targets(); ++t) {
    of_targets.push_back(regression_measures(rows.expected[t], rows.predicted[t]));
    result.targets.push_back(
        {schema.targets[t], of_targets.back(), summarize_residuals(rows.expected[t], rows.predicted[t])});
  }
  result.mean = mean_of(of_targets);
  if (!result.mean.r2) judgement.undefined.push_back({"r2", "a single row"});
  result.worst = farthest_rows(rows, options);
  if (options.curves) result.sample = sampled_rows(rows, options);
  if (judgement.resamples > 0) resample_numbers(rows, options, judgement);
}

}  // namespace kette
