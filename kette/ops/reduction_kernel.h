// The kernels of reductions and of the softmax family, over [outer, axis, inner].
#pragma once

#include <memory>

#include "kette/graph/kernel.h"
#include "kette/kernels/reduce.h"
#include "kette/kernels/softmax.h"
#include "kette/ops/reduction.h"

namespace kette {

/// [outer, axis, inner] → [outer, inner].
std::unique_ptr<Kernel> reduction_kernel(kernels::Reduction kind, DType dtype, Blocks blocks);
std::unique_ptr<Kernel> mean_kernel(DType dtype, Blocks blocks);
/// [outer, axis, inner] → the same, or [outer, 1, inner] for logsumexp.
std::unique_ptr<Kernel> softmax_kernel(kernels::SoftmaxKind kind, DType dtype, Blocks blocks);

}  // namespace kette
