#include "kette/data/standardize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data::standardize_test {
namespace {

std::vector<int64_t> all_rows(int64_t n) {
  std::vector<int64_t> rows(static_cast<size_t>(n));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

TEST(Standardizer, gives_mean_and_population_deviation_of_each_column) {
  const Tensor x(Shape({4, 2}), {1.f, 10.f, 2.f, 10.f, 3.f, 30.f, 4.f, 30.f});
  const Standardizer s = Standardizer::fit(x, all_rows(4));
  EXPECT_EQ(s.mean, (std::vector<double>{2.5, 20}));
  EXPECT_DOUBLE_EQ(s.scale[0], std::sqrt(1.25));
  EXPECT_DOUBLE_EQ(s.scale[1], 10);
}

TEST(Standardizer, sees_the_given_rows_only) {
  const Tensor x(Shape({3, 1}), {1.f, 1e6f, 3.f});
  const Standardizer s = Standardizer::fit(x, std::vector<int64_t>{0, 2});
  EXPECT_EQ(s.mean[0], 2);
  EXPECT_EQ(s.scale[0], 1);
}

TEST(Standardizer, standardised_columns_have_mean_zero_and_deviation_one) {
  const int64_t n = 1000;
  const Random random(11);  // the seed
  Tensor x(Shape({n, 2}));
  for (int64_t i = 0; i < n; ++i) {
    x.set(2 * i, 1e4 + random.normal(static_cast<uint64_t>(i)));  // a mean far larger than the spread
    x.set(2 * i + 1, 1e-6 * random.normal(static_cast<uint64_t>(n + i)));
  }
  Standardizer::fit(x, all_rows(n)).apply(x);
  for (int64_t c = 0; c < 2; ++c) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += x.at(2 * i + c);
      squares += x.at(2 * i + c) * x.at(2 * i + c);
    }
    EXPECT_NEAR(sum / static_cast<double>(n), 0, 1e-7) << c;
    EXPECT_NEAR(squares / static_cast<double>(n), 1, 1e-6) << c;
  }
}

TEST(Standardizer, a_constant_column_becomes_zero_and_is_not_blown_up) {
  Tensor x(Shape({3, 1}), {0.1f, 0.1f, 0.1f});
  const Standardizer s = Standardizer::fit(x, all_rows(3));
  EXPECT_EQ(s.scale[0], 1);
  s.apply(x);
  EXPECT_NEAR(x.at(1), 0, 1e-7);
}

TEST(Standardizer, invert_undoes_apply_on_a_target) {
  const Tensor y(Shape({4}), {25.f, 346.f, 100.f, 78.f});
  const Standardizer s = Standardizer::fit(y, all_rows(4));
  Tensor z = y;
  s.apply(z);
  EXPECT_LT(z.at(0), 0);
  s.invert(z);
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(z.at(i), y.at(i), 1e-4);
}

TEST(Standardizer, no_rows_and_other_columns_are_refused) {
  Tensor x(Shape({2, 3}));
  EXPECT_THROW(Standardizer::fit(x, {}), Error);
  const Standardizer s = Standardizer::fit(x, all_rows(2));
  Tensor other(Shape({2, 2})), cube(Shape({1, 1, 3}));
  EXPECT_THROW(s.apply(other), Error);
  EXPECT_THROW(s.apply(cube), Error);
}

}  // namespace
}  // namespace kette::data::standardize_test
