// The kernels of reductions and of the softmax family.
#pragma once

#include <memory>

#include "kette/graph/kernel.h"
#include "kette/ops/reduction.h"

namespace kette {

enum class Reduction { sum, mean, max };
enum class Softmax { softmax, log_softmax, logsumexp };

/// [outer, axis, inner] → [outer, inner].
std::unique_ptr<Kernel> reduction_kernel(Reduction kind, DType dtype, Blocks blocks);
/// [outer, axis, inner] → the same, or [outer, 1, inner] for logsumexp.
std::unique_ptr<Kernel> softmax_kernel(Softmax kind, DType dtype, Blocks blocks);

}  // namespace kette
