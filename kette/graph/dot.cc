#include "kette/graph/dot.h"

#include <fmt/format.h>

#include "kette/graph/op_def.h"

namespace kette {
namespace {

constexpr int64_t kShownElements = 4;  // of a constant; larger ones are drawn by their name alone

/// Text inside a quoted Graphviz string; `\` begins an escape there.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return result;
}

std::string dims(const Shape& shape) {
  std::string text;
  for (const int64_t dim : shape.dims())
    text += (text.empty() ? "" : "×") + (dim == kBatch ? "N" : std::to_string(dim));
  if (shape.rank() == 0) text.push_back('1');
  return shape.dtype() == DType::f32 ? text : fmt::format("{} {}", text, to_string(shape.dtype()));
}

std::string call(const Node& node) {
  std::string list;
  for (const auto& [key, value] : node.attributes) {
    const AttributeSpec* spec = node.op->attribute(key);
    if (spec->required || to_string(value) != to_string(spec->initial))
      list += fmt::format("{}{}={}", list.empty() ? "" : ", ", key, to_string(value));
  }
  return list.empty() ? std::string(node.op->name) : fmt::format("{}({})", node.op->name, list);
}

std::string values(const Tensor& tensor) {
  std::string list;
  for (int64_t i = 0; i < tensor.size(); ++i)
    list += fmt::format("{}{:.6g}", i == 0 ? "" : ", ", tensor.at(i));
  return tensor.shape().rank() == 0 ? list : "[" + list + "]";
}

std::string label(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  std::string what;
  if (node.kind == NodeKind::operation) what = call(node);
  if (node.kind == NodeKind::constant && node.shape.size() <= kShownElements) what = values(*node.value);
  if (what.empty()) return graph.label(id);
  return node.name.empty() ? what : node.name + " = " + what;
}

std::string_view style(NodeKind kind) {
  switch (kind) {
    case NodeKind::input:
      return "shape=plaintext";
    case NodeKind::parameter:
      return "shape=box, style=filled, fillcolor=lightgrey";
    case NodeKind::constant:
      return "shape=plaintext, fontsize=10, margin=0, height=0";
    case NodeKind::operation:
      return "shape=oval";
  }
  return "";
}

}  // namespace

std::string dot(const Graph& graph) {
  std::string text = "digraph kette {\n  rankdir=BT;\n  ordering=in;\n";
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    text += fmt::format("  n{} [label=\"{}\\n{}\", {}];\n", id, escaped(label(graph, id)), dims(node.shape),
                        style(node.kind));
    for (const int input : node.inputs) text += fmt::format("  n{} -> n{};\n", input, id);
  }
  return text + "}\n";
}

}  // namespace kette
