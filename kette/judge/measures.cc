#include "kette/judge/measures.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "kette/base/error.h"

namespace kette {
namespace {

std::span<const float> row_of(const Tensor& matrix, int64_t row) {
  const auto columns = static_cast<size_t>(matrix.shape()[1]);
  return matrix.values<float>().subspan(static_cast<size_t>(row) * columns, columns);
}

/// log Σ e^s, less the expected score. The largest term counts apart: exact for losses near 0, too.
double cross_entropy_of(std::span<const float> scores, size_t expected) {
  const auto most = static_cast<size_t>(std::ranges::max_element(scores) - scores.begin());
  const double largest = scores[most];
  double others = 0;
  for (size_t c = 0; c < scores.size(); ++c)
    if (c != most) others += std::exp(scores[c] - largest);
  return largest - scores[expected] + std::log1p(others);
}

/// −log σ(±score).
double cross_entropy_of(double score, bool is_second) {
  const double z = is_second ? -score : score;
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

double cross_entropy_of(const Tensor& scores, const Tensor& classes, int64_t row) {
  const std::span<const float> said = row_of(scores, row);
  const auto expected = static_cast<size_t>(classes.values<int64_t>()[static_cast<size_t>(row)]);
  return said.size() == 1 ? cross_entropy_of(double{said[0]}, expected == 1)
                          : cross_entropy_of(said, expected);
}

template <class Term>
double mean_over(const Tensor& prediction, const Tensor& targets, Term term) {
  if (prediction.size() != targets.size() || targets.size() < 1)
    fail("[measures] {} predictions for {} targets", prediction.size(), targets.size());
  double total = 0;
  for (int64_t i = 0; i < targets.size(); ++i) total += term(prediction.at(i) - targets.at(i));
  return total / static_cast<double>(targets.size());
}

void check_rows(const Tensor& matrix, const Tensor& classes) {
  if (matrix.shape().rank() != 2 || matrix.shape()[0] != classes.size() || classes.size() < 1)
    fail("[measures] predictions {} for {} rows", to_string(matrix.shape()), classes.size());
}

}  // namespace

double accuracy(const Tensor& probabilities, const Tensor& classes) {
  check_rows(probabilities, classes);
  const Tensor predicted = predicted_classes(probabilities);
  int64_t right = 0;
  for (int64_t i = 0; i < classes.size(); ++i) right += predicted.at(i) == classes.at(i) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(classes.size());
}

double mean_cross_entropy(const Tensor& scores, const Tensor& classes) {
  check_rows(scores, classes);
  double total = 0;
  for (int64_t i = 0; i < classes.size(); ++i) total += cross_entropy_of(scores, classes, i);
  return total / static_cast<double>(classes.size());
}

std::vector<double> cross_entropies(const Tensor& scores, const Tensor& classes) {
  check_rows(scores, classes);
  std::vector<double> of_rows;
  for (int64_t i = 0; i < classes.size(); ++i) of_rows.push_back(cross_entropy_of(scores, classes, i));
  return of_rows;
}

double mean_squared_error(const Tensor& prediction, const Tensor& targets) {
  return mean_over(prediction, targets, [](double e) { return e * e; });
}

double root_mean_squared_error(const Tensor& prediction, const Tensor& targets) {
  return std::sqrt(mean_squared_error(prediction, targets));
}

double mean_absolute_error(const Tensor& prediction, const Tensor& targets) {
  return mean_over(prediction, targets, [](double e) { return std::abs(e); });
}

double r_squared(const Tensor& prediction, const Tensor& targets) {
  mean_squared_error(prediction, targets);  // checks the sizes
  const int64_t width = targets.shape().rank() == 2 ? targets.shape()[1] : 1, rows = targets.size() / width;
  double total = 0;
  for (int64_t t = 0; t < width; ++t) {
    double mean = 0, variance = 0, left = 0;
    for (int64_t i = t; i < targets.size(); i += width) mean += targets.at(i) / static_cast<double>(rows);
    for (int64_t i = t; i < targets.size(); i += width) {
      variance += (targets.at(i) - mean) * (targets.at(i) - mean);
      left += (prediction.at(i) - targets.at(i)) * (prediction.at(i) - targets.at(i));
    }
    total += variance == 0 ? (left == 0 ? 1 : 0) : 1 - left / variance;
  }
  return total / static_cast<double>(width);
}

Measures measure(const Schema& schema, const Predictions& predictions, const Tensor& targets) {
  if (schema.task != data::Task::regression)
    return {{"accuracy", accuracy(predictions.prediction, targets)},
            {"loss", mean_cross_entropy(predictions.scores, targets)}};
  const Tensor& said = predictions.prediction;
  return {{"rmse", root_mean_squared_error(said, targets)},
          {"mae", mean_absolute_error(said, targets)},
          {"r2", r_squared(said, targets)},
          {"loss", mean_squared_error(said, targets)}};
}

double measure_at(const Measures& measures, std::string_view name) {
  for (const auto& [known, value] : measures)
    if (known == name) return value;
  fail("[measures] there is no measure \"{}\"", name);
}

}  // namespace kette
