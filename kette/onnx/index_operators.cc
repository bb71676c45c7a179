// Elements chosen by indices.
#include <algorithm>
#include <array>
#include <numeric>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

using Dims = std::vector<int64_t>;

constexpr int64_t kMostIndices = 1024;  // that become nodes of their own

/// Some dims of a shape.
Operand gather_dims(const Operand::Dims& from, const Dims& indices) {
  if (indices.size() > kMaxRank) fail("a shape of more than {} dims is not supported", kMaxRank);
  Dims taken;
  const auto rank = static_cast<int>(from.sizes.size());
  for (const int64_t index : indices)
    taken.push_back(from.sizes[static_cast<size_t>(resolve_axis("Gather", index, rank))]);
  return Operand::of(std::move(taken), from.of);
}

bool is_list(const Operand& x) {
  return x.known && !x.value && x.known->dtype() == DType::i64 && x.known->shape().rank() == 1;
}

/// Indices among `size`; where they are known, negative ones count from the end.
Value indices_of(const NodeCall& call, size_t i, int64_t size) {
  const Tensor* known = call.known(i);
  if (!known) return call.value(i);
  if (known->dtype() != DType::i64)
    fail("operand {} is {}; expected whole numbers", i, to_string(known->shape()));
  Tensor indices = *known;
  bool has_negative = false;
  for (int64_t& index : indices.values<int64_t>()) {
    if (index < -size || index >= size) fail("the index {} is out of range for {}", index, size);
    has_negative |= index < 0;
    if (index < 0) index += size;
  }
  return has_negative ? call.graph().constant(std::move(indices)) : call.value(i);
}

/// The axes with `axis` moved to position `to`.
Dims moved(int rank, int axis, int to) {
  Dims order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + axis);
  order.insert(order.begin() + to, axis);
  return order;
}

Dims inverse(const Dims& order) {
  Dims result(order.size());
  for (size_t i = 0; i < order.size(); ++i) result[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return result;
}

bool is_identity(const Dims& order) { return std::ranges::is_sorted(order); }

Value reordered(Value x, const Dims& order) { return is_identity(order) ? x : transpose(x, order); }

/// Behind a batch: the columns that the known indices name, one by one.
Operand gather_columns(NodeCall& call, Value x, int axis) {
  const Tensor* known = call.known(1);
  if (!known)
    fail("the indices along axis {} of {} are computed, which is not supported", axis,
         dims_to_string(x.shape()));
  const Tensor indices = *call.graph().node(indices_of(call, 1, x.shape()[axis])).value;
  if (indices.size() < 1 || indices.size() > kMostIndices)
    fail("{} indices; 1 to {} are supported", indices.size(), kMostIndices);
  std::vector<Value> parts;
  for (const int64_t index : indices.values<int64_t>()) parts.push_back(slice(x, axis, index, index + 1));
  Dims dims = dims_of(x.shape());
  dims.erase(dims.begin() + axis);
  dims.insert(dims.begin() + axis, indices.shape().dims().begin(), indices.shape().dims().end());
  return Operand::of(reshape(parts.size() == 1 ? parts.front() : concat(parts, axis), dims));
}

/// Slices of the axis.
Operand gather_along(NodeCall& call, int64_t given) {
  const Numbers table = call.count() > 0 && call.value(0).dtype() == DType::i64
                            ? Numbers{{call.number_as(0, DType::f64)}, true}
                            : Numbers{{call.value(0)}, false};
  const Value x = table.values[0];
  const int rank = x.shape().rank(), axis = resolve_axis("axis", given, rank);
  if (x.shape().has_batch()) {
    if (axis == 0) fail("rows of the batch, which is not supported");
    return gather_columns(call, x, axis);
  }
  const Value indices = indices_of(call, 1, x.shape()[axis]);
  if (rank == 2 && axis == 0) return table.result(lookup(x, indices));
  const Value first = reordered(x, moved(rank, axis, 0));  // [V, …]
  const int64_t size = first.shape()[0], width = first.shape().product(1, rank);
  const Value rows = lookup(reshape(first, {size, width}), indices);  // [indices…, width]
  Dims dims = dims_of(indices.shape());
  const auto of_indices = static_cast<int>(dims.size());
  if (indices.shape().has_batch() && axis != 0)
    fail("one index for each row along axis {} is not supported", axis);
  for (int i = 1; i < rank; ++i) dims.push_back(first.shape()[i]);
  Value y = reshape(rows, dims);  // [indices…, the other dims…]
  Dims order;                     // the dims before the axis, the indices', those behind
  for (int i = 0; i < axis; ++i) order.push_back(of_indices + i);
  for (int i = 0; i < of_indices; ++i) order.push_back(i);
  for (int i = axis; i < rank - 1; ++i) order.push_back(of_indices + i);
  return table.result(reordered(y, order));
}

Operand gather(NodeCall& call) {
  const int64_t axis = call.integer("axis", 0);
  const Operand& table = call.operand(0);
  if (table.dims) return gather_dims(*table.dims, call.integers(1));
  if (is_list(table) && table.known->size() <= kMaxRank && call.known(1) &&
      call.known(1)->shape().rank() <= 1)
    return gather_dims({.sizes = call.integers(0)}, call.integers(1));
  return gather_along(call, axis);
}

/// ai.onnx.ml: along the last axis, with the indices as a list.
Operand array_features(NodeCall& call) {
  const Value x = call.value(0);
  if (x.shape().rank() == 1) return gather_along(call, 0);
  return gather_along(call, -1);
}

/// [N,1] → [N]; takes back the reshape that made the column.
Value row_of(Value column) {
  const Node& node = column.graph->node(column);
  if (node.op == &kReshape)
    if (const Value row = column.graph->value(node.inputs[0]); row.shape().rank() == 1) return row;
  return reshape(column, {column.shape()[0]});
}

/// One element of each line along the axis for each index there.
Operand gather_elements(NodeCall& call) {
  Value x = call.value(0);
  const int rank = x.shape().rank(), axis = resolve_axis("axis", call.integer("axis", 0), rank);
  Value indices = indices_of(call, 1, x.shape()[axis]);
  if (indices.shape().rank() != rank)
    fail("indices {} for {}", dims_to_string(indices.shape()), dims_to_string(x.shape()));
  for (int i = 0; i < rank; ++i)
    if (i != axis && indices.shape()[i] != x.shape()[i])
      fail("indices {} for {}; only as many in the other dims are supported", dims_to_string(indices.shape()),
           dims_to_string(x.shape()));
  if (rank == 2 && axis == 1 && indices.shape()[1] == 1) return Operand::of(pick(x, row_of(indices)));
  if (x.shape().has_batch()) fail("indices {} are not supported", dims_to_string(indices.shape()));
  const Dims order = moved(rank, axis, rank - 1);
  x = reordered(x, order);
  indices = reordered(cast(indices, DType::f64), order);  // whole numbers are not transposed
  const Dims dims = dims_of(indices.shape());
  const int64_t lines = x.shape().product(0, rank - 1), each = dims.back();
  if (each < 1 || each > kMostIndices)
    fail("{} indices in each line; 1 to {} are supported", each, kMostIndices);
  const Value table = reshape(x, {lines, x.shape()[rank - 1]});
  const Value asked = reshape(indices, {lines, each});
  std::vector<Value> columns;
  for (int64_t i = 0; i < each; ++i)
    columns.push_back(pick(table, cast(reshape(slice(asked, 1, i, i + 1), {lines}), DType::i64)));
  const Value y = reshape(each == 1 ? columns.front() : concat(columns, 1), dims);
  return Operand::of(reordered(y, inverse(order)));
}

/// Where they are known, negative ones count from the end.
Value one_hot_indices(NodeCall& call, int64_t depth) {
  if (!call.known(0)) return call.value(0);
  const Tensor& given = *call.known(0);
  Tensor indices(given.shape().as(DType::i64));
  for (int64_t i = 0; i < indices.size(); ++i) {
    const double index = given.at(i) < 0 ? given.at(i) + static_cast<double>(depth) : given.at(i);
    if (!(index >= 0 && index < static_cast<double>(depth)))
      fail("the index {} is out of range for {}", given.at(i), depth);
    indices.set(i, index);
  }
  return indices == given ? call.value(0) : call.graph().constant(std::move(indices));
}

/// values[1] where the index is, values[0] elsewhere.
Operand one_hot_node(NodeCall& call) {
  const std::optional<double> asked = call.number(1);
  if (!asked || !(*asked >= 1 && *asked <= 1e9)) fail("only a constant depth is supported");
  const auto depth = static_cast<int64_t>(*asked);
  const Tensor* known = call.known(2);
  const Numbers numbers = call.numbers(2, 3);
  const Value values = numbers.values[0];
  if (values.shape() != Shape({2}, values.dtype()))
    fail("values are {}; expected [2]", dims_to_string(values.shape()));
  const Value indices = one_hot_indices(call, depth);
  const int rank = indices.shape().rank() + 1, axis = resolve_axis("axis", call.integer("axis", -1), rank);
  Value y = one_hot(cast(indices, DType::i64), depth, values.dtype());
  if (!known || known->at(0) != 0 || known->at(1) != 1) {
    const Value off = slice(values, 0, 0, 1), on = slice(values, 0, 1, 2);
    y = y * (on - off) + off;
  }
  if (axis != rank - 1) y = transpose(y, moved(rank, rank - 1, axis));
  return numbers.result(y);
}

constexpr std::array<Operator, 4> kIndexOperators{{
    {"ArrayFeatureExtractor", 2, 2, array_features, nullptr, "ai.onnx.ml"},
    {"Gather", 2, 2, gather},
    {"GatherElements", 2, 2, gather_elements},
    {"OneHot", 3, 3, one_hot_node},
}};

}  // namespace

std::span<const Operator> index_operators() { return kIndexOperators; }

}  // namespace kette
