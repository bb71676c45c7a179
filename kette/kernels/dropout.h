// Random elements set to zero, the others scaled.
#pragma once

#include <cstdint>

#include "kette/tensor/shape.h"

namespace kette::kernels {

/// Element i stays where word i of the random sequence, philox(key, {i/4, sequence})[i % 4], is at least
/// `lowest`: a function of i alone, so any division into tiles gives the same elements.
struct DropoutDraws {
  uint64_t key = 0;
  uint64_t sequence = 0;
  uint32_t lowest = 0;
};

/// y[j] = x[j]·scale where element first + j stays, else 0 (also for NaN), for j in [0, count); `first` is a
/// multiple of 4, `scale` is rounded to the element type. `y` may be `x`.
using DropoutLoop = void (*)(const DropoutDraws& draws, double scale, const void* x, void* y, int64_t first,
                             int64_t count);

/// The loop for this machine's processor; dtype is f32 or f64.
DropoutLoop dropout_loop(DType dtype);

}  // namespace kette::kernels
