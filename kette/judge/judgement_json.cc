#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/judge/judgement.h"

namespace kette {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostClassesOfMatrix = 100, kConfusionsListed = 20;

Json number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json curve_json(std::span<const CurvePoint> curve) {
  Json points = Json::array();
  for (const CurvePoint& p : curve) points.push_back({p.x, p.y, number_or_null(p.threshold)});
  return points;
}

Json averages_json(const AverageScores& averages, double ClassScores::*score) {
  return {{"macro", averages.macro.*score},
          {"micro", averages.micro.*score},
          {"weighted", averages.weighted.*score}};
}

Json class_json(const ClassJudgement& one) {
  Json json = {{"label", one.label},
               {"rows", one.rows},
               {"predicted", one.predicted},
               {"right", one.right},
               {"precision", one.scores.precision},
               {"recall", one.scores.recall},
               {"f1", one.scores.f1},
               {"roc_auc", number_or_null(one.roc_auc)},
               {"average_precision", number_or_null(one.average_precision)}};
  if (!one.roc_curve.empty()) json["roc_curve"] = curve_json(one.roc_curve);
  if (!one.precision_recall_curve.empty())
    json["precision_recall_curve"] = curve_json(one.precision_recall_curve);
  return json;
}

Json matrix_json(const Confusion& confusion) {
  std::vector<std::vector<int64_t>> matrix(confusion.classes(), std::vector<int64_t>(confusion.classes()));
  for (const Confusion::Cell& cell : confusion.cells)
    matrix[static_cast<size_t>(cell.expected)][static_cast<size_t>(cell.predicted)] = cell.rows;
  return matrix;
}

Json mistakes_json(const Confusion& confusion, const std::vector<std::string>& labels) {
  Json list = Json::array();
  for (const Confusion::Cell& cell : most_frequent_mistakes(confusion, kConfusionsListed))
    list.push_back({{"expected", labels[static_cast<size_t>(cell.expected)]},
                    {"predicted", labels[static_cast<size_t>(cell.predicted)]},
                    {"rows", cell.rows}});
  return list;
}

Json decision_json(const std::optional<Decision>& decision) {
  if (!decision) return nullptr;
  return {{"threshold", decision->threshold},     {"precision", decision->precision},
          {"recall", decision->recall},           {"f1", decision->f1},
          {"specificity", decision->specificity}, {"accuracy", decision->accuracy}};
}

Json calibration_json(const ClassificationJudgement& c) {
  Json curve = Json::array();
  for (const ReliabilityBin& bin : c.reliability)
    curve.push_back({{"from", bin.from},
                     {"to", bin.to},
                     {"rows", bin.rows},
                     {"probability", bin.rows > 0 ? Json(bin.probability) : Json(nullptr)},
                     {"share", bin.rows > 0 ? Json(bin.share) : Json(nullptr)}});
  Json json = {{"ece", c.expected_calibration_error}, {"reliability", std::move(curve)}};
  if (const auto& t = c.temperature)
    json["temperature"] = {{"value", t->temperature},
                           {"log_loss_before", number_or_null(t->log_loss)},
                           {"log_loss_after", number_or_null(t->tempered_log_loss)},
                           {"ece_before", t->expected_calibration_error},
                           {"ece_after", t->tempered_calibration_error}};
  else
    json["temperature"] = nullptr;
  return json;
}

Json worst_json(const ClassificationJudgement& c) {
  Json list = Json::array();
  for (const ClassificationJudgement::Worst& w : c.worst)
    list.push_back({{"row", w.row},
                    {"expected", c.classes[static_cast<size_t>(w.expected)].label},
                    {"predicted", c.classes[static_cast<size_t>(w.predicted)].label},
                    {"probability", w.probability},
                    {"predicted_probability", w.predicted_probability},
                    {"loss", number_or_null(w.loss)}});
  return list;
}

void add_classification(Json& json, const ClassificationJudgement& c, const Schema& schema) {
  json["accuracy"] = c.accuracy;
  json["loss"] = number_or_null(c.log_loss);
  json["balanced_accuracy"] = c.balanced_accuracy;
  json["precision"] = averages_json(c.averages, &ClassScores::precision);
  json["recall"] = averages_json(c.averages, &ClassScores::recall);
  json["f1"] = averages_json(c.averages, &ClassScores::f1);
  json["mcc"] = c.matthews_correlation;
  json["kappa"] = number_or_null(c.cohens_kappa);
  json["log_loss"] = number_or_null(c.log_loss);
  json["brier"] = c.brier;
  json["roc_auc"] = number_or_null(c.roc_auc);
  json["average_precision"] = number_or_null(c.average_precision);
  if (c.positive) {
    json["positive"] = schema.labels[static_cast<size_t>(*c.positive)];
    json["threshold"] = number_or_null(c.threshold);
    json["thresholds"] = {{"f1", decision_json(c.best_f1)}, {"youden", decision_json(c.best_youden)}};
  } else {
    json["roc_auc_weighted"] = number_or_null(c.roc_auc_weighted);
    json["average_precision_weighted"] = number_or_null(c.average_precision_weighted);
    json["top_k"] = c.top_k;
    json["top_k_accuracy"] = c.top_k_accuracy;
  }
  json["calibration"] = calibration_json(c);
  json["classes"] = Json::array();
  for (const ClassJudgement& one : c.classes) json["classes"].push_back(class_json(one));
  if (c.classes.size() <= kMostClassesOfMatrix) json["confusion"] = matrix_json(c.confusion);
  json["mistakes"] = mistakes_json(c.confusion, schema.labels);
  json["worst"] = worst_json(c);
}

void add_measures(Json& json, const RegressionMeasures& m) {
  json["rmse"] = m.rmse;
  json["mae"] = m.mae;
  json["r2"] = number_or_null(m.r2);
  json["mse"] = m.mse;
  json["median_absolute_error"] = m.median_absolute_error;
  json["mape"] = m.mape;
  json["explained_variance"] = m.explained_variance;
  json["max_error"] = m.max_error;
}

Json residuals_json(const ResidualSummary& r) {
  return {{"mean", r.mean},
          {"deviation", r.deviation},
          {"quantiles",
           {{"0", r.least},
            {"0.05", r.quantile_05},
            {"0.25", r.quantile_25},
            {"0.5", r.median},
            {"0.75", r.quantile_75},
            {"0.95", r.quantile_95},
            {"1", r.most}}},
          {"histogram",
           {{"from", r.histogram.from},
            {"to", r.histogram.to},
            {"rows", r.histogram.rows},
            {"below", r.histogram.below},
            {"above", r.histogram.above}}}};
}

Json rows_json(std::span<const RegressionJudgement::Row> rows) {
  Json list = Json::array();
  for (const RegressionJudgement::Row& row : rows)
    list.push_back({{"row", row.row},
                    {"expected", row.expected},
                    {"predicted", row.predicted},
                    {"distance", row.distance}});
  return list;
}

void add_regression(Json& json, const RegressionJudgement& r) {
  add_measures(json, r.mean);
  json["rmse"] = r.rmse;  // over all elements, as training tells it
  json["mae"] = r.mae;
  json["mse"] = json["loss"] = r.mse;
  json["targets"] = Json::array();
  for (const TargetJudgement& target : r.targets) {
    Json one = {{"name", target.name}};
    add_measures(one, target.measures);
    one["residuals"] = residuals_json(target.residuals);
    json["targets"].push_back(std::move(one));
  }
  json["worst"] = rows_json(r.worst);
  if (!r.sample.empty()) json["sample"] = rows_json(r.sample);
}

}  // namespace

std::string to_json(const Judgement& judgement, const Schema& schema) {
  Json json;
  json["task"] = data::to_string(judgement.task);
  json["target"] = schema.target_names();
  json["rows"] = judgement.rows;
  if (judgement.classification) add_classification(json, *judgement.classification, schema);
  if (judgement.regression) add_regression(json, *judgement.regression);
  if (!judgement.intervals.empty()) {
    Json of = Json::array();
    for (const Interval& i : judgement.intervals)
      of.push_back({{"measure", i.measure}, {"value", i.value}, {"low", i.low}, {"high", i.high}});
    json["intervals"] = {
        {"level", judgement.level}, {"resamples", judgement.resamples}, {"of", std::move(of)}};
  }
  if (!judgement.undefined.empty()) {
    json["undefined"] = Json::object();
    for (const Undefined& u : judgement.undefined) json["undefined"][u.measure] = u.reason;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kette
