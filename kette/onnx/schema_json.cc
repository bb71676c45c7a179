#include "kette/onnx/schema_json.h"

#include <nlohmann/json.hpp>

#include "kette/base/error.h"
#include "kette/data/table.h"

namespace kette {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::exception&) {
    fail("[onnx] a name or label is not text in UTF-8");
  }
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

std::vector<std::string> texts(const Json& json, std::string_view what) {
  if (!json.is_array()) fail("{} is not a list of texts", what);
  std::vector<std::string> result;
  for (const Json& text : json) {
    if (!text.is_string()) fail("{} is not a list of texts", what);
    result.push_back(text.get<std::string>());
  }
  return result;
}

/// The member, or null.
const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text(const Json& object, const char* key) {
  const Json& found = member(object, key);
  if (!found.is_string()) fail("kette.schema has no text \"{}\"", key);
  return found.get<std::string>();
}

Json features_to_json(const std::vector<data::Feature>& features) {
  Json list = Json::array();
  for (const data::Feature& feature : features) {
    Json object{{"name", feature.name}, {"kind", data::to_string(feature.kind)}};
    if (!feature.categories.empty() || feature.kind == data::Feature::Kind::category)
      object["categories"] = feature.categories;
    if (feature.kind == data::Feature::Kind::category) object["kept"] = feature.kept;
    if (feature.shared) object["shared"] = true;
    if (!feature.date_format.empty()) object["format"] = feature.date_format;
    list.push_back(std::move(object));
  }
  return list;
}

std::vector<data::Feature> features_from_json(const Json& list) {
  if (!list.is_array()) fail("\"features\" in kette.schema is not a list");
  std::vector<data::Feature> features;
  for (const Json& object : list) {
    if (!object.is_object()) fail("a feature in kette.schema is not an object");
    data::Feature feature{.name = text(object, "name"),
                          .kind = data::parse_feature_kind(text(object, "kind"))};
    if (object.contains("categories"))
      feature.categories = texts(object["categories"], "\"categories\" in kette.schema");
    if (const Json& kept = member(object, "kept"); kept.is_number_integer())
      feature.kept = kept.get<int64_t>();
    feature.shared = member(object, "shared") == true;
    if (object.contains("format")) feature.date_format = text(object, "format");
    features.push_back(std::move(feature));
  }
  return features;
}

}  // namespace

std::string schema_to_json(const Schema& schema) {
  Json json{{"version", kSchemaVersion},
            {"task", data::to_string(schema.task)},
            {"features", features_to_json(schema.features)},
            {"targets", schema.targets},
            {"labels", schema.labels}};
  if (schema.by_position) json["by_position"] = true;
  return dump(json);
}

Schema schema_from_json(std::string_view json, std::string_view writer) {
  const Json object = parse(json);
  if (!object.is_object()) fail("kette.schema is not a JSON object");
  const Json& version = member(object, "version");
  if (!version.is_number_integer() || version.get<int64_t>() < 1) fail("kette.schema has no version");
  if (version.get<int64_t>() > kSchemaVersion)
    fail("the model is in format {}, written by kette {}; this kette reads formats up to {}",
         version.get<int64_t>(), data::on_one_line(writer), kSchemaVersion);
  if (version.get<int64_t>() < kOldestSchemaVersion)
    fail("the model is in the old format {}; train it anew", version.get<int64_t>());
  return {.task = data::parse_task(text(object, "task")),
          .features = features_from_json(member(object, "features")),
          .targets = texts(member(object, "targets"), "\"targets\" in kette.schema"),
          .labels = texts(member(object, "labels"), "\"labels\" in kette.schema"),
          .by_position = member(object, "by_position") == true};
}

std::string texts_to_json(const std::vector<std::string>& texts) { return dump(Json(texts)); }

std::vector<std::string> texts_from_json(std::string_view json, std::string_view what) {
  return texts(parse(json), what);
}

}  // namespace kette
