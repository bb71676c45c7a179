// Does the gradient agree with finite differences?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kette/autodiff/interpret.h"

namespace kette {

/// The worst disagreement for one of the values differentiated by.
struct GradientError {
  std::string name;     // label of the node
  int64_t element = 0;  // where
  double analytic = 0;  // by gradient()
  double numeric = 0;   // by central differences
  /// |analytic − numeric| over the larger magnitude, or over 10⁻³ of the gradient's largest.
  double relative = 0;
  /// As much of it as the rounding of the differences explains: of terms of the size of y, or of 1.
  double rounding = 0;

  double beyond_rounding() const { return relative > rounding ? relative - rounding : 0; }
};

/// Checks the derivative of `y` (any shape: its elements are weighted by random numbers, asymmetrically, so
/// that opposite errors cannot cancel) with respect to each of `wrt`, which must be bound leaves. Everything
/// in float64; fourth-order central differences with the step h·max(1, |x|). At most `elements` elements of
/// each value are tried, chosen by `seed`. Appends nodes to the graph.
std::vector<GradientError> check_gradient(Value y, std::span<const Value> wrt, const Bindings& bindings,
                                          uint64_t seed = 1, int64_t elements = 64, double h = 1e-3);

}  // namespace kette
