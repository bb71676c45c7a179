#include "kette/judge/regression.h"

#include <gtest/gtest.h>

#include <numeric>

#include "kette/base/error.h"
#include "kette/judge/quantile.h"

namespace kette::regression_test {
namespace {

using Numbers = std::vector<double>;

TEST(Quantile, lies_on_the_line_between_its_neighbours) {
  EXPECT_DOUBLE_EQ(quantile_of(Numbers{1, 2, 4}, 0.75), 3);
  EXPECT_DOUBLE_EQ(quantile_of(Numbers{1, 2, 4}, 1), 4);
  EXPECT_DOUBLE_EQ(quantile_of(Numbers{7}, 0.3), 7);
}

TEST(RegressionMeasures, need_as_many_predictions_as_rows) {
  EXPECT_THROW(regression_measures(Numbers{1, 2}, Numbers{1}), Error);
  EXPECT_THROW(regression_measures(Numbers{}, Numbers{}), Error);
}

TEST(ResidualHistogram, counts_every_row_once) {
  Numbers expected(1000), predicted(1000);
  for (size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<double>(i * i % 997);
  const Histogram h = summarize_residuals(expected, predicted).histogram;
  EXPECT_EQ(std::accumulate(h.rows.begin(), h.rows.end(), h.below + h.above), 1000);
  EXPECT_EQ(h.rows.size(), 32u);  // about √1000
}

TEST(ResidualHistogram, does_not_stretch_to_an_outlier) {
  Numbers expected(101), predicted(101);
  for (size_t i = 0; i < 100; ++i) expected[i] = static_cast<double>(i);
  expected[100] = 1e6;
  const Histogram h = summarize_residuals(expected, predicted).histogram;
  EXPECT_EQ(h.above, 1);
  EXPECT_LT(h.to, 300);
}

TEST(ResidualHistogram, of_equal_residuals_is_one_bin) {
  const Histogram h = summarize_residuals(Numbers{1, 2, 3}, Numbers{0, 1, 2}).histogram;
  EXPECT_EQ(h.rows, std::vector<int64_t>{3});
  EXPECT_EQ(h.from, 1);
  EXPECT_EQ(h.to, 1);
}

}  // namespace
}  // namespace kette::regression_test
