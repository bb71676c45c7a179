// Rows of two kinds in the order of a score: how well it tells them apart, whatever the threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kette {

/// Row numbers from the largest score to the smallest, equal ones in the order of the rows. No score may be
/// NaN.
std::vector<uint32_t> descending_order(std::span<const float> scores);

/// What is found when the rows with a score of at least `threshold` are taken for positive.
struct RankPoint {
  double threshold = 0;
  int64_t true_positives = 0, false_positives = 0;
};

struct Ranking {
  int64_t positives = 0, negatives = 0;
  std::vector<RankPoint> points;  // for every distinct score, the largest first
};

/// `is_positive`: 1 or 0 for each score.
Ranking rank(std::span<const float> scores, std::span<const uint8_t> is_positive);

/// The probability that a positive row has a larger score than a negative one, equal scores counting half:
/// the area under the ROC curve, in [0, 1]. None unless there are rows of both kinds.
std::optional<double> roc_area(const Ranking& ranking);
/// Σ (recall − recall before) · precision over the thresholds from the largest down, in [0, 1]: the area
/// under the precision-recall curve, as steps. None without a positive row.
std::optional<double> average_precision(const Ranking& ranking);

/// A decision by a threshold, and what it gives.
struct Decision {
  double threshold = 0;
  double precision = 0, recall = 0, f1 = 0;
  double specificity = 0;  // share of the negative rows that are taken for negative
  double accuracy = 0;
};
/// The threshold of the largest F1; of the largest recall + specificity − 1 [Youden 1950, "Index for rating
/// diagnostic tests"]. Of equal ones the largest threshold. None unless there are rows of both kinds.
std::optional<Decision> best_f1_decision(const Ranking& ranking);
std::optional<Decision> best_youden_decision(const Ranking& ranking);

}  // namespace kette
