#include "kette/judge/calibration.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

double brier_of(std::span<const float> said, size_t expected) {
  if (said.size() == 2) return std::pow(said[1] - (expected == 1 ? 1.0 : 0.0), 2);
  double total = 0;
  for (size_t c = 0; c < said.size(); ++c) total += std::pow(said[c] - (c == expected ? 1.0 : 0.0), 2);
  return total;
}

}  // namespace

std::vector<double> brier_scores(const Tensor& probabilities, const Tensor& classes) {
  if (probabilities.shape()[0] != classes.size() || classes.size() < 1)
    fail("[brier] probabilities {} for {} rows", to_string(probabilities.shape()), classes.size());
  const auto width = static_cast<size_t>(probabilities.shape()[1]);
  std::vector<double> of_rows;
  for (size_t i = 0; i < static_cast<size_t>(classes.size()); ++i)
    of_rows.push_back(brier_of(probabilities.values<float>().subspan(i * width, width),
                               static_cast<size_t>(classes.values<int64_t>()[i])));
  return of_rows;
}

double brier_score(const Tensor& probabilities, const Tensor& classes) {
  double total = 0;
  for (const double score : brier_scores(probabilities, classes)) total += score;
  return total / static_cast<double>(classes.size());
}

Claims make_claims(const Tensor& probabilities, const Tensor& classes, int64_t positive) {
  const auto width = static_cast<size_t>(probabilities.shape()[1]);
  Claims claims;
  for (size_t i = 0; i < static_cast<size_t>(classes.size()); ++i) {
    const std::span<const float> row = probabilities.values<float>().subspan(i * width, width);
    const int64_t claimed = width == 2 ? positive : std::ranges::max_element(row) - row.begin();
    claims.probability.push_back(row[static_cast<size_t>(claimed)]);
    claims.came_true.push_back(classes.values<int64_t>()[i] == claimed ? 1 : 0);
  }
  return claims;
}

std::vector<ReliabilityBin> reliability_curve(const Claims& claims, int bins) {
  std::vector<ReliabilityBin> curve(static_cast<size_t>(bins));
  for (int b = 0; b < bins; ++b) {
    curve[static_cast<size_t>(b)].from = static_cast<double>(b) / bins;
    curve[static_cast<size_t>(b)].to = static_cast<double>(b + 1) / bins;
  }
  for (size_t i = 0; i < claims.probability.size(); ++i) {
    const double place = std::ceil(claims.probability[i] * bins) - 1;
    ReliabilityBin& bin = curve[static_cast<size_t>(std::clamp(place, 0.0, bins - 1.0))];
    ++bin.rows;
    bin.probability += claims.probability[i];
    bin.share += claims.came_true[i];
  }
  for (ReliabilityBin& bin : curve) {
    if (bin.rows == 0) continue;
    bin.probability /= static_cast<double>(bin.rows);
    bin.share /= static_cast<double>(bin.rows);
  }
  return curve;
}

double expected_calibration_error(std::span<const ReliabilityBin> bins) {
  double total = 0;
  int64_t rows = 0;
  for (const ReliabilityBin& bin : bins) {
    total += static_cast<double>(bin.rows) * std::abs(bin.probability - bin.share);
    rows += bin.rows;
  }
  return rows == 0 ? 0 : total / static_cast<double>(rows);
}

}  // namespace kette
