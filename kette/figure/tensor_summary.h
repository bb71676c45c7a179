// What the elements of a tensor range over.
#pragma once

#include <cstdint>

#include "kette/tensor/tensor.h"

namespace kette {

struct TensorSummary {
  int64_t finite = 0, nan = 0, infinite = 0;  // so many elements
  double least = 0, mean = 0, largest = 0;    // of the finite ones; 0 where there are none

  friend bool operator==(const TensorSummary&, const TensorSummary&) = default;
};

/// No sum that overflows on the way. A mean that is no more than what rounding leaves of 0 is 0.
TensorSummary summary_of(const Tensor& tensor);

}  // namespace kette
