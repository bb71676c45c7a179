// Sum, maximum and the place of the maximum along the middle axis of a dense [outer, axis, inner] array.
#pragma once

#include <cstdint>

#include "kette/kernels/axis_tiles.h"
#include "kette/tensor/shape.h"

namespace kette::kernels {

enum class Reduction : uint8_t {
  sum,     ///< 0 for an empty axis.
  max,     ///< NaN if there is one; -inf for an empty axis.
  argmax,  ///< int64: the first of equals; the first NaN if there is one; 0 for an empty axis.
};

/// Immutable. The order of summation depends on the shape alone, so the result has the same bits whichever
/// thread computes a tile. Runs allocate nothing.
class ReducePlan {
 public:
  /// dtype is that of the array: f32 or f64.
  ReducePlan(Reduction reduction, DType dtype, int64_t outer, int64_t axis, int64_t inner);

  int64_t tiles() const { return tiles_.count(); }
  /// Which results each tile writes.
  const AxisTiles& grid() const { return tiles_; }
  /// `x` is the whole array, `y` the whole result [outer, inner], of x's type (of int64 for argmax).
  void run(const void* x, void* y, int64_t tile) const { run_(tiles_, x, y, tile); }

 private:
  AxisTiles tiles_;
  void (*run_)(const AxisTiles&, const void* x, void* y, int64_t tile);
};

}  // namespace kette::kernels
