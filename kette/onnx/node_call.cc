#include "kette/onnx/node_call.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/onnx/generated_names.h"

namespace kette {

using ::onnx::AttributeProto;

double as_meant(float value) {
  if (!std::isfinite(value)) return value;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  double result = value;
  std::from_chars(text, end, result);
  return result;
}

Operand Operand::of(std::vector<int64_t> sizes, Value x) {
  if (x && std::ranges::find(sizes, kBatch) != sizes.end()) return {.dims = Dims{std::move(sizes), x}};
  return of(Tensor(Shape({static_cast<int64_t>(sizes.size())}, DType::i64), std::span<const int64_t>(sizes)));
}

Operand& NodeCall::operand(size_t i) const {
  if (!has(i)) fail("operand {} is missing", i);
  return *operands_[i];
}

Value NodeCall::value(size_t i) const {
  Operand& found = operand(i);
  if (found.truth) fail("operand {} holds truth values; expected numbers", i);
  if (found.value) return found.value;
  if (!found.known) fail("operand {} is a shape with the batch dim N, which cannot be used as data", i);
  found.value = graph_.constant(*found.known);
  const Node& node = graph_.node(found.value);
  if (node.name.empty() && !found.name.empty() && !is_generated_name(found.name))
    graph_.name(found.value, found.name);
  return found.value;
}

std::vector<Value> NodeCall::values() const {
  std::vector<Value> result;
  for (size_t i = 0; i < count(); ++i) result.push_back(value(i));
  return result;
}

std::vector<int64_t> NodeCall::integers(size_t i) const {
  const Operand& found = operand(i);
  if (found.dims) return found.dims->sizes;
  if (!found.known) fail("operand {} is computed; only a constant is supported there", i);
  if (found.known->dtype() != DType::i64 || found.known->shape().rank() > 1)
    fail("operand {} is {}; expected a list of i64", i, to_string(found.known->shape()));
  const auto values = found.known->values<int64_t>();
  return {values.begin(), values.end()};
}

std::optional<double> NodeCall::number(size_t i) const {
  const Operand& found = operand(i);
  if (!found.known || found.known->size() != 1) return std::nullopt;
  if (found.known->dtype() == DType::f32) return as_meant(found.known->values<float>()[0]);
  return found.known->at(0);
}

const AttributeProto* NodeCall::attribute(std::string_view name) {
  read_.emplace(name);
  for (const AttributeProto& attribute : node_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

int64_t NodeCall::integer(std::string_view name, int64_t otherwise) {
  const AttributeProto* found = attribute(name);
  if (!found) return otherwise;
  if (found->type() != AttributeProto::INT) fail("the attribute \"{}\" is not a whole number", name);
  return found->i();
}

double NodeCall::real(std::string_view name, double otherwise) {
  const AttributeProto* found = attribute(name);
  if (!found) return otherwise;
  if (found->type() != AttributeProto::FLOAT) fail("the attribute \"{}\" is not a float", name);
  return as_meant(found->f());
}

std::vector<int64_t> NodeCall::integers(std::string_view name, std::vector<int64_t> otherwise) {
  const AttributeProto* found = attribute(name);
  if (!found) return otherwise;
  if (found->type() != AttributeProto::INTS)
    fail("the attribute \"{}\" is not a list of whole numbers", name);
  return {found->ints().begin(), found->ints().end()};
}

void NodeCall::expect(std::string_view name, int64_t only) {
  if (const int64_t found = integer(name, only); found != only)
    fail("the attribute \"{}\" is {}; only {} is supported", name, found, only);
}

void NodeCall::expect_all_read() const {
  for (const AttributeProto& attribute : node_.attribute())
    if (!read_.contains(attribute.name()))
      fail("the attribute {} is not supported", data::quote(attribute.name()));
}

}  // namespace kette
