#include "kette/onnx/node_call.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/onnx/generated_names.h"
#include "kette/onnx/tensor_proto.h"
#include "kette/ops/ops.h"

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

Operand Numbers::result(Value y) const { return Operand::of(are_whole ? cast(y, DType::i64) : y); }

int64_t NodeCall::version() const {
  const std::string& domain = node_.domain();
  const auto found = rules().versions.find(domain == "ai.onnx" ? "" : domain);
  return found == rules().versions.end() ? 17 : found->second;
}

Value NodeCall::learned(std::string_view attribute, Tensor tensor) const {
  const std::string& own = !node_.name().empty() ? node_.name() : node_.output(0);
  return context_.learned(fmt::format("{}.{}", own, attribute), std::move(tensor));
}

bool NodeCall::wants(int i) const { return i < node_.output_size() && !node_.output(i).empty(); }

Operand& NodeCall::operand(size_t i) const {
  if (!has(i)) fail("operand {} is missing", i);
  return *operands_[i];
}

Value NodeCall::value(size_t i) const {
  Operand& found = operand(i);
  if (found.truth != Operand::Truth::no) fail("operand {} holds truth values; expected numbers", i);
  if (found.value) return found.value;
  if (!found.known) fail("operand {} is a shape with the batch dim N, which cannot be used as data", i);
  found.value = graph().constant(*found.known);
  const Node& node = graph().node(found.value);
  if (node.name.empty() && !found.name.empty() && found.name.front() != '%' &&
      !is_generated_name(found.name) && !graph().find(found.name))
    graph().name(found.value, found.name);
  return found.value;
}

std::vector<Value> NodeCall::values() const {
  std::vector<Value> result;
  for (size_t i = 0; i < count(); ++i) result.push_back(value(i));
  return result;
}

Value NodeCall::number_as(size_t i, DType dtype) const {
  const Operand& found = operand(i);
  if (!found.known || found.value || found.known->dtype() == dtype || found.known->dtype() != DType::i64)
    return cast(value(i), dtype);
  Tensor converted(found.known->shape().as(dtype));
  for (int64_t k = 0; k < converted.size(); ++k) converted.set(k, found.known->at(k));
  return graph().constant(std::move(converted));
}

Numbers NodeCall::numbers(size_t first, size_t last) const {
  last = std::min(last, count());
  const auto type_of = [&](size_t i) {
    const Operand& x = operand(i);
    return x.value ? x.value.dtype() : x.known ? x.known->dtype() : DType::i64;
  };
  Numbers result{.are_whole = true};
  DType dtype = DType::f64;
  for (size_t i = first; i < last; ++i) {
    if (!is_float(type_of(i))) continue;
    dtype = type_of(i);
    result.are_whole = false;
  }
  for (size_t i = first; i < last; ++i)
    result.values.push_back(is_float(type_of(i)) ? value(i) : number_as(i, dtype));
  return result;
}

Value NodeCall::truth(size_t i) const {
  const Operand& found = operand(i);
  if (found.truth == Operand::Truth::no) fail("operand {} is not of truth values", i);
  if (found.truth == Operand::Truth::zero_one) return found.value;
  return 1.0 - equal(found.value, scalar_like(found.value, 0));
}

const Tensor* NodeCall::known(size_t i) const { return operand(i).known.get(); }

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

std::vector<double> NodeCall::reals(std::string_view name) {
  std::vector<double> result;
  const AttributeProto* found = attribute(name);
  if (!found) return result;
  if (found->type() != AttributeProto::FLOATS) fail("the attribute \"{}\" is not a list of floats", name);
  return {found->floats().begin(), found->floats().end()};
}

std::vector<std::string> NodeCall::texts(std::string_view name) {
  const AttributeProto* found = attribute(name);
  if (!found) return {};
  if (found->type() != AttributeProto::STRINGS) fail("the attribute \"{}\" is not a list of texts", name);
  return {found->strings().begin(), found->strings().end()};
}

std::string NodeCall::text(std::string_view name, std::string otherwise) {
  const AttributeProto* found = attribute(name);
  if (!found) return otherwise;
  if (found->type() != AttributeProto::STRING) fail("the attribute \"{}\" is not a text", name);
  return found->s();
}

Tensor NodeCall::tensor(std::string_view name) {
  const AttributeProto* found = attribute(name);
  if (!found || found->type() != AttributeProto::TENSOR) fail("the attribute \"{}\" is no tensor", name);
  return read_tensor(found->t(), rules());
}

bool NodeCall::has_attribute(std::string_view name) { return attribute(name) != nullptr; }

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
