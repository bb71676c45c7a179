// softmax, log_softmax and logsumexp along the middle axis of a dense [outer, axis, inner] array.
#pragma once

#include <cstdint>

#include "kette/kernels/axis_tiles.h"
#include "kette/tensor/shape.h"

namespace kette::kernels {

enum class SoftmaxKind : uint8_t {
  softmax,      ///< e^x_i / Σ_j e^x_j.
  log_softmax,  ///< The logarithm of that, as precise where it is near 0.
  logsumexp,    ///< log Σ_j e^x_j, one value per [outer, inner]; errors count in ULP of the larger of it and
                ///< max x.
};

/// Within 4 ULP, and one more per 64 elements of a slice, which is the rounding of a long sum.
/// Stable for any finite x (the maximum is subtracted); -inf counts as probability 0; NaN and +inf, or
/// nothing but -inf, make the whole slice NaN (at least where it is not 0). Immutable; the order of summation
/// depends on the shape alone. Runs allocate nothing.
class SoftmaxPlan {
 public:
  /// dtype is f32 or f64.
  SoftmaxPlan(SoftmaxKind kind, DType dtype, int64_t outer, int64_t axis, int64_t inner);

  int64_t tiles() const { return tiles_.count(); }
  /// `x` and `y` are the whole arrays. `y` may be `x` but for logsumexp.
  void run(const void* x, void* y, int64_t tile) const { run_(tiles_, x, y, tile); }

 private:
  AxisTiles tiles_;
  void (*run_)(const AxisTiles&, const void* x, void* y, int64_t tile);
};

}  // namespace kette::kernels
