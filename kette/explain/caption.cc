#include "kette/explain/caption.h"

#include <optional>

#include "kette/ops/ops.h"

namespace kette {
namespace {

/// The column of the features that a node of one element is taken from.
std::optional<int64_t> column_of(const Subject& subject, int id) {
  const Graph& graph = *subject.graph;
  if (graph.node(id).shape.size() != 1) return std::nullopt;
  int64_t column = 0;
  while (id != subject.features.id) {
    const Node& node = graph.node(id);
    if (node.kind != NodeKind::operation) return std::nullopt;
    if (node.op == &kSlice) {
      column += node.attributes.integer("begin");
    } else if (node.op == &kConcat) {
      size_t part = 0;
      while (column >= graph.node(node.inputs[part]).shape[1])
        column -= graph.node(node.inputs[part++]).shape[1];
      id = node.inputs[part];
      continue;
    } else if (node.op != &kReshape && node.op != &kCast) {
      return std::nullopt;
    }
    id = node.inputs[0];
  }
  return column;
}

}  // namespace

std::string caption_of(const Subject& subject, int id) {
  if (subject.is_model && subject.expected && id == subject.expected.id && subject.row) {
    std::string fields;
    for (const std::string& target : subject.schema.targets)
      if (const int64_t at = subject.row->find(target); at >= 0)
        fields += (fields.empty() ? "" : ", ") + subject.row->field(0, at);
    return fields.empty() ? std::string("expected") : fields;
  }
  const Node& node = subject.graph->node(id);
  if (!subject.is_model || !node.name.empty() || node.shape.size() != 1) return subject.graph->label(id);
  std::optional<int64_t> column = column_of(subject, id);
  if (!column) return subject.graph->label(id);
  for (const data::Feature& feature : subject.schema.features) {
    if (*column < feature.width()) {
      const int64_t at = subject.row ? subject.row->find(feature.name) : -1;
      return at >= 0 ? subject.row->field(0, at) : feature.name;
    }
    *column -= feature.width();
  }
  return subject.graph->label(id);
}

}  // namespace kette
