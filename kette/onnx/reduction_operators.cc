// From many elements to one, and over an axis.
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

/// As an operand (from opset 13 for sums, 18 for the others) or as an attribute. Nothing: all; nullopt: none
/// at all.
std::optional<Dims> axes_of(NodeCall& call) {
  const Dims listed = call.integers("axes", {});
  const bool none_if_empty = call.integer("noop_with_empty_axes", 0) != 0;
  Dims axes = call.has(1) ? call.integers(1) : listed;
  if (axes.empty() && none_if_empty) return std::nullopt;
  return axes;
}

Value smallest(Value x, Dims axes, bool keep) { return -reduce_max(-x, std::move(axes), keep); }
Value total(Value x, Dims axes, bool keep) { return sum(x, std::move(axes), keep); }
Value average(Value x, Dims axes, bool keep) { return mean(x, std::move(axes), keep); }
Value largest(Value x, Dims axes, bool keep) { return reduce_max(x, std::move(axes), keep); }

Value log_sum_exp(Value x, Dims axes, bool keep) {
  if (axes.empty()) {
    axes.resize(static_cast<size_t>(x.shape().rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  Value y = x;
  for (const int64_t axis : axes) y = logsumexp(y, axis);
  return keep ? y : sum(y, axes, false);  // over dims of 1
}

Value same(Value x) { return x; }

/// kAfter(kReduce(kBefore(x))). Without axes nothing is reduced, but the rest is done.
template <Value (*kBefore)(Value), Value (*kReduce)(Value, Dims, bool), Value (*kAfter)(Value)>
Operand reduction(NodeCall& call) {
  const bool keep = call.integer("keepdims", 1) != 0;
  const std::optional<Dims> axes = axes_of(call);
  Numbers x = call.numbers();
  x.values[0] = kBefore(x.values[0]);
  return x.result(kAfter(axes ? kReduce(x.values[0], *axes, keep) : x.values[0]));
}

/// Of dims only: how many elements a shape has.
Operand reduce_product(NodeCall& call) {
  call.expect("keepdims", 0);
  double product = 1;
  bool has_batch = false;
  for (const int64_t size : call.integers(0)) {
    has_batch |= size == kBatch;
    product *= size == kBatch ? 1.0 : static_cast<double>(size);
  }
  if (!has_batch) {
    Tensor known(Shape({}, DType::i64));
    known.set(0, product);
    return Operand::of(std::move(known));
  }
  if (!call.operand(0).dims) fail("a dim is -1; dims must not be negative");
  const Value batch = cast(count(call.operand(0).dims->of, {0}), DType::f64);
  return Operand::of(cast(batch * product, DType::i64));
}

/// 0, 1, 2, … along the axis of x, with dims that broadcast against it.
Value positions(Value x, int axis) {
  Dims dims(static_cast<size_t>(x.shape().rank()), 1);
  dims[static_cast<size_t>(axis)] = x.shape()[axis];
  Tensor tensor(Shape(dims, x.dtype()));
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, static_cast<double>(i));
  return x.graph->constant(std::move(tensor));
}

template <bool kSmallest>
Operand arg_extreme(NodeCall& call) {
  Value x = call.numbers().values[0];
  if (kSmallest) x = -x;
  const int axis = resolve_axis("axis", call.integer("axis", 0), x.shape().rank());
  if (call.integer("select_last_index", 0) != 0)
    x = equal(x, reduce_max(x, {axis}, true)) * (positions(x, axis) + 1.0);
  const Value index = argmax(x, axis);
  if (call.integer("keepdims", 1) == 0) return Operand::of(index);
  Dims dims = dims_of(x.shape());
  dims[static_cast<size_t>(axis)] = 1;
  return Operand::of(reshape(index, dims));
}

Value one_hot_of_largest(Value x, int64_t axis) {
  const int at = resolve_axis("axis", axis, x.shape().rank());
  const Value index = argmax(x, at);
  Dims dims = dims_of(x.shape());
  dims[static_cast<size_t>(at)] = 1;
  if (is_float(x.dtype()) && at == x.shape().rank() - 1) return one_hot(index, x.shape()[at], x.dtype());
  return equal(positions(x, at), reshape(cast(index, x.dtype()), dims));
}

Value softmax_of(Value x, int64_t axis) { return softmax(x, axis); }
Value log_softmax_of(Value x, int64_t axis) { return log_softmax(x, axis); }

/// Before operator set 13 all axes from the given one on count as one.
template <Value (*kApply)(Value, int64_t)>
Operand over_axis(NodeCall& call) {
  const Value x = call.value(0);
  const int rank = x.shape().rank();
  if (call.version() >= 13) return Operand::of(kApply(x, call.integer("axis", -1)));
  const int axis = resolve_axis("axis", call.integer("axis", 1), rank);
  if (axis == rank - 1) return Operand::of(kApply(x, axis));
  if (axis == 0 && x.shape().has_batch()) fail("over the batch, which is not supported");
  const int64_t before = x.shape().has_batch() && axis == 1 ? kBatch : x.shape().product(0, axis);
  if (x.shape().has_batch() && axis > 1)
    fail("the axis {} of {} is not supported", axis, dims_to_string(x.shape()));
  const Value flat = reshape(x, {before, x.shape().product(axis, rank)});
  return Operand::of(reshape(kApply(flat, 1), dims_of(x.shape())));
}

/// A product with a triangle of ones.
Operand cumulative_sum(NodeCall& call) {
  constexpr int64_t kLongest = 4096;
  const std::optional<double> asked = call.number(1);
  if (!asked) fail("the axis is computed; only a constant is supported");
  const bool exclusive = call.integer("exclusive", 0) != 0, reverse = call.integer("reverse", 0) != 0;
  const Numbers numbers = call.numbers();
  const Value x = numbers.values[0];
  const int rank = x.shape().rank(), axis = resolve_axis("axis", static_cast<int64_t>(*asked), rank);
  const int64_t size = x.shape()[axis];
  if (size < 1 || size > kLongest) fail("over {} elements; at most {} are supported", size, kLongest);
  call.spend(size * size);
  Tensor triangle(Shape({size, size}, x.dtype()));
  for (int64_t i = 0; i < size; ++i)
    for (int64_t k = 0; k < size; ++k) {
      const int64_t ahead = reverse ? i - k : k - i;
      triangle.set(i * size + k, ahead > 0 || (ahead == 0 && !exclusive) ? 1 : 0);
    }
  Dims order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[static_cast<size_t>(axis)], order.back());
  if (x.shape().has_batch() && axis == 0) fail("over the batch, which is not supported");
  const Value last = axis == rank - 1 ? x : transpose(x, order);
  const Dims dims = dims_of(last.shape());
  const int64_t rows = x.shape().has_batch() && rank == 2 ? kBatch : last.shape().product(0, rank - 1);
  if (x.shape().has_batch() && rank > 2) fail("{} is not supported", dims_to_string(x.shape()));
  const Value summed = matmul(reshape(last, {rows, size}), x.graph->constant(std::move(triangle)));
  const Value shaped = reshape(summed, dims);
  return numbers.result(axis == rank - 1 ? shaped : transpose(shaped, order));
}

constexpr std::array<Operator, 16> kReductionOperators{{
    {"ArgMax", 1, 1, arg_extreme<false>},
    {"ArgMin", 1, 1, arg_extreme<true>},
    {"CumSum", 2, 2, cumulative_sum},
    {"Hardmax", 1, 1, over_axis<one_hot_of_largest>},
    {"LogSoftmax", 1, 1, over_axis<log_softmax_of>},
    {"ReduceL1", 1, 2, reduction<abs, total, same>},
    {"ReduceL2", 1, 2, reduction<square, total, sqrt>},
    {"ReduceLogSum", 1, 2, reduction<same, total, log>},
    {"ReduceLogSumExp", 1, 2, reduction<same, log_sum_exp, same>},
    {"ReduceMax", 1, 2, reduction<same, largest, same>},
    {"ReduceMean", 1, 2, reduction<same, average, same>},
    {"ReduceMin", 1, 2, reduction<same, smallest, same>},
    {"ReduceProd", 1, 1, reduce_product},
    {"ReduceSum", 1, 2, reduction<same, total, same>},
    {"ReduceSumSquare", 1, 2, reduction<square, total, same>},
    {"Softmax", 1, 1, over_axis<softmax_of>},
}};

}  // namespace

std::span<const Operator> reduction_operators() { return kReductionOperators; }

}  // namespace kette
