#include "kette/judge/calibration.h"

#include <gtest/gtest.h>

namespace kette::calibration_test {
namespace {

TEST(Reliability, an_edge_belongs_to_the_bin_below_and_0_to_the_first) {
  const Claims claims{{0, 0.25, 0.5, 1}, {0, 1, 0, 1}};
  const std::vector<ReliabilityBin> curve = reliability_curve(claims, 4);
  EXPECT_EQ(curve[0].rows, 2);
  EXPECT_EQ(curve[1].rows, 1);
  EXPECT_EQ(curve[2].rows, 0);
  EXPECT_EQ(curve[3].rows, 1);
  EXPECT_EQ(curve[0].share, 0.5);
}

TEST(Reliability, the_error_of_honest_claims_is_0_and_of_bold_ones_what_they_are_off) {
  const Claims honest{{0.75, 0.75, 0.75, 0.75}, {1, 1, 1, 0}}, bold{{1, 1, 1, 1}, {1, 1, 1, 0}};
  EXPECT_DOUBLE_EQ(expected_calibration_error(reliability_curve(honest, 10)), 0);
  EXPECT_DOUBLE_EQ(expected_calibration_error(reliability_curve(bold, 10)), 0.25);
}

TEST(Claims, of_two_classes_are_about_the_positive_one_of_more_about_the_predicted_one) {
  const Tensor two(Shape({1, 2}), {0.25f, 0.75f}), three(Shape({1, 3}), {0.25f, 0.5f, 0.25f});
  const Tensor first(Shape({1}, DType::i64), {int64_t{0}});
  EXPECT_EQ(make_claims(two, first, 0).probability, std::vector<double>{0.25});
  EXPECT_EQ(make_claims(two, first, 0).came_true, std::vector<uint8_t>{1});
  EXPECT_EQ(make_claims(three, first).probability, std::vector<double>{0.5});
  EXPECT_EQ(make_claims(three, first).came_true, std::vector<uint8_t>{0});
}

}  // namespace
}  // namespace kette::calibration_test
