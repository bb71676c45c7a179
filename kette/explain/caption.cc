#include "kette/explain/caption.h"

#include <fmt/format.h>

#include "kette/data/parse_number.h"
#include "kette/explain/provenance.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// Where a class may be taken for its number, or there are several targets, "expected".
std::string caption_of_expected(const Subject& subject) {
  const Schema& schema = subject.schema;
  if (schema.targets.size() > 1) return "expected";
  if (schema.task == data::Task::regression) return schema.targets.front();
  const int64_t at = subject.row ? subject.row->find(schema.targets.front()) : -1;
  const std::string label = at < 0 ? "" : subject.row->field(0, at);
  return label.empty() || data::parse_number(label) ? "expected" : label;
}

}  // namespace

std::string caption_of(const Subject& subject, int id) {
  const Node& node = subject.graph->node(id);
  if (!subject.is_model) return subject.graph->label(id);
  if (subject.expected && id == subject.expected.id) return caption_of_expected(subject);
  if (!node.name.empty()) return node.name;
  if (node.op == &kSlice && node.inputs[0] == subject.prepared.id)
    return fmt::format("{}({}–{})", subject.prepared.name(), node.attributes.integer("begin") + 1,
                       node.attributes.integer("end"));
  const bool is_code = node.shape.size() == 1 && !is_float(node.shape.dtype());
  const int feature = is_code ? features_behind(subject, subject.graph->value(id)).front() : kNoFeature;
  if (feature < 0) return subject.graph->label(id);
  const std::string& column = subject.schema.features[static_cast<size_t>(feature)].name;
  const int64_t at = subject.row ? subject.row->find(column) : -1;
  const std::string field = at < 0 ? "" : subject.row->field(0, at);
  return field.empty() ? column : field;
}

}  // namespace kette
