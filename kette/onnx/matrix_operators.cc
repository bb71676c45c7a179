// Matrix products.
#include <array>

#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// alpha·op(A)·op(B) + beta·C
Operand gemm(NodeCall& call) {
  const double alpha = call.real("alpha", 1), beta = call.real("beta", 1);
  const bool transpose_a = call.integer("transA", 0) != 0, transpose_b = call.integer("transB", 0) != 0;
  Value y = matmul(call.value(0), call.value(1), transpose_a, transpose_b);
  if (alpha != 1) y = y * alpha;
  if (call.has(2)) y = y + (beta == 1 ? call.value(2) : call.value(2) * beta);
  return Operand::of(y);
}

constexpr std::array<Operator, 2> kMatrixOperators{{
    {"Gemm", 2, 3, gemm},
    {"MatMul", 2, 2, [](NodeCall& call) { return Operand::of(matmul(call.value(0), call.value(1))); }},
}};

}  // namespace

std::span<const Operator> matrix_operators() { return kMatrixOperators; }

}  // namespace kette
