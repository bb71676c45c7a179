#include "kette/model/verify.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_set>

#include "kette/base/error.h"
#include "kette/data/date.h"

namespace kette {
namespace {

/// Whether the bytes are UTF-8 as in RFC 3629: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    if (first < 0x80) continue;
    const size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || text.size() - i < more) return false;
    uint32_t point = first & (0x3Fu >> more);
    for (size_t k = 0; k < more; ++k) {
      const auto next = static_cast<unsigned char>(text[i++]);
      if ((next & 0xC0u) != 0x80u) return false;
      point = point << 6 | (next & 0x3Fu);
    }
    constexpr uint32_t kLowest[] = {0, 0x80, 0x800, 0x10000};
    if (point < kLowest[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
  }
  return true;
}

void check_utf8(std::string_view what, std::string_view text) {
  if (!is_utf8(text)) fail("[model] the {} {} is not text in UTF-8", what, data::quote(text));
}

void check_distinct(std::string_view what, std::span<const std::string> texts) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& text : texts) {
    check_utf8(what, text);
    if (!seen.insert(text).second) fail("[model] the {} {} stands twice", what, data::quote(text));
  }
}

void check_feature(const data::Feature& feature) {
  using Kind = data::Feature::Kind;
  check_distinct("category", feature.categories);
  const auto categories = static_cast<int64_t>(feature.categories.size());
  const bool fits = feature.kind == Kind::category ? feature.kept >= 0 && feature.kept <= categories
                    : feature.kind == Kind::words  ? categories > 0 && feature.kept == 0
                                                   : categories == 0 && feature.kept == 0;
  if (!fits)
    fail("[model] the feature {} is a {} with {} categories of which {} are kept", data::quote(feature.name),
         data::to_string(feature.kind), categories, feature.kept);
  if (feature.shared && feature.kind != Kind::category)
    fail("[model] the feature {} is a {}; only categories are shared", data::quote(feature.name),
         data::to_string(feature.kind));
  if ((feature.kind == Kind::date) == feature.date_format.empty())
    fail("[model] the feature {} is a {} with the date format {}", data::quote(feature.name),
         data::to_string(feature.kind), data::quote(feature.date_format));
  if (feature.kind == Kind::date) data::parse_date_format(feature.date_format);
}

/// Features that share their categories have the same ones.
void check_shared(std::span<const data::Feature> features) {
  const data::Feature* first = nullptr;
  for (const data::Feature& feature : features) {
    if (!feature.shared) continue;
    if (!first) first = &feature;
    if (feature.kept != first->kept || feature.categories != first->categories)
      fail("[model] the features {} and {} share their categories, but have different ones",
           data::quote(first->name), data::quote(feature.name));
  }
}

void check_node(const Model& model, std::string_view what, Value value) {
  if (value.graph != model.graph.get() || value.id < 0 || value.id >= model.graph->size())
    fail("[model] {} is not a node of the model's graph", what);
}

void check_shape(std::string_view what, const Shape& found, const Shape& expected) {
  if (found != expected) fail("[model] {} is {}; expected {}", what, to_string(found), to_string(expected));
}

}  // namespace

void verify(const Schema& schema) {
  if (schema.features.empty()) fail("[model] there are no features");
  for (const data::Feature& feature : schema.features) check_feature(feature);
  check_shared(schema.features);
  check_distinct("feature", data::names_of(schema.features));
  if (schema.targets.empty()) fail("[model] there is no target");
  if (schema.targets.size() > 1 && schema.task != data::Task::regression)
    fail("[model] {} targets do not fit the task {}", schema.targets.size(), data::to_string(schema.task));
  check_distinct("target", schema.targets);
  for (const data::Feature& feature : schema.features)
    if (std::ranges::find(schema.targets, feature.name) != schema.targets.end())
      fail("[model] the target {} is also a feature", data::quote(feature.name));
  check_distinct("label", schema.labels);
  const size_t labels = schema.labels.size();
  const bool fits = schema.task == data::Task::regression ? labels == 0
                    : schema.task == data::Task::binary   ? labels == 2
                                                          : labels >= 2;
  if (!fits) fail("[model] {} labels do not fit the task {}", labels, data::to_string(schema.task));
}

void verify(const Model& model) {
  verify(model.schema);
  const bool classes = model.schema.task != data::Task::regression;
  if (!model.graph) fail("[model] there is no graph");
  check_node(model, "features", model.features);
  check_node(model, "scores", model.scores);
  check_node(model, "prediction", model.prediction);
  const Node& features = model.graph->node(model.features);
  if (features.kind != NodeKind::input || features.name != "features")
    fail("[model] the features are not the input \"features\"");
  check_shape("features", features.shape, Shape({kBatch, data::total_width(model.schema.features)}));
  const auto columns =
      static_cast<int64_t>(classes ? model.schema.labels.size() : model.schema.targets.size());
  check_shape(classes ? "probabilities" : "prediction", model.prediction.shape(), Shape({kBatch, columns}));
  const Shape& scores = model.scores.shape();
  const bool single = scores == Shape({kBatch, 1}) && model.schema.task != data::Task::multiclass;
  if (!single) check_shape("scores", scores, Shape({kBatch, columns}));
}

}  // namespace kette
