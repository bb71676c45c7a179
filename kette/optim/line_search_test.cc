#include "kette/optim/line_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kette::line_search_test {
namespace {

using Function = std::function<LinePoint(double)>;

bool satisfies_wolfe(const LinePoint& p, const LinePoint& start, const LineSearchSpec& spec) {
  return p.value <= start.value + spec.sufficient * p.step * start.slope &&
         std::abs(p.slope) <= spec.curvature * std::abs(start.slope);
}

/// Steps from far too short to far too long, loosely and nearly exactly.
void expect_wolfe(const Function& phi) {
  const LinePoint start = phi(0);
  for (const double first : {1e-5, 1e-2, 1.0, 30.0, 1e4})
    for (const double curvature : {0.9, 0.1, 1e-3}) {
      const LineSearchSpec spec{.curvature = curvature, .evaluations = 60};
      const std::optional<LinePoint> found = strong_wolfe(phi, start, first, spec);
      ASSERT_TRUE(found) << first << ", " << curvature;
      EXPECT_TRUE(satisfies_wolfe(*found, start, spec)) << first << ", " << curvature << ": " << found->step;
    }
}

TEST(LineSearch, satisfies_the_wolfe_conditions) {
  expect_wolfe([](double a) { return LinePoint{a, (a - 3) * (a - 3), 2 * (a - 3)}; });
  expect_wolfe([](double a) { return LinePoint{a, std::exp(a) - 5 * a, std::exp(a) - 5}; });
  // Test function 1 of Moré & Thuente 1994, "Line search algorithms with guaranteed sufficient decrease".
  expect_wolfe([](double a) {
    const double b = a * a + 2;
    return LinePoint{a, -a / b, (a * a - 2) / (b * b)};
  });
}

TEST(LineSearch, finds_the_minimum_of_a_parabola_at_once) {
  int evaluations = 0;
  const Function phi = [&](double a) {
    ++evaluations;
    return LinePoint{a, (a - 3) * (a - 3), 2 * (a - 3)};
  };
  const std::optional<LinePoint> found = strong_wolfe(phi, {0, 9, -6}, 1, {.curvature = 1e-3});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->step, 3, 1e-12);
  EXPECT_EQ(evaluations, 2);
}

TEST(LineSearch, steps_back_from_where_the_function_is_not_finite) {
  const Function barrier = [](double a) {
    if (a >= 1) return LinePoint{a, std::numeric_limits<double>::quiet_NaN(), 0};
    return LinePoint{a, -a - 0.1 * std::log(1 - a), -1 + 0.1 / (1 - a)};  // lowest at 0.9
  };
  const std::optional<LinePoint> found = strong_wolfe(barrier, barrier(0), 64, {.curvature = 0.1});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->step, 0.9, 0.01);
}

TEST(LineSearch, gives_up_where_nothing_is_lower) {
  int evaluations = 0;
  const Function wrong_slope = [&](double a) {
    ++evaluations;
    return LinePoint{a, a, -1};
  };
  EXPECT_FALSE(strong_wolfe(wrong_slope, {0, 0, -1}, 1, {.evaluations = 7}));
  EXPECT_LE(evaluations, 7);
}

TEST(LineSearch, on_an_endless_slope_returns_how_far_it_came) {
  const Function line = [](double a) { return LinePoint{a, -a, -1}; };
  const std::optional<LinePoint> found = strong_wolfe(line, line(0), 1, {.evaluations = 5});
  ASSERT_TRUE(found);
  EXPECT_GT(found->step, 1);
}

}  // namespace
}  // namespace kette::line_search_test
