#include "kette/judge/curve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/random.h"

namespace kette::curve_test {
namespace {

double area_under(std::span<const CurvePoint> curve) {
  double area = 0;
  for (size_t i = 1; i < curve.size(); ++i)
    area += (curve[i].x - curve[i - 1].x) * (curve[i].y + curve[i - 1].y) / 2;
  return area;
}

/// Two overlapping normal distributions, 20 000 rows.
Ranking overlapping(uint64_t seed) {
  const Random random(seed);
  std::vector<float> scores;
  std::vector<uint8_t> positive;
  for (uint64_t i = 0; i < 20000; ++i) {
    positive.push_back(i % 4 == 0 ? 1 : 0);
    scores.push_back(static_cast<float>(random.normal(i) + 1.2 * positive.back()));
  }
  return rank(scores, positive);
}

TEST(Thinned, a_curve_keeps_its_area_and_its_ends) {
  const Ranking ranking = overlapping(5);
  for (const std::vector<CurvePoint>& curve : {roc_curve(ranking), precision_recall_curve(ranking)}) {
    const std::vector<CurvePoint> few = thinned(curve, 200);
    EXPECT_EQ(few.size(), 200u);
    EXPECT_EQ(few.front(), curve.front());
    EXPECT_EQ(few.back(), curve.back());
    EXPECT_NEAR(area_under(few), area_under(curve), 2e-4);
  }
}

TEST(Thinned, points_on_a_line_go_first) {
  const std::vector<CurvePoint> bent = {{0, 0, 9},     {0, 0.25, 8}, {0, 0.5, 7},
                                        {0.5, 0.5, 6}, {1, 0.5, 5},  {1, 1, 4}};
  EXPECT_EQ(thinned(bent, 4), (std::vector<CurvePoint>{bent[0], bent[2], bent[4], bent[5]}));
}

TEST(Thinned, a_short_curve_stays_as_it_is) {
  const std::vector<CurvePoint> curve = {{0, 0, 9}, {0.5, 1, 8}, {1, 1, 7}};
  EXPECT_EQ(thinned(curve, 3), curve);
}

TEST(RocCurve, its_area_by_trapezoids_is_the_area_of_the_ranking) {
  const Ranking ranking = overlapping(6);
  EXPECT_NEAR(area_under(roc_curve(ranking)), roc_area(ranking).value(), 1e-12);
}

}  // namespace
}  // namespace kette::curve_test
