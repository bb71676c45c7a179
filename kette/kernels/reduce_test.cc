#include "kette/kernels/reduce.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kette/kernels/simd_targets.h"

namespace kette::kernels::reduce_test {
namespace {

constexpr uint32_t kSeed = 71;
struct Dims {
  int64_t outer, axis, inner;
};
constexpr Dims kShapes[] = {{1, 1, 1},      {1, 7, 1},      {3, 0, 2},     {4, 10, 1},   {5, 16, 1},
                            {2, 1000, 1},   {1, 32, 64},    {1, 16, 3},    {1, 256, 10}, {2, 5, 130},
                            {3, 1, 17},     {7, 3, 2},      {1, 1, 70},    {1, 65, 200}, {300, 9, 40},
                            {1, 256, 1024}, {1000, 100, 1}, {1, 100000, 1}};

template <class T>
constexpr DType dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;

template <class T>
std::vector<T> random_values(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<T> uniform(-1, 1);
  std::vector<T> values(static_cast<size_t>(count));
  for (T& value : values) value = uniform(random);
  return values;
}

/// The result of all tiles, run from last to first. Nothing else is written.
template <class R, class T>
std::vector<R> reduce(Reduction reduction, const std::vector<T>& x, int64_t outer, int64_t axis,
                      int64_t inner) {
  const ReducePlan plan(reduction, dtype<T>, outer, axis, inner);
  std::vector<R> y(static_cast<size_t>(outer * inner) + 1, R{77});
  for (int64_t tile = plan.tiles() - 1; tile >= 0; --tile) plan.run(x.data(), y.data(), tile);
  EXPECT_EQ(y.back(), R{77});
  y.pop_back();
  return y;
}

/// Calls `check(i, values along the axis)` for each element of the result.
template <class T, class Check>
void for_each_result(const std::vector<T>& x, int64_t outer, int64_t axis, int64_t inner, Check check) {
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      std::vector<T> values;
      for (int64_t k = 0; k < axis; ++k) values.push_back(x[static_cast<size_t>((o * axis + k) * inner + i)]);
      check(static_cast<size_t>(o * inner + i), values);
    }
}

class ReduceTargets : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }

  template <class T>
  void sums_match() {
    for (const Dims& s : kShapes) {
      const auto x = random_values<T>(s.outer * s.axis * s.inner, kSeed);
      const auto y = reduce<T>(Reduction::sum, x, s.outer, s.axis, s.inner);
      for_each_result(x, s.outer, s.axis, s.inner, [&](size_t i, const std::vector<T>& values) {
        long double sum = 0, magnitude = 0;
        for (T value : values) sum += value, magnitude += std::abs(value);
        // Several accumulations of at most a quarter of the values each.
        const double terms = static_cast<double>(values.size()) / 4 + 8;
        ASSERT_NEAR(y[i], static_cast<double>(sum),
                    terms * std::numeric_limits<T>::epsilon() * static_cast<double>(magnitude))
            << fmt::format("[{},{},{}] at {}, seed {}", s.outer, s.axis, s.inner, i, kSeed);
      });
    }
  }

  template <class T>
  void maxima_match() {
    for (const Dims& s : kShapes) {
      const auto x = random_values<T>(s.outer * s.axis * s.inner, kSeed + 1);
      const auto y = reduce<T>(Reduction::max, x, s.outer, s.axis, s.inner);
      for_each_result(x, s.outer, s.axis, s.inner, [&](size_t i, const std::vector<T>& values) {
        T expected = -std::numeric_limits<T>::infinity();
        for (T value : values) expected = std::max(expected, value);
        ASSERT_EQ(y[i], expected) << fmt::format("[{},{},{}] at {}", s.outer, s.axis, s.inner, i);
      });
    }
  }
};

TEST_P(ReduceTargets, sums_match_a_wider_sum) {
  sums_match<float>();
  sums_match<double>();
}

TEST_P(ReduceTargets, maxima_match) {
  maxima_match<float>();
  maxima_match<double>();
}

TEST_P(ReduceTargets, the_maximum_of_values_with_a_nan_is_nan_wherever_it_stands) {
  for (auto [axis, inner] : {std::pair<int64_t, int64_t>{37, 1}, {150, 1}, {9, 5}, {9, 70}})
    for (int64_t at = 0; at < axis; ++at) {
      auto x = random_values<float>(axis * inner, kSeed);
      x[static_cast<size_t>(at * inner + inner - 1)] = std::numeric_limits<float>::quiet_NaN();
      const auto y = reduce<float>(Reduction::max, x, 1, axis, inner);
      EXPECT_TRUE(std::isnan(y.back())) << at;
      for (size_t i = 0; i + 1 < y.size(); ++i) EXPECT_FALSE(std::isnan(y[i])) << at;
    }
}

INSTANTIATE_TEST_SUITE_P(AllTargets, ReduceTargets, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

TEST(Reduce, argmax_is_the_first_of_equals) {
  for (const Dims& s : kShapes) {
    auto x = random_values<double>(s.outer * s.axis * s.inner, kSeed + 2);
    for (double& value : x) value = std::round(value * 4);  // many equals
    const auto y = reduce<int64_t>(Reduction::argmax, x, s.outer, s.axis, s.inner);
    for_each_result(x, s.outer, s.axis, s.inner, [&](size_t i, const std::vector<double>& values) {
      const auto expected = std::max_element(values.begin(), values.end()) - values.begin();
      ASSERT_EQ(y[i], expected) << fmt::format("[{},{},{}] at {}", s.outer, s.axis, s.inner, i);
    });
  }
}

TEST(Reduce, argmax_is_the_first_nan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(reduce<int64_t>(Reduction::argmax, std::vector<float>{1, nan, 5, nan}, 1, 4, 1)[0], 1);
  EXPECT_EQ(reduce<int64_t>(Reduction::argmax, std::vector<float>{nan, 9, 5, nan}, 1, 4, 1)[0], 0);
}

TEST(Reduce, the_lecture_example_predicts_class_2) {
  EXPECT_EQ(reduce<int64_t>(Reduction::argmax, std::vector<double>{0.08, 0.25, 0.42, 0.25}, 1, 4, 1)[0], 2);
}

TEST(Reduce, large_arrays_are_several_tiles) {
  EXPECT_GE(ReducePlan(Reduction::sum, DType::f32, 1, 256, 1024).tiles(), 4);
  EXPECT_GE(ReducePlan(Reduction::sum, DType::f32, 10000, 100, 1).tiles(), 8);
  EXPECT_EQ(ReducePlan(Reduction::sum, DType::f32, 1, 32, 64).tiles(), 1);
  EXPECT_EQ(ReducePlan(Reduction::sum, DType::f32, 0, 32, 64).tiles(), 0);
}

}  // namespace
}  // namespace kette::kernels::reduce_test
