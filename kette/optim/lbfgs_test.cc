#include "kette/optim/lbfgs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::lbfgs_test {
namespace {

using Numbers = std::vector<double>;
using Point = std::span<const double>;

/// ½ Σ a_i (x_i − i)².
double bowl(Point x, std::span<double> gradient) {
  double value = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double curvature = std::pow(3.0, static_cast<double>(i)), e = x[i] - static_cast<double>(i);
    value += curvature * e * e / 2;
    gradient[i] = curvature * e;
  }
  return value;
}

/// Σ 100·(x_{i+1} − x_i²)² + (1 − x_i)²: lowest, 0, at (1, …, 1).
double rosenbrock(Point x, std::span<double> gradient) {
  double value = 0;
  std::ranges::fill(gradient, 0.0);
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
    value += 100 * a * a + b * b;
    gradient[i] += -400 * x[i] * a - 2 * b;
    gradient[i + 1] += 200 * a;
  }
  return value;
}

/// Iterates until anything but progress.
LbfgsStatus run(Lbfgs& minimizer, const Lbfgs::Objective& f, int64_t limit) {
  for (int64_t i = 0; i < limit; ++i)
    if (const LbfgsStatus status = minimizer.iterate(f); status != LbfgsStatus::progress) return status;
  return LbfgsStatus::progress;
}

TEST(Lbfgs, with_exact_line_searches_needs_n_steps_for_a_quadratic) {
  for (const size_t n : {1u, 2u, 5u, 8u}) {
    Lbfgs minimizer(Numbers(n, -2), {.line_search = {.sufficient = 1e-9, .curvature = 1e-8}});
    EXPECT_EQ(run(minimizer, bowl, static_cast<int64_t>(n) + 1), LbfgsStatus::converged) << n;
    EXPECT_LE(minimizer.state().iterations, static_cast<int64_t>(n) + 1);
    for (size_t i = 0; i < n; ++i) EXPECT_NEAR(minimizer.state().x[i], static_cast<double>(i), 1e-8) << n;
  }
}

TEST(Lbfgs, follows_the_valley_of_rosenbrock) {
  for (const Numbers& start : {Numbers{-1.2, 1}, Numbers{-1.2, 1, -1.2, 1, -1.2, 1, 0, 0, 3, -3}}) {
    Lbfgs minimizer(start);
    EXPECT_EQ(run(minimizer, rosenbrock, 200), LbfgsStatus::converged);
    for (const double x : minimizer.state().x) EXPECT_NEAR(x, 1, 1e-8);
    EXPECT_LT(minimizer.state().evaluations, 2 * minimizer.state().iterations + 10);
  }
}

TEST(Lbfgs, every_step_lowers_the_value) {
  Lbfgs minimizer(Numbers{-1.2, 1, 4});
  double last = INFINITY;
  while (minimizer.iterate(rosenbrock) == LbfgsStatus::progress) {
    EXPECT_LT(minimizer.state().value, last);
    last = minimizer.state().value;
  }
  EXPECT_LT(last, 1e-8);
}

TEST(Lbfgs, comes_to_an_end_on_values_and_gradients_in_float32) {
  constexpr uint64_t kSeed = 12;
  const Random random(kSeed);
  const auto noisy = [&](Point x, std::span<double> gradient) {
    Numbers rounded;
    for (const double v : x) rounded.push_back(static_cast<double>(static_cast<float>(v)));
    const double value = rosenbrock(rounded, gradient);
    // Noise of the size of float32's rounding, a function of x so that equal x give equal values.
    uint64_t position = 0;
    for (const double v : rounded) position = position * 31 + std::bit_cast<uint64_t>(v);
    for (size_t i = 0; i < gradient.size(); ++i) gradient[i] += 1e-5 * (random.uniform(position + i) - 0.5);
    return static_cast<double>(static_cast<float>(1 + value)) + 1e-7 * random.uniform(position + 100);
  };
  Lbfgs minimizer(Numbers{-1.2, 1, -1.2, 1});
  EXPECT_NE(run(minimizer, noisy, 1000), LbfgsStatus::progress) << "seed " << kSeed;
  EXPECT_LT(minimizer.state().evaluations, 10000);
  for (const double x : minimizer.state().x) EXPECT_NEAR(x, 1, 1e-2) << "seed " << kSeed;
  const LbfgsState end = minimizer.state();
  EXPECT_EQ(minimizer.iterate(noisy), LbfgsStatus::stuck);
  EXPECT_EQ(minimizer.state().x, end.x);
}

TEST(Lbfgs, ends_by_the_tolerance_of_the_value) {
  Lbfgs loose(Numbers{-1.2, 1}, {.value_tolerance = 0.5}), tight(Numbers{-1.2, 1});
  EXPECT_EQ(run(loose, rosenbrock, 200), LbfgsStatus::converged);
  EXPECT_EQ(run(tight, rosenbrock, 200), LbfgsStatus::converged);
  EXPECT_LT(loose.state().iterations, tight.state().iterations);
}

TEST(Lbfgs, goes_on_from_a_saved_state) {
  Lbfgs whole(Numbers{-1.2, 1, 2}), first(Numbers{-1.2, 1, 2});
  for (int i = 0; i < 12; ++i) whole.iterate(rosenbrock);
  for (int i = 0; i < 7; ++i) first.iterate(rosenbrock);
  Lbfgs second(first.state());
  for (int i = 0; i < 5; ++i) second.iterate(rosenbrock);
  EXPECT_EQ(second.state(), whole.state());
  EXPECT_EQ(whole.state().iterations, 12);
}

TEST(Lbfgs, at_the_minimum_is_converged_without_a_step) {
  Lbfgs minimizer(Numbers{1, 1});
  EXPECT_EQ(minimizer.iterate(rosenbrock), LbfgsStatus::converged);
  EXPECT_EQ(minimizer.state().iterations, 0);
  EXPECT_EQ(minimizer.state().evaluations, 1);
}

TEST(Lbfgs, impossible_settings_and_states_are_errors) {
  EXPECT_THROW(Lbfgs(Numbers{}), Error);
  EXPECT_THROW(Lbfgs(Numbers{1}, {.history = 0}), Error);
  EXPECT_THROW(Lbfgs(Numbers{1}, {.gradient_tolerance = -1}), Error);
  EXPECT_THROW(Lbfgs(Numbers{1}, {.value_tolerance = std::nan("")}), Error);
  EXPECT_THROW(Lbfgs(Numbers{1}, {.line_search = {.sufficient = 0.9, .curvature = 0.1}}), Error);
  EXPECT_THROW(Lbfgs(Numbers{1}, {.line_search = {.evaluations = 0}}), Error);
  EXPECT_THROW(Lbfgs(LbfgsState{.x = {1, 2}, .gradient = {1}}), Error);
  EXPECT_THROW(Lbfgs(LbfgsState{.x = {1, 2}, .steps = {{1, 2}}}), Error);
  Lbfgs nowhere(Numbers{1});
  EXPECT_THROW(nowhere.iterate([](Point, std::span<double>) { return NAN; }), Error);
}

}  // namespace
}  // namespace kette::lbfgs_test
