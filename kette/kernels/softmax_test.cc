#include "kette/kernels/softmax.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kette/kernels/simd_targets.h"

namespace kette::kernels::softmax_test {
namespace {

constexpr uint32_t kSeed = 5;
constexpr SoftmaxKind kKinds[] = {SoftmaxKind::softmax, SoftmaxKind::log_softmax, SoftmaxKind::logsumexp};

struct Dims {
  int64_t outer, axis, inner;
};
constexpr Dims kShapes[] = {{1, 1, 1},  {1, 3, 1},  {16, 3, 1},  {64, 10, 1},  {17, 32, 1},  {5, 33, 1},
                            {3, 70, 1}, {2, 5, 40}, {1, 10, 17}, {300, 10, 7}, {1, 2000, 1}, {2000, 10, 1}};

template <class T>
constexpr DType dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;

template <class T>
std::vector<T> apply(SoftmaxKind kind, const std::vector<T>& x, Dims s) {
  const SoftmaxPlan plan(kind, dtype<T>, s.outer, s.axis, s.inner);
  std::vector<T> y(static_cast<size_t>(s.outer * s.inner * (kind == SoftmaxKind::logsumexp ? 1 : s.axis)) + 1,
                   T{77});
  for (int64_t tile = plan.tiles() - 1; tile >= 0; --tile) plan.run(x.data(), y.data(), tile);
  EXPECT_EQ(y.back(), T{77});
  y.pop_back();
  return y;
}

template <class T>
std::vector<T> random_values(int64_t count, double range) {
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> uniform(-range, range);
  std::vector<T> values(static_cast<size_t>(count));
  for (T& value : values) value = static_cast<T>(uniform(random));
  return values;
}

/// Each result, and what its error is measured by.
struct Expected {
  long double value, scale;
};

std::vector<Expected> reference(SoftmaxKind kind, const std::vector<long double>& x) {
  const long double max = *std::max_element(x.begin(), x.end());
  long double others = -1;  // Σ e^(x-max) - 1
  for (long double value : x) others += std::exp(value - max);
  // Summed without the first maximum, `others` keeps its digits where it is small.
  if (others < 0.5L) {
    others = 0;
    bool first = true;
    for (long double value : x) {
      if (value == max && first)
        first = false;
      else
        others += std::exp(value - max);
    }
  }
  const long double log_sum = std::log1p(others);
  if (kind == SoftmaxKind::logsumexp)
    return {{max + log_sum, std::max(std::abs(max + log_sum), std::abs(max))}};
  std::vector<Expected> y;
  for (long double value : x) {
    const long double result =
        kind == SoftmaxKind::softmax ? std::exp(value - max) / (1 + others) : value - max - log_sum;
    y.push_back({result, std::abs(result)});
  }
  return y;
}

template <class T>
void expect_accurate(SoftmaxKind kind, const std::vector<T>& x, Dims s) {
  const std::vector<T> y = apply(kind, x, s);
  for (int64_t o = 0; o < s.outer; ++o)
    for (int64_t i = 0; i < s.inner; ++i) {
      std::vector<long double> slice;
      for (int64_t k = 0; k < s.axis; ++k)
        slice.push_back(x[static_cast<size_t>((o * s.axis + k) * s.inner + i)]);
      const std::vector<Expected> expected = reference(kind, slice);
      const int64_t count = static_cast<int64_t>(expected.size());
      for (int64_t k = 0; k < count; ++k) {
        const T got = y[static_cast<size_t>((o * count + k) * s.inner + i)];
        const auto [value, scale] = expected[static_cast<size_t>(k)];
        const double ulps = 4 + static_cast<double>(s.axis) / 64;
        const double bound = ulps * std::numeric_limits<T>::epsilon() * static_cast<double>(scale) +
                             std::numeric_limits<T>::denorm_min();
        ASSERT_NEAR(got, static_cast<double>(value), bound)
            << fmt::format("kind {} [{},{},{}] at {} {} {}, seed {}", static_cast<int>(kind), s.outer, s.axis,
                           s.inner, o, k, i, kSeed);
      }
    }
}

class SoftmaxTargets : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

TEST_P(SoftmaxTargets, all_kinds_match_a_wider_reference) {
  for (SoftmaxKind kind : kKinds)
    for (Dims s : kShapes)
      for (double range : {1e-3, 3.0, 40.0, 1e4}) {
        expect_accurate(kind, random_values<float>(s.outer * s.axis * s.inner, range), s);
        expect_accurate(kind, random_values<double>(s.outer * s.axis * s.inner, range), s);
      }
}

TEST_P(SoftmaxTargets, a_loss_near_zero_keeps_its_digits) {
  // P = 1 - 9·e^-25: log P is about -1.25e-10, far below the rounding error of P in float.
  std::vector<float> x(10, -25.0f);
  x[3] = 0;
  expect_accurate(SoftmaxKind::log_softmax, x, {1, 10, 1});
  expect_accurate(SoftmaxKind::log_softmax, x, {1, 5, 2});
}

TEST_P(SoftmaxTargets, the_largest_numbers_do_not_overflow) {
  constexpr float largest = std::numeric_limits<float>::max();
  for (Dims s : {Dims{1, 3, 1}, Dims{2, 3, 1}, Dims{1, 3, 2}}) {
    const std::vector<float> x(static_cast<size_t>(s.outer * s.axis * s.inner), largest);
    for (float y : apply(SoftmaxKind::softmax, x, s)) EXPECT_FLOAT_EQ(y, 1.0f / 3);
    for (float y : apply(SoftmaxKind::log_softmax, x, s)) EXPECT_FLOAT_EQ(y, -std::log(3.0f));
  }
  const auto y = apply(SoftmaxKind::softmax, std::vector<float>{largest, -largest, 0}, {1, 3, 1});
  EXPECT_EQ(y, (std::vector<float>{1, 0, 0}));
}

TEST_P(SoftmaxTargets, minus_infinity_has_probability_zero_and_nan_stays) {
  constexpr float infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();
  for (int64_t outer : {1, 2}) {
    std::vector<float> x = {-infinity, 2, 2};
    if (outer == 2) x.insert(x.end(), {nan, 1, 2});
    const auto y = apply(SoftmaxKind::softmax, x, {outer, 3, 1});
    EXPECT_EQ(std::vector<float>(y.begin(), y.begin() + 3), (std::vector<float>{0, 0.5f, 0.5f}));
    for (size_t i = 3; i < y.size(); ++i) EXPECT_TRUE(std::isnan(y[i]));
    for (float value : apply(SoftmaxKind::logsumexp, x, {outer, 3, 1}))
      EXPECT_TRUE(std::isnan(value) || std::abs(value - 2.6931472f) < 1e-6f);
  }
}

TEST_P(SoftmaxTargets, the_result_may_replace_the_input) {
  for (SoftmaxKind kind : {SoftmaxKind::softmax, SoftmaxKind::log_softmax})
    for (Dims s : kShapes) {
      auto x = random_values<float>(s.outer * s.axis * s.inner, 5);
      const auto expected = apply(kind, x, s);
      const SoftmaxPlan plan(kind, DType::f32, s.outer, s.axis, s.inner);
      for (int64_t tile = 0; tile < plan.tiles(); ++tile) plan.run(x.data(), x.data(), tile);
      EXPECT_EQ(x, expected);
    }
}

INSTANTIATE_TEST_SUITE_P(AllTargets, SoftmaxTargets, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

}  // namespace
}  // namespace kette::kernels::softmax_test
