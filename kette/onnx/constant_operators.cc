// Tensors that stand in nodes.
#include <array>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"

namespace kette {
namespace {

Operand list_of(const std::vector<double>& values) {
  Tensor tensor(Shape({static_cast<int64_t>(values.size())}));
  for (size_t i = 0; i < values.size(); ++i) tensor.values<float>()[i] = static_cast<float>(values[i]);
  return Operand::of(std::move(tensor));
}

Operand constant(NodeCall& call) {
  if (call.has_attribute("value")) return Operand::of(call.tensor("value"));
  if (call.has_attribute("value_float")) {
    Tensor tensor{Shape({})};
    tensor.set(0, call.real("value_float", 0));
    return Operand::of(std::move(tensor));
  }
  if (call.has_attribute("value_floats")) return list_of(call.reals("value_floats"));
  if (call.has_attribute("value_int"))
    return Operand::of(Tensor(Shape({}, DType::i64), {call.integer("value_int", 0)}));
  if (call.has_attribute("value_ints")) return Operand::of(call.integers("value_ints", {}), Value{});
  fail("the constant is neither numbers nor a tensor of numbers");
}

Operand constant_of_shape(NodeCall& call) {
  const std::vector<int64_t> dims = call.integers(0);
  for (const int64_t dim : dims)
    if (dim < 0) fail("a dim of the constant is {}", dim == kBatch ? "N" : fmt::format("{}", dim));
  const Tensor value = call.has_attribute("value") ? call.tensor("value") : Tensor(Shape({1}));
  if (value.size() != 1) fail("the attribute \"value\" holds {} numbers; expected one", value.size());
  const Shape shape(dims, value.dtype());
  call.spend(shape.size());
  Tensor tensor(shape);
  if (value.at(0) != 0)
    for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, value.at(0));
  return Operand::of(std::move(tensor));
}

constexpr std::array<Operator, 2> kConstantOperators{{
    {"Constant", 0, 0, constant},
    {"ConstantOfShape", 1, 1, constant_of_shape},
}};

}  // namespace

std::span<const Operator> constant_operators() { return kConstantOperators; }

}  // namespace kette
