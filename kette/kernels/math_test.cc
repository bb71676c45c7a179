// Each function against long double, on every instruction set this CPU has.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "kette/kernels/math_accuracy.h"
#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kette/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

// Calls f for whole vectors; `count` is a multiple of every vector length.
template <class T, class F>
void map_all(const T* x, T* y, int64_t count, F f) {
  const hn::ScalableTag<T> d;
  for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(d)))
    hn::StoreU(f(d, hn::LoadU(d, x + i)), d, y + i);
}

template <class T>
void evaluate(int function, const T* x, T* y, int64_t count) {
  switch (function) {
    case 0:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Exp(d, v); });
    case 1:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Expm1(d, v); });
    case 2:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Log(d, v); });
    case 3:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Log1p(d, v); });
    case 4:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Tanh(d, v); });
    default:
      return map_all(x, y, count, [](auto d, auto v) HWY_ATTR { return Sigmoid(d, v); });
  }
}

void EvaluateF32(int function, const float* x, float* y, int64_t count) { evaluate(function, x, y, count); }
void EvaluateF64(int function, const double* x, double* y, int64_t count) { evaluate(function, x, y, count); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {
namespace {

HWY_EXPORT(EvaluateF32);
HWY_EXPORT(EvaluateF64);

constexpr int64_t kChunk = 1024;
constexpr std::string_view kNames[] = {"exp", "expm1", "log", "log1p", "tanh", "sigmoid"};
constexpr int kFunctions = 6;

// The type above T: float is checked in double, double in long double.
template <class T>
using Wide = std::conditional_t<sizeof(T) == 4, double, long double>;

template <class T>
Wide<T> reference(int function, Wide<T> x) {
  switch (function) {
    case 0:
      return std::exp(x);
    case 1:
      return std::expm1(x);
    case 2:
      return std::log(x);
    case 3:
      return std::log1p(x);
    case 4:
      return std::tanh(x);
    default:
      return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
  }
}

double stated_ulp(std::string_view name, bool f32) {
  for (const MathAccuracy& row : kMathAccuracy)
    if (name == row.name) return f32 ? row.f32_ulp : row.f64_ulp;
  ADD_FAILURE() << "no accuracy is stated for " << name;
  return 0;
}

// Distance in units of the last place that T has near `expected`; huge where the kind of number differs.
template <class T>
double ulp_error(T got, Wide<T> expected) {
  const T rounded = static_cast<T>(expected);
  if (std::isnan(expected)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(rounded) || std::isinf(got)) {
    // Rounding across the largest number is an error of one step.
    if (got == rounded) return 0;
    const T largest = std::copysign(std::numeric_limits<T>::max(), rounded);
    return (std::isinf(rounded) ? got : rounded) == largest ? 1 : 1e9;
  }
  if (rounded == 0 && got == 0) return std::signbit(got) == std::signbit(rounded) ? 0 : 1e9;
  int exponent = 0;
  std::frexp(expected, &exponent);
  constexpr int digits = std::numeric_limits<T>::digits;
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent) - digits;
  return static_cast<double>(std::abs(static_cast<Wide<T>>(got) - expected) /
                             std::ldexp(Wide<T>{1}, exponent));
}

template <class T>
void call(int function, const T* x, T* y, int64_t count) {
  if constexpr (sizeof(T) == 4)
    choose_target(HWY_DISPATCH_TABLE(EvaluateF32))(function, x, y, count);
  else
    choose_target(HWY_DISPATCH_TABLE(EvaluateF64))(function, x, y, count);
}

template <class T>
void check(int function, const std::vector<T>& values) {
  std::vector<T> x = values;
  x.resize((x.size() + kChunk - 1) / kChunk * kChunk, T{1});
  std::vector<T> y(x.size());
  call(function, x.data(), y.data(), static_cast<int64_t>(x.size()));
  double worst = 0;
  T at = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double error = ulp_error<T>(y[i], reference<T>(function, x[i]));
    if (error > worst) worst = error, at = x[i];
  }
  EXPECT_LE(worst, stated_ulp(kNames[function], sizeof(T) == 4)) << kNames[function] << "(" << at << ")";
}

// Numbers spread evenly over all bit patterns, so over all exponents, and over the range where things happen.
template <class T>
std::vector<T> samples(int64_t stride) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {0,
                           T(-0.0),
                           1,
                           -1,
                           Limits::min(),
                           -Limits::min(),
                           Limits::max(),
                           Limits::lowest(),
                           Limits::denorm_min(),
                           -Limits::denorm_min(),
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::epsilon(),
                           -1 + Limits::epsilon() / 2,
                           T(-1.5),
                           std::sqrt(T(2)),
                           std::sqrt(T(0.5))};
  const Bits step = static_cast<Bits>(stride) * (sizeof(T) == 4 ? 1 : Bits{1} << 31 << 1) + 12345;
  for (Bits bits = 0, next = step;; bits = next, next += step) {
    values.push_back(std::bit_cast<T>(bits));
    if (next < bits) break;
  }
  for (T limit : {T(1), T(20), T(110), T(760)})
    for (int64_t i = -100000; i <= 100000; ++i) values.push_back(limit * static_cast<T>(i) / 100003);
  return values;
}

class MathTargets : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

TEST_P(MathTargets, float_functions_keep_their_stated_error) {
  const auto values = samples<float>(10000);
  for (int function = 0; function < kFunctions; ++function) check(function, values);
}

TEST_P(MathTargets, double_functions_keep_their_stated_error) {
  const auto values = samples<double>(10000);
  for (int function = 0; function < kFunctions; ++function) check(function, values);
}

INSTANTIATE_TEST_SUITE_P(AllTargets, MathTargets, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

}  // namespace
}  // namespace kette::kernels
#endif  // HWY_ONCE
