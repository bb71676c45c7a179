#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "kette/data/date.h"
#include "kette/report/image.h"
#include "kette/report/report.h"

namespace kette {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kColumnsShown = 60, kColumnsOfImagesShown = 1, kExampleColumns = 12;
constexpr size_t kPointsShown = 400, kTrialsShownOnPage = 12, kFeaturesRanked = 30;
constexpr size_t kLongestField = 80;  // bytes

/// A text of the data as it can be shown: one line, not longer than kLongestField, or its beginning.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  if (result.size() <= kLongestField) return result;
  size_t end = kLongestField;
  while (end > 0 && (static_cast<unsigned char>(result[end]) & 0xC0) == 0x80) --end;
  return result.substr(0, end) + "…";
}

/// Every number that is not whole to seven digits: what a chart or table can show.
void shorten(Json& json) {
  if (json.is_number_float()) {
    const double value = json.get<double>();
    json = std::isfinite(value) ? Json(std::strtod(fmt::format("{:.7g}", value).c_str(), nullptr))
                                : Json(nullptr);
  } else if (json.is_structured()) {
    for (Json& part : json) shorten(part);
  }
}

// Data
// ----------------------------------------------------------------------------------------------------------

std::string role_of(const data::ColumnProfile& column, const Schema& schema) {
  if (std::ranges::find(schema.targets, column.name) != schema.targets.end()) return "target";
  const bool is_feature = std::ranges::any_of(
      schema.features, [&](const data::Feature& feature) { return feature.name == column.name; });
  return is_feature ? "feature" : "unused";
}

Json column_json(const data::ColumnProfile& column, const Schema& schema) {
  Json json = {{"name", shown(column.name)},           {"role", role_of(column, schema)},
               {"type", data::to_string(column.type)}, {"missing", column.missing},
               {"distinct", column.distinct},          {"distinct_is_exact", column.has_exact_distinct()}};
  const data::NumberSummary& n = column.numbers;
  if (column.dates) {
    json["first_day"] = data::iso_date(static_cast<int64_t>(n.smallest));
    json["last_day"] = data::iso_date(static_cast<int64_t>(n.largest));
    json["histogram"] = n.histogram;
  } else if (n.present > 0) {
    json["numbers"] = {{"smallest", n.smallest},  {"lower_quartile", n.lower_quartile},
                       {"median", n.median},      {"upper_quartile", n.upper_quartile},
                       {"largest", n.largest},    {"mean", n.mean},
                       {"deviation", n.deviation}};
    json["histogram"] = n.histogram;
  }
  const bool is_named = column.type == data::ColumnType::category ||
                        column.type == data::ColumnType::boolean || column.type == data::ColumnType::codes;
  if (is_named) {
    json["most_frequent"] = Json::array();
    for (const auto& [value, rows] : column.most_frequent)
      json["most_frequent"].push_back({{"value", shown(value)}, {"rows", rows}});
  } else if (n.present == 0) {
    json["examples"] = Json::array();
    for (const std::string& example : column.examples) json["examples"].push_back(shown(example));
  }
  return json;
}

/// Targets first, then what the model uses, then the rest.
Json columns_json(const Report& report, const Schema& schema, bool are_pixels) {
  std::vector<const data::ColumnProfile*> order;
  for (const data::ColumnProfile& column : report.table.columns) order.push_back(&column);
  const auto rank = [&](const data::ColumnProfile* column) {
    const std::string role = role_of(*column, schema);
    return role == "target" ? 0 : role == "feature" ? 1 : 2;
  };
  std::ranges::stable_sort(order, {}, rank);
  order.resize(std::min(order.size(), are_pixels ? kColumnsOfImagesShown : kColumnsShown));
  Json list = Json::array();
  for (const data::ColumnProfile* column : order) list.push_back(column_json(*column, schema));
  return list;
}

/// Where every column but the targets is a pixel.
std::optional<ImageForm> image_of(const Report& report, const Schema& schema) {
  std::vector<std::string> names;
  for (const data::ColumnProfile& column : report.table.columns) {
    if (std::ranges::find(schema.targets, column.name) != schema.targets.end()) continue;
    if (column.numbers.present == 0) return std::nullopt;
    names.push_back(column.name);
  }
  return image_form(names);
}

/// The mean of each pixel, line by line.
Json image_json(const ImageForm& form, const Report& report) {
  Json means = Json::array();
  double largest = 0;
  for (const std::string& name : form.columns) {
    const auto column = std::ranges::find(report.table.columns, name, &data::ColumnProfile::name);
    means.push_back(column->numbers.mean);
    largest = std::max(largest, column->numbers.largest);
  }
  return {{"width", form.width}, {"height", form.height}, {"largest", largest}, {"means", std::move(means)}};
}

Json data_json(const Report& report, const Schema& schema, const std::optional<ImageForm>& image) {
  Json json = {{"files", report.table.files},
               {"rows", report.table.rows},
               {"columns", report.table.columns.size()},
               {"features", schema.features.size()},
               {"list", columns_json(report, schema, image.has_value())}};
  if (image) json["image"] = image_json(*image, report);
  if (report.training_rows > 0)
    json["split"] = {{"training", report.training_rows},
                     {"validation", report.validation_rows},
                     {"test", report.judgement ? report.judgement->rows : 0}};
  json["preparation"] = report.preparation;
  json["notes"] = report.notes;
  json["warnings"] = report.warnings;
  return json;
}

// Training
// ------------------------------------------------------------------------------------------------------

Json curve_json(const LearningCurve& curve) {
  Json json = {{"name", curve.name}};
  if (curve.kept) json["kept"] = *curve.kept;
  json["points"] = Json::array();
  const size_t count = curve.points.size(), stride = (count + kPointsShown - 1) / kPointsShown;
  const auto measured = [](const std::optional<Validation>& value) -> Json {
    if (!value) return nullptr;
    Json one = {{"loss", value->loss}};
    for (const auto& [name, measure] : value->measures)
      if (name != "loss") one[name] = measure;
    return one;
  };
  for (size_t i = 0; i < count; ++i) {
    const LearningCurve::Point& point = curve.points[i];
    if (i % stride != 0 && i + 1 != count && point.at != curve.kept) continue;
    Json one = {{"at", point.at}};
    if (point.loss) one["loss"] = *point.loss;
    if (point.training) one["training"] = measured(point.training);
    if (point.validation) one["validation"] = measured(point.validation);
    json["points"].push_back(std::move(one));
  }
  return json;
}

Json trials_json(const Report& report, const Schema& schema) {
  Json list = Json::array();
  for (const Trial& trial :
       std::span(report.trials).first(std::min(report.trials.size(), kTrialsShownOnPage))) {
    Json one = {{"network", trial.text},
                {"score", trial.score},
                {"epochs", trial.epochs},
                {"finished", trial.is_finished},
                {"networks_in_model", trial.networks}};
    if (schema.task != data::Task::regression && trial.is_finished) one["accuracy"] = trial.accuracy;
    list.push_back(std::move(one));
  }
  return {{"measure", schema.task == data::Task::regression ? "rmse" : "loss"},
          {"tried", report.trials.size()},
          {"list", std::move(list)}};
}

Json findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings)
    list.push_back({{"severity", to_string(finding.severity)},
                    {"what", finding.what},
                    {"layer", finding.layer},
                    {"text", finding.text},
                    {"remedy", finding.remedy}});
  return list;
}

// Result
// --------------------------------------------------------------------------------------------------------

Json importance_json(const Importance& importance, const std::optional<ImageForm>& image) {
  Json json = {{"measure", importance.measure},
               {"rows", importance.rows},
               {"repeats", importance.repeats},
               {"of", importance.features.size()},
               {"features", Json::array()}};
  for (const FeatureImportance& one :
       std::span(importance.features).first(std::min(importance.features.size(), kFeaturesRanked)))
    json["features"].push_back({{"name", shown(one.feature)},
                                {"worse", one.worse.mean},
                                {"worse_deviation", one.worse.deviation},
                                {"loss", one.loss.mean},
                                {"loss_deviation", one.loss.deviation}});
  if (!image) return json;
  json["pixels"] = Json::array();
  for (const std::string& name : image->columns) {
    const auto found = std::ranges::find(importance.features, name, &FeatureImportance::feature);
    json["pixels"].push_back(found == importance.features.end() ? 0.0 : found->loss.mean);
  }
  return json;
}

/// The features that a table of examples shows, in the schema's order: the most important ones, where this is
/// known.
std::vector<size_t> example_features(const Report& report, const Schema& schema) {
  std::vector<size_t> chosen;
  for (size_t i = 0; i < schema.features.size(); ++i) chosen.push_back(i);
  if (chosen.size() <= kExampleColumns) return chosen;
  if (report.importance) {
    const auto rank = [&](size_t feature) {
      const auto& ranked = report.importance->features;
      return std::ranges::find(ranked, schema.features[feature].name, &FeatureImportance::feature) -
             ranked.begin();
    };
    std::ranges::stable_sort(chosen, {}, rank);
  }
  chosen.resize(kExampleColumns);
  std::ranges::sort(chosen);
  return chosen;
}

std::vector<int64_t> worst_rows(const Judgement& judgement) {
  std::vector<int64_t> rows;
  if (judgement.classification)
    for (const auto& worst : judgement.classification->worst) rows.push_back(worst.row);
  if (judgement.regression)
    for (const auto& worst : judgement.regression->worst) rows.push_back(worst.row);
  return rows;
}

/// "houses.csv:17"
std::string place_of(const data::Table& table, int64_t row) {
  std::string place = table.place(row, 0);
  place.erase(place.rfind(':'));
  if (const size_t folder = place.rfind('/'); folder != std::string::npos) place.erase(0, folder + 1);
  return place;
}

/// The rows of `worst` as they stand in their table, in the same order.
Json examples_json(const Report& report, const Schema& schema, const std::optional<ImageForm>& image) {
  const data::Table& table = *report.judged.table;
  const std::vector<size_t> features = example_features(report, schema);
  Json json = {{"columns", Json::array()}, {"more_columns", schema.features.size() - features.size()}};
  for (const size_t feature : features) json["columns"].push_back(shown(schema.features[feature].name));
  json["rows"] = Json::array();
  for (const int64_t row : worst_rows(*report.judgement)) {
    Json one = {{"place", place_of(table, row)}, {"values", Json::array()}};
    if (image) {
      for (const std::string& name : image->columns) {
        const int64_t column = table.find(name);
        one["values"].push_back(column < 0 || !table.is_numeric(column)
                                    ? Json(nullptr)
                                    : Json(table.numbers(column)[static_cast<size_t>(row)]));
      }
    } else {
      for (const size_t feature : features) {
        const int64_t column = table.find(schema.features[feature].name);
        one["values"].push_back(column < 0 ? "" : shown(table.field(row, column)));
      }
    }
    json["rows"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string report_json(const Report& report, const Schema& schema) {
  const std::optional<ImageForm> image = image_of(report, schema);
  Json json = {{"format", 1},
               {"command", report.command},
               {"producer", report.producer},
               {"model", report.model},
               {"task", data::to_string(schema.task)},
               {"targets", schema.targets}};
  json["data"] = data_json(report, schema, image);
  if (!report.network.empty()) json["network"] = report.network;
  if (!report.training.empty()) json["training"] = report.training;
  if (!report.curves.empty()) {
    json["curves"] = {{"unit", report.curve_unit}, {"list", Json::array()}};
    for (const LearningCurve& curve : report.curves) json["curves"]["list"].push_back(curve_json(curve));
  }
  if (!report.trials.empty()) json["search"] = trials_json(report, schema);
  if (report.findings) json["doctor"] = findings_json(*report.findings);
  if (report.judgement) {
    json["judged"] = report.judged.what;
    json["judgement"] = Json::parse(to_json(*report.judgement, schema));
    if (report.judged.table) json["examples"] = examples_json(report, schema, image);
  }
  if (report.baseline) {
    json["baseline"] = {{"value", report.baseline->value}};
    if (schema.task != data::Task::regression) json["baseline"]["answer"] = report.baseline->answer;
  }
  if (report.importance) json["importance"] = importance_json(*report.importance, image);
  json["configuration"] = Json::array();
  for (const auto& [name, value] : report.configuration)
    json["configuration"].push_back({name, shown(value)});
  if (!report.repeat.empty()) json["repeat"] = report.repeat;
  shorten(json);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kette
