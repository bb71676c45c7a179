#include "kette/judge/ranking.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::ranking_test {
namespace {

using Scores = std::vector<float>;
using Positive = std::vector<uint8_t>;

TEST(DescendingOrder, is_of_any_floats_and_keeps_the_order_of_equal_ones) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(descending_order(Scores{-0.0f, 1, -infinity, 0.0f, infinity, -2, 1e-40f}),
            (std::vector<uint32_t>{4, 1, 6, 0, 3, 5, 2}));
}

TEST(RocArea, is_the_share_of_pairs_in_the_right_order) {
  // Counted pair by pair, equal scores half, on 300 rows with many ties (seed 3).
  const Random random(3);
  Scores scores;
  Positive positive;
  for (uint64_t i = 0; i < 300; ++i) {
    positive.push_back(random.below(3, i) == 0 ? 1 : 0);
    scores.push_back(static_cast<float>(random.below(20, 1000 + i) + 2 * positive.back()));
  }
  double right = 0, pairs = 0;
  for (size_t a = 0; a < scores.size(); ++a)
    for (size_t b = 0; b < scores.size(); ++b) {
      if (positive[a] == 0 || positive[b] != 0) continue;
      ++pairs;
      right += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
    }
  EXPECT_NEAR(roc_area(rank(scores, positive)).value(), right / pairs, 1e-14);
}

TEST(RocArea, needs_rows_of_both_kinds) {
  EXPECT_FALSE(roc_area(rank(Scores{1, 2}, Positive{1, 1})));
  EXPECT_FALSE(roc_area(rank(Scores{1, 2}, Positive{0, 0})));
  EXPECT_FALSE(average_precision(rank(Scores{1, 2}, Positive{0, 0})));
  EXPECT_DOUBLE_EQ(average_precision(rank(Scores{1, 2}, Positive{1, 1})).value(), 1);
}

TEST(BestDecision, of_equal_ones_the_largest_threshold_is_taken) {
  // From 0.9 on: precision 1, recall 1/2, F1 2/3; from 0.3 on: precision 1/2, recall 1, F1 2/3.
  const Ranking ranking = rank(Scores{0.75f, 0.5f, 0.375f, 0.25f}, Positive{1, 0, 0, 1});
  EXPECT_DOUBLE_EQ(best_f1_decision(ranking)->f1, 2 / 3.0);
  EXPECT_EQ(best_f1_decision(ranking)->threshold, 0.75);
  EXPECT_EQ(best_youden_decision(ranking)->threshold, 0.75);
}

TEST(Rank, scores_and_rows_must_be_equally_many) { EXPECT_THROW(rank(Scores{1, 2}, Positive{1}), Error); }

}  // namespace
}  // namespace kette::ranking_test
