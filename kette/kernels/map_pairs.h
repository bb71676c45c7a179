// Element-wise loops in one: (a ∘ b) • c with ∘ and • among +, − and ·, and what the update rules of descent
// are made of. Every rounding is kept, so the bits are those of the loops run one after the other.
#pragma once

#include <cstdint>

#include "kette/tensor/shape.h"

namespace kette::kernels {

enum class PairInner : uint8_t { add, sub, mul };
/// reverse_sub: c − (a ∘ b).
enum class PairOuter : uint8_t { add, sub, mul, reverse_sub };

/// out[i] = (in[0][i] ∘ in[1][i]) • in[2][i] for i in [0, n); the parameters are not read. With `uniform`
/// in[1] is a single number, in[1][0] for every i.
using PairLoop = void (*)(const void* const* in, void* out, int64_t n, const double* parameters);
PairLoop pair_loop(DType dtype, PairInner inner, PairOuter outer, bool uniform);

/// out[i] = in[0][i]·u ± in[2][i]·v with u = in[1][0] and v = in[3][0]; with `square`, in[2][i]² in place of
/// in[2][i]: running means.
PairLoop linear_loop(DType dtype, bool square, bool subtract);

/// out[i] = in[0][i] / (√in[1][i] + u) with u = in[2][0].
PairLoop normalised_loop(DType dtype);

}  // namespace kette::kernels
