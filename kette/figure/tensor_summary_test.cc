#include "kette/figure/tensor_summary.h"

#include <gtest/gtest.h>

#include <limits>

namespace kette::tensor_summary_test {
namespace {

TensorSummary of(std::initializer_list<double> values) {
  return summary_of(Tensor(Shape({static_cast<int64_t>(values.size())}, DType::f64), values));
}

TEST(TensorSummary, is_of_the_finite_elements_and_counts_the_others) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity(),
                   kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(of({-1.25, 0.25, 4}), (TensorSummary{3, 0, 0, -1.25, 1, 4}));
  EXPECT_EQ(of({kInfinity, -3, kNan, -1, -kInfinity}), (TensorSummary{2, 1, 2, -3, -2, -1}));
  EXPECT_EQ(of({kNan, kNan}), (TensorSummary{0, 2, 0, 0, 0, 0}));
  EXPECT_EQ(of({}), TensorSummary{});
}

TEST(TensorSummary, no_sum_overflows_and_rounding_leaves_no_mean_of_zero) {
  const TensorSummary large = of({1.7e308, 1.6e308, 1.5e308});
  EXPECT_NEAR(large.mean / 1.6e308, 1, 1e-15);
  EXPECT_EQ(of({0.1, 0.2, -0.3}).mean, 0);
  EXPECT_NE(of({1, 1e-10, -1}).mean, 0);
}

}  // namespace
}  // namespace kette::tensor_summary_test
