#include "kette/graph/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/graph/literal.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::input:
      return "input";
    case NodeKind::parameter:
      return "parameter";
    case NodeKind::constant:
      return "constant";
    case NodeKind::operation:
      return "operation";
  }
  return "";
}

template <class T>
ordered_json real(T value) {
  return std::isfinite(value) ? ordered_json(value)
                              : ordered_json(std::isnan(value) ? "nan" : literal(value));
}

ordered_json json_dims(const Shape& shape) {
  ordered_json list = ordered_json::array();
  for (const int64_t dim : shape.dims())
    list.push_back(dim == kBatch ? ordered_json("N") : ordered_json(dim));
  return list;
}

ordered_json attribute(const Attribute& value) {
  if (const auto* x = std::get_if<double>(&value)) return real(*x);
  if (const auto* s = std::get_if<std::string>(&value)) return text_json(*s);
  if (const auto* i = std::get_if<int64_t>(&value)) return *i;
  return std::get<std::vector<int64_t>>(value);
}

}  // namespace

ordered_json number_json(double value) { return real(value); }

ordered_json text_json(std::string_view text) {
  return ordered_json::parse(ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

ordered_json values_json(const Tensor& tensor) {
  ordered_json list = ordered_json::array();
  switch (tensor.dtype()) {
    case DType::f32:
      for (const float value : tensor.values<float>()) list.push_back(real(value));
      break;
    case DType::f64:
      for (const double value : tensor.values<double>()) list.push_back(real(value));
      break;
    case DType::i64:
      for (const int64_t value : tensor.values<int64_t>()) list.push_back(value);
      break;
  }
  return list;
}

ordered_json node_json(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  ordered_json result{{"id", id}, {"kind", name_of(node.kind)}};
  if (!node.name.empty()) result["name"] = text_json(node.name);
  if (node.kind == NodeKind::operation) {
    result["op"] = node.op->name;
    result["inputs"] = node.inputs;
    result["attributes"] = ordered_json::object();
    for (const auto& [key, value] : node.attributes) result["attributes"][key] = attribute(value);
  }
  result["dtype"] = to_string(node.shape.dtype());
  result["shape"] = json_dims(node.shape);
  if (node.kind == NodeKind::constant && node.shape.size() <= kJsonValues)
    result["values"] = values_json(*node.value);
  return result;
}

ordered_json json(const Graph& graph) {
  ordered_json nodes = ordered_json::array();
  for (int id = 0; id < graph.size(); ++id) nodes.push_back(node_json(graph, id));
  return {{"nodes", std::move(nodes)}};
}

}  // namespace kette
