// From many elements to one.
#include <array>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// As an operand (from opset 13 for sums, 18 for the others) or as an attribute; empty: all.
std::vector<int64_t> axes_of(NodeCall& call) {
  std::vector<int64_t> axes = call.integers("axes", {});
  call.expect("noop_with_empty_axes", 0);
  return call.has(1) ? call.integers(1) : axes;
}

template <Value (*kReduce)(Value, std::vector<int64_t>, bool)>
Operand reduction(NodeCall& call) {
  const bool keep = call.integer("keepdims", 1) != 0;
  return Operand::of(kReduce(call.value(0), axes_of(call), keep));
}

Operand reduce_log_sum_exp(NodeCall& call) {
  const Value x = call.value(0);
  const std::vector<int64_t> axes = axes_of(call);
  const bool keep = call.integer("keepdims", 1) != 0;
  if (axes.size() != 1 && x.shape().rank() != 1) fail("over several axes, which is not supported");
  const Value kept = logsumexp(x, axes.empty() ? 0 : axes[0]);
  return Operand::of(keep ? kept : sum(kept, axes, false));
}

Operand arg_max(NodeCall& call) {
  const Value x = call.value(0);
  const int axis = resolve_axis("ArgMax", call.integer("axis", 0), x.shape().rank());
  call.expect("select_last_index", 0);
  const Value index = argmax(x, axis);
  if (call.integer("keepdims", 1) == 0) return Operand::of(index);
  std::vector<int64_t> dims(x.shape().dims().begin(), x.shape().dims().end());
  dims[static_cast<size_t>(axis)] = 1;
  return Operand::of(reshape(index, dims));
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

constexpr std::array<Operator, 6> kReductionOperators{{
    {"ArgMax", 1, 1, arg_max},
    {"ReduceLogSumExp", 1, 2, reduce_log_sum_exp},
    {"ReduceMax", 1, 2, reduction<reduce_max>},
    {"ReduceMean", 1, 2, reduction<mean>},
    {"ReduceProd", 1, 1, reduce_product},
    {"ReduceSum", 1, 2, reduction<sum>},
}};

}  // namespace

std::span<const Operator> reduction_operators() { return kReductionOperators; }

}  // namespace kette
