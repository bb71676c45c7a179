#include "kette/judge/ranking.h"

#include <algorithm>
#include <bit>

#include "kette/base/error.h"

namespace kette {
namespace {

/// Smaller for larger floats; 0 and −0 are one number.
uint32_t descending_key(float score) {
  const auto bits = std::bit_cast<uint32_t>(score + 0.0f);
  return (bits & 0x80000000u) != 0 ? bits : ~(bits | 0x80000000u);
}

Decision decide(const Ranking& ranking, const RankPoint& point) {
  const auto right = static_cast<double>(point.true_positives),
             wrong = static_cast<double>(point.false_positives);
  const auto positives = static_cast<double>(ranking.positives),
             negatives = static_cast<double>(ranking.negatives);
  return {.threshold = point.threshold,
          .precision = right / (right + wrong),
          .recall = right / positives,
          .f1 = 2 * right / (right + wrong + positives),
          .specificity = 1 - wrong / negatives,
          .accuracy = (right + negatives - wrong) / (positives + negatives)};
}

/// The first of the points with the largest worth.
template <class Worth>
std::optional<Decision> best_decision(const Ranking& ranking, const Worth& worth) {
  if (ranking.positives == 0 || ranking.negatives == 0) return std::nullopt;
  return decide(ranking, *std::ranges::max_element(ranking.points, {}, worth));
}

}  // namespace

std::vector<uint32_t> descending_order(std::span<const float> scores) {
  std::vector<uint64_t> keys;
  keys.reserve(scores.size());
  for (const float score : scores) keys.push_back(uint64_t{descending_key(score)} << 32 | keys.size());
  std::ranges::sort(keys);
  std::vector<uint32_t> order;
  order.reserve(keys.size());
  for (const uint64_t key : keys) order.push_back(static_cast<uint32_t>(key));
  return order;
}

Ranking rank(std::span<const float> scores, std::span<const uint8_t> is_positive) {
  if (scores.size() != is_positive.size())
    fail("[ranking] {} scores for {} rows", scores.size(), is_positive.size());
  Ranking ranking;
  for (const uint32_t row : descending_order(scores)) {
    if (ranking.points.empty() || scores[row] != ranking.points.back().threshold)
      ranking.points.push_back({scores[row], ranking.positives, ranking.negatives});
    (is_positive[row] != 0 ? ranking.positives : ranking.negatives) += 1;
    ranking.points.back().true_positives = ranking.positives;
    ranking.points.back().false_positives = ranking.negatives;
  }
  return ranking;
}

std::optional<double> roc_area(const Ranking& ranking) {
  if (ranking.positives == 0 || ranking.negatives == 0) return std::nullopt;
  double twice = 0;  // the area of the trapezoids, in pairs of rows
  RankPoint before;
  for (const RankPoint& point : ranking.points) {
    twice += static_cast<double>(point.false_positives - before.false_positives) *
             static_cast<double>(point.true_positives + before.true_positives);
    before = point;
  }
  return twice / 2 / static_cast<double>(ranking.positives) / static_cast<double>(ranking.negatives);
}

std::optional<double> average_precision(const Ranking& ranking) {
  if (ranking.positives == 0) return std::nullopt;
  double total = 0;
  int64_t before = 0;
  for (const RankPoint& point : ranking.points) {
    total += static_cast<double>(point.true_positives - before) * static_cast<double>(point.true_positives) /
             static_cast<double>(point.true_positives + point.false_positives);
    before = point.true_positives;
  }
  return total / static_cast<double>(ranking.positives);
}

std::optional<Decision> best_f1_decision(const Ranking& ranking) {
  return best_decision(ranking, [&](const RankPoint& point) { return decide(ranking, point).f1; });
}

std::optional<Decision> best_youden_decision(const Ranking& ranking) {
  return best_decision(ranking, [&](const RankPoint& point) {
    return point.true_positives * ranking.negatives - point.false_positives * ranking.positives;
  });
}

}  // namespace kette
