#include "kette/figure/numbers_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "kette/symbolic/infix.h"

namespace kette::numbers_text_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(),
                 kNan = std::numeric_limits<double>::quiet_NaN();

TEST(NumbersText, four_significant_digits) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(-0.5), "−0.5");
  EXPECT_EQ(number_text(0.123456), "0.1235");
  EXPECT_EQ(number_text(1234.5678), "1235");
  EXPECT_EQ(number_text(123456.7), "1.235e+05");
  EXPECT_EQ(number_text(-1.23456e-7), "−1.235e-07");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(-0.0), "0");
}

TEST(NumbersText, numbers_are_written_as_in_formulas) {
  for (const double value : {0.0, -0.5, 12.345678, 123456.7, 10000.0, -1.23456e-7, 1e300, kInfinity, kNan})
    EXPECT_EQ(number_text(value), infix_number(value, FormulaStyle::plain, 4).text);
}

TEST(NumbersText, parts_are_cut_at_the_point_or_exponent) {
  const auto joined = [](double value) { return number_parts(value).whole + "|" + number_parts(value).rest; };
  EXPECT_EQ(joined(12.34), "12|.34");
  EXPECT_EQ(joined(-7), "−7|");
  EXPECT_EQ(joined(1e-9), "1|e-09");
  EXPECT_EQ(joined(1.5e-9), "1|.5e-09");
  EXPECT_EQ(joined(kInfinity), "inf|");
}

TEST(NumbersText, rows_are_the_matrix_or_parts_of_a_long_vector) {
  const auto sizes = [](const Shape& shape) {
    std::vector<size_t> list;
    for (const auto& row : rows_of(Tensor(shape))) list.push_back(row.size());
    return list;
  };
  using Sizes = std::vector<size_t>;
  EXPECT_EQ(sizes({}), (Sizes{1}));
  EXPECT_EQ(sizes({6}), (Sizes{6}));
  EXPECT_EQ(sizes({7}), (Sizes{4, 3}));
  EXPECT_EQ(sizes({1, 12}), (Sizes{6, 6}));
  EXPECT_EQ(sizes({3, 2}), (Sizes{2, 2, 2}));
  EXPECT_EQ(sizes({2, 1, 3}), (Sizes{3, 3}));
  EXPECT_EQ(rows_of(Tensor(Shape({2, 2}), {1.0f, 2.0f, 3.0f, 4.0f})),
            (std::vector<std::vector<double>>{{1, 2}, {3, 4}}));
}

TEST(NumbersText, twelve_elements_are_small) {
  EXPECT_TRUE(is_small(Tensor(Shape({3, 4}))));
  EXPECT_FALSE(is_small(Tensor(Shape({13}))));
  EXPECT_FALSE(is_small(Tensor(Shape({0}))));
}

TEST(NumbersText, range_over_the_finite_elements) {
  EXPECT_EQ(range_text(Tensor(Shape({3}, DType::f64), {-1.25, 0.25, 4.0})), "min −1.25 · mean 1 · max 4");
  EXPECT_EQ(range_text(Tensor(Shape({4}, DType::f64), {1.0, kNan, kInfinity, 3.0})),
            "min 1 · mean 2 · max 3 · 1 nan · 1 infinite");
  EXPECT_EQ(range_text(Tensor(Shape({2}, DType::f64), {kNan, kNan})), "2 nan");
  EXPECT_EQ(range_text(Tensor(Shape({20}))), "all 0");
  EXPECT_EQ(range_text(Tensor(Shape({0, 3}))), "empty");
  EXPECT_EQ(range_text(Tensor(Shape({2}, DType::f64), {1.7e308, 1.6e308})),
            "min 1.6e+308 · mean 1.65e+308 · max 1.7e+308");
}

}  // namespace
}  // namespace kette::numbers_text_test
