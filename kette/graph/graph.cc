#include "kette/graph/graph.h"

#include <climits>
#include <functional>

#include "kette/base/error.h"
#include "kette/graph/literal.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

size_t mix(size_t hash, size_t next) { return hash * 0x9E3779B97F4A7C15u + next; }

size_t hash_tensor(const Tensor& tensor) {
  const std::string_view bytes(reinterpret_cast<const char*>(tensor.bytes()),
                               static_cast<size_t>(tensor.shape().bytes()));
  return mix(std::hash<std::string_view>{}(bytes), std::hash<std::string>{}(to_string(tensor.shape())));
}

void check_name(std::string_view name) {
  if (name.empty() || name.front() == '%')
    fail("[graph] {} is not a name; a name is not empty and does not begin with %", in_quotes(name));
}

std::string operand_count(const OpDef& op) {
  if (op.min_inputs == op.max_inputs) return fmt::format("{}", op.min_inputs);
  return op.max_inputs == INT_MAX ? fmt::format("{} or more", op.min_inputs)
                                  : fmt::format("{} to {}", op.min_inputs, op.max_inputs);
}

/// Fills in defaults and rejects unknown or mistyped attributes.
Attributes completed(const OpDef& op, const Attributes& given) {
  for (const auto& [key, value] : given) {
    const AttributeSpec* spec = op.attribute(key);
    if (!spec) fail("[{}] has no attribute \"{}\"", op.name, key);
    const bool whole_for_real =
        std::holds_alternative<int64_t>(value) && std::holds_alternative<double>(spec->initial);
    if (value.index() != spec->initial.index() && !whole_for_real)
      fail("[{}] attribute \"{}\" is {}; expected the form of {}", op.name, key, to_string(value),
           to_string(spec->initial));
  }
  Attributes result;
  for (const AttributeSpec& spec : op.attributes) {
    const Attribute* value = given.find(spec.name);
    if (!value && spec.required) fail("[{}] attribute \"{}\" is missing", op.name, spec.name);
    if (std::holds_alternative<double>(spec.initial))
      result.set(spec.name, value ? given.real(spec.name) : std::get<double>(spec.initial));
    else
      result.set(spec.name, value ? *value : spec.initial);
  }
  return result;
}

}  // namespace

Value Graph::append(Node node, size_t hash) {
  const int id = size();
  if (!node.name.empty()) names_.emplace(node.name, id);
  nodes_.push_back(std::move(node));
  if (hash != 0) interned_.emplace(hash, id);
  return {this, id};
}

Value Graph::leaf(NodeKind kind, std::string_view name, const Shape& shape) {
  check_name(name);
  if (const Value known = find(name)) {
    const Node& old = node(known);
    if (old.kind == kind && old.shape == shape) return known;
    fail("[graph] the name {} is taken by a {} node", in_quotes(name), to_string(old.shape));
  }
  return append({.kind = kind, .shape = shape, .name = std::string(name)}, 0);
}

Value Graph::input(std::string_view name, const Shape& shape) { return leaf(NodeKind::input, name, shape); }

Value Graph::parameter(std::string_view name, const Shape& shape) {
  if (shape.has_batch()) fail("[graph] the parameter {} has the symbolic dim N", in_quotes(name));
  return leaf(NodeKind::parameter, name, shape);
}

Value Graph::constant(Tensor value) {
  const size_t hash = hash_tensor(value) | 1;
  for (auto [at, end] = interned_.equal_range(hash); at != end; ++at) {
    const Node& known = node(at->second);
    if (known.kind == NodeKind::constant && *known.value == value) return {this, at->second};
  }
  const Shape shape = value.shape();
  return append(
      {.kind = NodeKind::constant, .shape = shape, .value = std::make_shared<const Tensor>(std::move(value))},
      hash);
}

Value Graph::constant(double value, DType dtype) {
  Tensor scalar(Shape({}, dtype));
  scalar.set(0, value);
  return constant(std::move(scalar));
}

Value Graph::apply(const OpDef& op, std::span<const Value> inputs, const Attributes& given) {
  const int count = static_cast<int>(inputs.size());
  if (count < op.min_inputs || count > op.max_inputs)
    fail("[{}] takes {} operand(s), found {}", op.name, operand_count(op), count);
  Node result{.op = &op, .attributes = completed(op, given)};
  std::vector<Shape> shapes;
  size_t hash = mix(std::hash<const void*>{}(&op), result.attributes.hash());
  for (const Value& input : inputs) {
    if (input.graph != this)
      fail("[{}] an operand belongs to {}", op.name, input.graph ? "another graph" : "no graph");
    if (input.id < 0 || input.id >= size())
      fail("[{}] an operand is node {}; the graph has {}", op.name, input.id, size());
    result.inputs.push_back(input.id);
    shapes.push_back(input.shape());
    hash = mix(hash, static_cast<size_t>(input.id));
  }
  hash |= 1;
  for (auto [at, end] = interned_.equal_range(hash); at != end; ++at) {
    const Node& known = node(at->second);
    if (known.op == &op && known.inputs == result.inputs && known.attributes == result.attributes)
      return {this, at->second};
  }
  result.shape = op.infer({op, shapes, result.attributes});
  return append(std::move(result), hash);
}

Value Graph::name(Value value, std::string_view name) {
  check_name(name);
  if (value.graph != this || value.id < 0 || value.id >= size())
    fail("[graph] the node to be named {} is not one of this graph", in_quotes(name));
  if (const Value known = find(name); known && known != value)
    fail("[graph] the name {} is taken", in_quotes(name));
  Node& node = nodes_[static_cast<size_t>(value.id)];
  if (node.name == name) return value;
  if (node.kind == NodeKind::input || node.kind == NodeKind::parameter)
    fail("[graph] the {} {} cannot be renamed", node.kind == NodeKind::input ? "input" : "parameter",
         in_quotes(node.name));
  if (!node.name.empty()) names_.erase(node.name);
  node.name = name;
  names_.emplace(node.name, value.id);
  return value;
}

Value Graph::find(std::string_view name) const {
  const auto at = names_.find(std::string(name));
  if (at == names_.end()) return {};
  return {const_cast<Graph*>(this), at->second};
}

Value Graph::value(int id) const {
  if (id < 0 || id >= size()) fail("[graph] there is no node {}; the graph has {}", id, size());
  return {const_cast<Graph*>(this), id};
}

std::string Graph::label(int id) const {
  const Node& n = node(id);
  return n.name.empty() ? fmt::format("%{}", id) : n.name;
}

}  // namespace kette
