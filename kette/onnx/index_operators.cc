// Elements chosen by indices.
#include <array>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// Some dims of a shape.
Operand gather_dims(const Operand::Dims& from, const std::vector<int64_t>& indices) {
  if (indices.size() > kMaxRank) fail("a shape of more than {} dims is not supported", kMaxRank);
  std::vector<int64_t> taken;
  const auto rank = static_cast<int>(from.sizes.size());
  for (const int64_t index : indices)
    taken.push_back(from.sizes[static_cast<size_t>(resolve_axis("Gather", index, rank))]);
  return Operand::of(std::move(taken), from.of);
}

bool is_list(const Operand& x) {
  return x.known && !x.value && x.known->dtype() == DType::i64 && x.known->shape().rank() == 1;
}

Operand gather(NodeCall& call) {
  call.expect("axis", 0);
  const Operand& table = call.operand(0);
  if (table.dims) return gather_dims(*table.dims, call.integers(1));
  if (is_list(table)) return gather_dims({.sizes = call.integers(0)}, call.integers(1));
  return Operand::of(lookup(call.value(0), call.value(1)));
}

/// [N,1] → [N]; takes back the reshape that made the column.
Value row_of(Value column) {
  const Node& node = column.graph->node(column);
  if (node.op == &kReshape)
    if (const Value row = column.graph->value(node.inputs[0]); row.shape().rank() == 1) return row;
  return reshape(column, {column.shape()[0]});
}

Operand gather_elements(NodeCall& call) {
  call.expect("axis", 1);
  const Value x = call.value(0), indices = call.value(1);
  if (indices.shape().rank() != 2 || indices.shape()[1] != 1)
    fail("indices {}; only one for each row, [N,1], is supported", dims_to_string(indices.shape()));
  return Operand::of(pick(x, row_of(indices)));
}

Operand one_hot(NodeCall& call) {
  call.expect("axis", -1);
  const std::vector<int64_t> depth = call.integers(1);
  const Operand& values = call.operand(2);
  const bool zero_one =
      values.known && values.known->size() == 2 && values.known->at(0) == 0 && values.known->at(1) == 1;
  if (depth.size() != 1 || !zero_one) fail("only a constant depth and the values 0 and 1 are supported");
  return Operand::of(kette::one_hot(call.value(0), depth[0], values.known->dtype()));
}

constexpr std::array<Operator, 3> kIndexOperators{{
    {"Gather", 2, 2, gather},
    {"GatherElements", 2, 2, gather_elements},
    {"OneHot", 3, 3, one_hot},
}};

}  // namespace

std::span<const Operator> index_operators() { return kIndexOperators; }

}  // namespace kette
