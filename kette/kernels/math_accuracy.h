// What kette/kernels/math-inl.h promises; its test reads the same table.
#pragma once

namespace kette::kernels {

/// Largest error over all inputs in units in the last place of the result (of the smallest subnormal where
/// the result is subnormal), on every instruction set.
struct MathAccuracy {
  const char* name;
  double f32_ulp, f64_ulp;
};

inline constexpr MathAccuracy kMathAccuracy[] = {
    {"exp", 1.2, 1.2},   {"expm1", 2.0, 2.5}, {"log", 1.0, 1.0},
    {"log1p", 1.0, 1.0}, {"tanh", 3.0, 3.0},  {"sigmoid", 2.5, 2.5},
};

}  // namespace kette::kernels
