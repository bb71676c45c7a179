// Comparisons, truth values, and choices. ONNX's bools are numbers here that are 0 or 1.
#include <array>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

template <Value (*kCompare)(Value, Value)>
Operand comparison(NodeCall& call) {
  call.ignore("broadcast");
  call.ignore("axis");
  const Numbers x = call.numbers();
  return Operand::of_truth(kCompare(x.values[0], x.values[1]));
}

/// Both operands of one type.
std::array<Value, 2> truths(NodeCall& call) {
  const Value a = call.truth(0);
  return {a, cast(call.truth(1), a.dtype())};
}

Operand equal_node(NodeCall& call) {
  if (call.operand(0).truth == Operand::Truth::no) return comparison<equal>(call);
  const auto [a, b] = truths(call);
  return Operand::of_truth(equal(a, b));
}

Operand both(NodeCall& call) {
  const auto [a, b] = truths(call);
  return Operand::of_truth(a * b);
}

Operand either(NodeCall& call) {
  const auto [a, b] = truths(call);
  return Operand::of_truth(max(a, b));
}

Operand one_of(NodeCall& call) {
  const auto [a, b] = truths(call);
  return Operand::of_truth(abs(a - b));
}

Operand opposite(NodeCall& call) { return Operand::of_truth(1.0 - call.truth(0)); }

Operand is_nan(NodeCall& call) {
  const Value x = call.value(0);
  return Operand::of_truth(1.0 - equal(x, x));  // NaN alone differs from itself
}

Operand where_node(NodeCall& call) {
  const Operand& condition = call.operand(0);
  if (condition.truth == Operand::Truth::no) fail("the condition is not of truth values");
  const Numbers x = call.numbers(1);
  const Value a = x.values[0], b = x.values[1];
  return x.result(kette::where(cast(condition.value, a.dtype()), a, b));
}

constexpr std::array<Operator, 11> kLogicOperators{{
    elementwise("And", 2, 2, both),
    elementwise("Equal", 2, 2, equal_node),
    elementwise("Greater", 2, 2, comparison<greater>),
    elementwise("GreaterOrEqual", 2, 2, comparison<greater_equal>),
    elementwise("IsNaN", 1, 1, is_nan),
    elementwise("Less", 2, 2, comparison<less>),
    elementwise("LessOrEqual", 2, 2, comparison<less_equal>),
    elementwise("Not", 1, 1, opposite),
    elementwise("Or", 2, 2, either),
    elementwise("Where", 3, 3, where_node),
    elementwise("Xor", 2, 2, one_of),
}};

}  // namespace

std::span<const Operator> logic_operators() { return kLogicOperators; }

}  // namespace kette
