// Comparisons and choices, conversions, and the element-wise operators with operands that must be constants.
#include <array>
#include <cmath>
#include <limits>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// ONNX compares to bools; ours are numbers that are 0 or 1.
template <Value (*kCompare)(Value, Value)>
Operand comparison(NodeCall& call) {
  return {.value = kCompare(call.value(0), call.value(1)), .truth = true};
}

bool is_comparison(Value value) {
  const OpDef* op = value.graph->node(value).op;
  return op == &kEqual || op == &kLess || op == &kLessEqual || op == &kGreater || op == &kGreaterEqual;
}

Operand where(NodeCall& call) {
  const Operand& condition = call.operand(0);
  if (!condition.truth) fail("the condition is not of truth values");
  const Value a = call.value(1), b = call.value(2);
  return Operand::of(kette::where(cast(condition.value, a.dtype()), a, b));
}

DType number_type(int64_t type) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i64})
    if (type == onnx_type(dtype)) return dtype;
  fail("cannot cast to the ONNX type {}; expected FLOAT, DOUBLE, INT64 or BOOL", type);
}

Tensor converted(const Tensor& tensor, DType dtype) {
  Tensor result(tensor.shape().as(dtype));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = tensor.at(i);
    result.set(i, is_float(dtype) ? value : std::trunc(value));
  }
  return result;
}

Operand cast(NodeCall& call) {
  const int64_t to = call.integer("to", 0);
  const Operand& x = call.operand(0);
  if (to == kOnnxBool) return {.value = x.truth ? x.value : call.value(0), .truth = true};
  const DType dtype = number_type(to);
  if (x.known && !x.value) return Operand::of(converted(*x.known, dtype));
  if (!x.truth) return Operand::of(kette::cast(call.value(0), dtype));
  const Value zero_or_one = is_comparison(x.value) ? x.value : 1 - equal(x.value, scalar_like(x.value, 0));
  return Operand::of(kette::cast(zero_or_one, dtype));
}

Operand clip(NodeCall& call) {
  const auto bound = [&](size_t i, double otherwise) {
    if (!call.has(i)) return otherwise;
    if (const auto number = call.number(i)) return *number;
    fail("the bounds are computed; only constants are supported");
  };
  return Operand::of(kette::clip(call.value(0), bound(1, -kInfinity), bound(2, kInfinity)));
}

Operand pow(NodeCall& call) {
  const auto exponent =
      call.operand(1).known && call.operand(1).known->shape().rank() == 0 ? call.number(1) : std::nullopt;
  return Operand::of(exponent ? kette::pow(call.value(0), *exponent)
                              : kette::pow(call.value(0), call.value(1)));
}

constexpr std::array<Operator, 10> kElementwiseOperators{{
    {"Cast", 1, 1, cast},
    {"Clip", 1, 3, clip},
    {"Equal", 2, 2, comparison<equal>},
    {"Greater", 2, 2, comparison<greater>},
    {"GreaterOrEqual", 2, 2, comparison<greater_equal>},
    {"Identity", 1, 1, [](NodeCall& call) { return call.operand(0); }},
    {"Less", 2, 2, comparison<less>},
    {"LessOrEqual", 2, 2, comparison<less_equal>},
    {"Pow", 2, 2, pow},
    {"Where", 3, 3, where},
}};

}  // namespace

std::span<const Operator> elementwise_operators() { return kElementwiseOperators; }

}  // namespace kette
