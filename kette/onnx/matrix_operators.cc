// Matrix products.
#include <algorithm>
#include <array>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

using Dims = std::vector<int64_t>;

/// alpha·op(A)·op(B) + beta·C
Operand gemm(NodeCall& call) {
  call.ignore("broadcast");
  const double alpha = call.real("alpha", 1), beta = call.real("beta", 1);
  const bool transpose_a = call.integer("transA", 0) != 0, transpose_b = call.integer("transB", 0) != 0;
  Value y = matmul(call.value(0), call.value(1), transpose_a, transpose_b);
  if (alpha != 1) y = y * alpha;
  if (call.has(2) && beta != 0) y = y + (beta == 1 ? call.value(2) : call.value(2) * beta);
  return Operand::of(y);
}

/// Element i of the first axis, which goes.
Value element(Value x, int64_t i) {
  Dims dims = dims_of(x.shape());
  dims.erase(dims.begin());
  return reshape(slice(x, 0, i, i + 1), dims);
}

/// Products of the matrices in the last two dims, one for each element of the dims before, which broadcast.
/// NOLINTNEXTLINE(misc-no-recursion): once for each dim, of which there are eight at most
Value batched(Value a, Value b) {
  constexpr int64_t kMostProducts = 1024;
  const int rank_a = a.shape().rank(), rank_b = b.shape().rank();
  if (rank_a == 2 && rank_b == 2) return matmul(a, b);
  if (rank_b == 2) {  // one matrix for all rows
    Dims dims = dims_of(a.shape());
    const Value y = matmul(
        reshape(a, {a.shape().product(0, rank_a - 1) * (a.shape().has_batch() ? -1 : 1), dims.back()}), b);
    dims.back() = b.shape()[1];
    return reshape(y, dims);
  }
  const bool a_has = rank_a >= rank_b, b_has = rank_b >= rank_a;
  const int64_t size_a = a_has ? a.shape()[0] : 1, size_b = b_has ? b.shape()[0] : 1;
  const int64_t count = std::max(size_a, size_b);
  if (size_a < 0 || size_b < 0) fail("products of matrices one for each row are not supported");
  if (size_a != count && size_a != 1) fail("{} matrices with {}", size_a, size_b);
  if (size_b != count && size_b != 1) fail("{} matrices with {}", size_a, size_b);
  if (count < 1 || count > kMostProducts)
    fail("{} matrix products at once; at most {} are supported", count, kMostProducts);
  std::vector<Value> parts;
  for (int64_t i = 0; i < count; ++i) {
    const Value y =
        batched(a_has ? element(a, size_a == 1 ? 0 : i) : a, b_has ? element(b, size_b == 1 ? 0 : i) : b);
    Dims dims = dims_of(y.shape());
    dims.insert(dims.begin(), 1);
    parts.push_back(reshape(y, dims));
  }
  return parts.size() == 1 ? parts.front() : concat(parts, 0);
}

Operand matmul_node(NodeCall& call) {
  Value a = call.value(0), b = call.value(1);
  if (call.operand(1).is_row) {  // W·x with x [k]: for all rows x·Wᵀ
    if (call.operand(0).is_row || a.shape().rank() != 2)
      fail("a product of {} with a row is not supported", dims_to_string(a.shape()));
    Operand result = Operand::of(matmul(b, a, false, true));
    result.is_row = true;
    return result;
  }
  if (call.operand(0).is_row) {
    Operand result = Operand::of(matmul(a, b));
    result.is_row = true;
    return result;
  }
  if (a.shape().rank() == 2 && b.shape().rank() == 2) return Operand::of(matmul(a, b));
  if (a.shape().rank() == 0 || b.shape().rank() == 0) fail("an operand is a single number");
  const bool from_row = a.shape().rank() == 1, to_column = b.shape().rank() == 1;
  if (from_row) a = reshape(a, {1, a.shape()[0]});
  if (to_column) b = reshape(b, {b.shape()[0], 1});
  Value y = batched(a, b);
  Dims dims = dims_of(y.shape());
  if (to_column) dims.pop_back();
  if (from_row) dims.erase(dims.end() - (to_column ? 1 : 2));
  return Operand::of(reshape(y, dims));
}

constexpr std::array<Operator, 2> kMatrixOperators{{
    {"Gemm", 2, 3, gemm},
    {"MatMul", 2, 2, matmul_node},
}};

}  // namespace

std::span<const Operator> matrix_operators() { return kMatrixOperators; }

}  // namespace kette
