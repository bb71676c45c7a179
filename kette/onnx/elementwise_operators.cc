// Arithmetic on elements, conversions, and limits.
#include <array>
#include <climits>
#include <cmath>
#include <limits>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Before operator set 7: the second operand was broadcast only on request, and along an axis that was named.
Value aligned(NodeCall& call, Value a, Value b) {
  const int64_t axis = call.integer("axis", -1);
  if (call.integer("broadcast", 0) == 0 || axis < 0 || a.shape().rank() <= b.shape().rank()) return b;
  const auto behind = a.shape().rank() - static_cast<int>(axis) - b.shape().rank();
  std::vector<int64_t> dims(b.shape().dims().begin(), b.shape().dims().end());
  for (int i = 0; i < behind; ++i) dims.push_back(1);
  return reshape(b, dims);
}

template <Value (*kApply)(Value, Value)>
Operand binary(NodeCall& call) {
  const Numbers x = call.numbers();
  return x.result(kApply(x.values[0], aligned(call, x.values[0], x.values[1])));
}

template <Value (*kApply)(Value, Value)>
Operand of_all(NodeCall& call) {
  const Numbers x = call.numbers();
  Value result = x.values[0];
  for (size_t i = 1; i < x.values.size(); ++i) result = kApply(result, x.values[i]);
  return x.result(result);
}

Operand mean_of_all(NodeCall& call) {
  const Numbers x = call.numbers();
  Value result = x.values[0];
  for (size_t i = 1; i < x.values.size(); ++i) result = result + x.values[i];
  return x.result(result / static_cast<double>(x.values.size()));
}

Operand reciprocal(NodeCall& call) { return Operand::of(1.0 / call.value(0)); }

Tensor converted(const Tensor& tensor, DType dtype) {
  Tensor result(tensor.shape().as(dtype));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = tensor.at(i);
    result.set(i, is_float(dtype) ? value : std::trunc(value));
  }
  return result;
}

Operand converted_to(NodeCall& call, int64_t type) {
  const Operand& x = call.operand(0);
  if (x.dims) {
    if (!is_float(element_type(static_cast<int>(type), call.rules()))) return x;
    fail("a shape with the batch dim N cannot be cast");
  }
  if (type == kOnnxBfloat16) fail("to BFLOAT16, which is not supported");
  if (is_bool(static_cast<int>(type))) {
    if (x.truth != Operand::Truth::no) return x;
    return {.value = call.numbers().values[0], .truth = Operand::Truth::nonzero};
  }
  const DType dtype = element_type(static_cast<int>(type), call.rules());
  if (x.truth != Operand::Truth::no) return Operand::of(kette::cast(call.truth(0), dtype));
  if (x.known && !x.value) return Operand::of(converted(*x.known, dtype));
  return Operand::of(kette::cast(call.value(0), dtype));
}

Operand cast_node(NodeCall& call) {
  call.ignore("saturate");
  return converted_to(call, call.integer("to", 0));
}

Operand cast_like(NodeCall& call) {
  call.ignore("saturate");
  const Operand& like = call.operand(1);
  if (like.truth != Operand::Truth::no) return converted_to(call, kOnnxBool);
  return converted_to(call, onnx_type(call.value(1).dtype()));
}

/// Bounds are attributes before operator set 11.
Operand clip(NodeCall& call) {
  const Numbers x = call.numbers(0, 1);
  Value y = x.values[0];
  const auto bound = [&](size_t i, std::string_view name, double otherwise) -> std::optional<double> {
    if (call.version() < 11) return call.real(name, otherwise);
    return call.has(i) ? call.number(i) : otherwise;
  };
  const std::optional<double> low = bound(1, "min", -kInfinity), high = bound(2, "max", kInfinity);
  if (low && high && *low <= *high) return x.result(kette::clip(y, *low, *high));
  // Where low > high, high it is.
  if (call.has(1)) y = max(y, call.number_as(1, y.dtype()));
  if (call.has(2)) y = min(y, call.number_as(2, y.dtype()));
  return x.result(y);
}

Operand pow(NodeCall& call) {
  const Operand& base = call.operand(0);
  const DType type = base.value ? base.value.dtype() : base.known ? base.known->dtype() : DType::i64;
  const DType computed = is_float(type) ? type : DType::f64;
  const auto exponent = call.known(1) && call.known(1)->shape().rank() == 0 ? call.number(1) : std::nullopt;
  const Value x = call.number_as(0, computed);
  const Value y =
      exponent ? kette::pow(x, *exponent) : kette::pow(x, aligned(call, x, call.number_as(1, computed)));
  return Operand::of(is_float(type) ? y : cast(y, DType::i64));
}

constexpr std::array<Operator, 14> kElementwiseOperators{{
    elementwise("Add", 2, 2, binary<add>),
    elementwise("Cast", 1, 1, cast_node),
    elementwise("CastLike", 2, 2, cast_like),
    elementwise("Clip", 1, 3, clip),
    elementwise("Div", 2, 2, binary<div>),
    elementwise("Identity", 1, 1, [](NodeCall& call) { return call.operand(0); }),
    elementwise("Max", 1, INT_MAX, of_all<max>),
    elementwise("Mean", 1, INT_MAX, mean_of_all),
    elementwise("Min", 1, INT_MAX, of_all<min>),
    elementwise("Mul", 2, 2, binary<mul>),
    elementwise("Pow", 2, 2, pow),
    elementwise("Reciprocal", 1, 1, reciprocal),
    elementwise("Sub", 2, 2, binary<sub>),
    elementwise("Sum", 1, INT_MAX, of_all<add>),
}};

}  // namespace

std::span<const Operator> elementwise_operators() { return kElementwiseOperators; }

}  // namespace kette
