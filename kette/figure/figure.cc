#include "kette/figure/figure.h"

#include <fmt/format.h>

#include "kette/graph/op_def.h"

namespace kette {
namespace {

constexpr int64_t kTitleElements = 4;  // of a constant that is titled by its values

std::string attributes_text(const Node& node) {
  std::string list;
  for (const auto& [key, value] : node.attributes) {
    const AttributeSpec* spec = node.op->attribute(key);
    if (spec->required || to_string(value) != to_string(spec->initial))
      list += fmt::format("{}{}={}", list.empty() ? "" : ", ", key, to_string(value));
  }
  return list;
}

std::string values_text(const Tensor& tensor) {
  std::string list;
  for (int64_t i = 0; i < tensor.size(); ++i)
    list += fmt::format("{}{:.6g}", i == 0 ? "" : ", ", tensor.at(i));
  return tensor.shape().rank() == 0 ? list : "[" + list + "]";
}

Figure::Node figure_node(const Graph& graph, int id, const FigureOptions& options, DType usual) {
  const Node& node = graph.node(id);
  Figure::Node drawn{.id = id, .kind = node.kind, .name = node.name};
  const bool is_bound = options.batch != kBatch && node.shape.has_batch();
  drawn.shape = dims_label(is_bound ? node.shape.bind(options.batch) : node.shape, usual);
  drawn.backward = id >= options.backward_from;
  if (node.kind == NodeKind::operation) {
    drawn.operation = node.op->name;
    drawn.attributes = attributes_text(node);
  } else if (node.kind == NodeKind::constant) {
    if (node.shape.size() <= kTitleElements)
      drawn.operation = values_text(*node.value);
    else if (node.name.empty())
      drawn.name = graph.label(id);
  }
  return drawn;
}

/// By id: whether one of the wanted nodes needs it.
std::vector<bool> needed(const Graph& graph, const std::vector<Value>& wanted) {
  std::vector<bool> is_needed(static_cast<size_t>(graph.size()), wanted.empty());
  for (const Value value : wanted) is_needed[static_cast<size_t>(value.id)] = true;
  for (size_t id = is_needed.size(); id-- > 0;)
    if (is_needed[id])
      for (const int input : graph.node(static_cast<int>(id)).inputs)
        is_needed[static_cast<size_t>(input)] = true;
  return is_needed;
}

}  // namespace

std::string Figure::Node::title() const {
  std::string call = operation;
  if (!attributes.empty()) call += "(" + attributes + ")";
  return name.empty() || call.empty() ? name + call : name + " = " + call;
}

std::string dims_label(const Shape& shape, DType usual) {
  std::string text;
  for (const int64_t dim : shape.dims())
    text += (text.empty() ? "" : "×") + (dim == kBatch ? "N" : std::to_string(dim));
  if (shape.rank() == 0) text = "1×1";
  if (shape.rank() == 1 && !shape.has_batch()) text.insert(0, "1×");
  return shape.dtype() == usual ? text : fmt::format("{} {}", text, to_string(shape.dtype()));
}

Figure figure_of(const Graph& graph, const FigureOptions& options) {
  // A graph of float64 alone is one that was made so throughout: nothing to say at every node.
  bool has_f32 = false;
  for (const Node& node : graph.nodes()) has_f32 |= node.shape.dtype() == DType::f32;
  const DType usual = has_f32 ? DType::f32 : DType::f64;

  Figure figure;
  const std::vector<bool> is_drawn = needed(graph, options.wanted);
  std::vector<size_t> place(is_drawn.size());
  for (int id = 0; id < graph.size(); ++id) {
    if (!is_drawn[static_cast<size_t>(id)]) continue;
    const size_t here = place[static_cast<size_t>(id)] = figure.nodes.size();
    figure.nodes.push_back(figure_node(graph, id, options, usual));
    for (const int input : graph.node(id).inputs)
      figure.edges.push_back({place[static_cast<size_t>(input)], here});
  }
  return figure;
}

}  // namespace kette
