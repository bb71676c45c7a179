// Columns moved to mean 0 and scaled to standard deviation 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette::data {

/// z = (x − mean) / scale for each column. Tensors are f32 [N, k], or f32 [N] for one column (a regression
/// target).
struct Standardizer {
  std::vector<double> mean, scale;  // k each; scale > 0

  /// Mean and population standard deviation of the given rows of `x` (the training rows, so that nothing of
  /// the held-out ones leaks), accumulated in float64 in two passes. A constant column gets scale 1. Throws
  /// Error when `rows` is empty.
  static Standardizer fit(const Tensor& x, std::span<const int64_t> rows);

  int64_t columns() const { return static_cast<int64_t>(mean.size()); }
  /// In place; throws Error when `x` has another number of columns.
  void apply(Tensor& x) const;
  void invert(Tensor& z) const;
};

}  // namespace kette::data
