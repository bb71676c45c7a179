// What a model says, and the rows of a table.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "kette/base/threads.h"
#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/plot.h"
#include "kette/cli/text.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"
#include "kette/train/labelled.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr size_t kCells = 160, kCurveSamples = 501;  // of a surface each way, of a curve
constexpr int64_t kMostPointsDrawn = 1500;
constexpr size_t kMostNamed = 8;

/// Rows of the tables, as far as all that is drawn of them is known.
struct Points {
  std::vector<double> x, y;  // features
  std::vector<std::vector<double>>
      targets;  // a row each: numbers, or the position among the labels; empty: not known
};

void check_features(const Schema& schema, const std::string& model) {
  using Kind = data::Feature::Kind;
  const auto& features = schema.features;
  if (features.size() <= 2 &&
      std::ranges::all_of(features, [](const auto& f) { return f.kind == Kind::number; }))
    return;
  std::vector<std::string> names;
  for (size_t i = 0; i < std::min(features.size(), kMostNamed); ++i)
    names.push_back(features[i].kind == Kind::number
                        ? data::quote(features[i].name)
                        : fmt::format("{} ({})", data::quote(features[i].name), to_string(features[i].kind)));
  const size_t others = features.size() - names.size();
  fail("{}: has the {} {}{}; only a model of one or two numbers can be drawn (kette train --features a,b)",
       model, features.size() == 1 ? "feature" : "features", fmt::join(names, ", "),
       others > 0 ? fmt::format(" and {} more", others) : "");
}

/// Evenly spread where there are too many.
Points points_of(Schema& schema, const PlotFlags& flags, Threads* threads) {
  if (flags.what.size() < 2) return {};
  const data::TableFile file = read_table_files(std::span(flags.what).subspan(1), flags.table, threads);
  take_column_names(schema, file.table, "", false);
  tell(file.notes);
  const bool has_targets = std::ranges::all_of(
      schema.targets, [&](const std::string& target) { return file.table.contains(target); });
  Samples samples;
  if (has_targets && !schema.targets.empty()) {
    Labelled labelled = labelled_samples(schema, file.table, threads, UnknownLabels::leave_out);
    tell(describe_left_out(labelled));
    samples = std::move(labelled.samples);
  } else {
    samples.features = data::encode(file.table, schema.features, threads).matrix;
  }
  Points points;
  const int64_t rows = samples.rows(), stride = (rows + kMostPointsDrawn - 1) / kMostPointsDrawn;
  const int64_t targets = samples.targets.size() / std::max<int64_t>(rows, 1);
  for (int64_t i = 0; i < rows; i += stride) {
    points.x.push_back(samples.features.at(i, 0));
    points.y.push_back(schema.features.size() > 1 ? samples.features.at(i, 1) : 0);
    std::vector<double>& row = points.targets.emplace_back();
    for (int64_t t = 0; t < targets; ++t) row.push_back(samples.targets.at(i * targets + t));
  }
  if (stride > 1)
    tell({fmt::format("{} of {} are drawn", grouped(static_cast<int64_t>(points.x.size())),
                      counted(rows, "row"))});
  return points;
}

/// As asked for, else as far as the rows go and a little further.
std::pair<double, double> range_of(const std::vector<double>& numbers, const std::optional<double>& from,
                                   const std::optional<double>& to, const std::string& name,
                                   const std::string& options) {
  double least = INFINITY, most = -INFINITY;
  for (const double number : numbers)
    if (std::isfinite(number)) least = std::min(least, number), most = std::max(most, number);
  if ((!from || !to) && !(least <= most))
    throw UsageError(
        fmt::format("how far {} goes is not known: give a table, or {}", data::quote(name), options));
  const double margin = most > least ? 0.05 * (most - least) : std::max(std::abs(most), 1.0);
  const std::pair range{from.value_or(least - margin), to.value_or(most + margin)};
  check_range(data::quote(name), range.first, range.second);
  return range;
}

/// The column of the prediction that is drawn where only one can be.
int64_t target_of(const Schema& schema, const PlotFlags& flags) {
  if (flags.target.empty()) return 0;
  const auto found = std::ranges::find(schema.targets, flags.target);
  if (found == schema.targets.end())
    throw UsageError(fmt::format("--target: expected one of {}, not {}{}", fmt::join(schema.targets, ", "),
                                 data::quote(flags.target), suggestion(flags.target, schema.targets)));
  return found - schema.targets.begin();
}

Tensor predict(Model& model, const std::vector<std::vector<double>>& rows, Threads* threads) {
  const auto columns = static_cast<int64_t>(rows.front().size());
  Tensor features(Shape({static_cast<int64_t>(rows.size()), columns}));
  int64_t i = 0;
  for (const auto& row : rows)
    for (const double number : row) features.set(i++, number);
  return Predictor(model, threads).predict(data::Matrix(std::move(features))).prediction;
}

std::string probability_of(const Schema& schema, size_t label) {
  return fmt::format("P({} = {})", schema.target_names(), schema.labels[label]);
}

/// A series for each label, the points with no label in grey.
void add_classes(Chart& chart, const Points& points, const std::vector<double>& heights,
                 const Schema& schema) {
  std::vector<Series> of_label;
  for (size_t k = 0; k < schema.labels.size(); ++k)
    of_label.push_back(
        {.name = schema.labels[k], .mark = Series::Mark::points, .color = static_cast<int>(k)});
  of_label.push_back({.name = "rows", .mark = Series::Mark::points, .color = kColors - 1});
  for (size_t i = 0; i < points.x.size(); ++i) {
    const auto& row = points.targets[i];
    Series& series = of_label[row.empty() ? schema.labels.size() : static_cast<size_t>(row.front())];
    series.x.push_back(points.x[i]);
    series.y.push_back(heights[i]);
  }
  for (Series& series : of_label)
    if (!series.x.empty()) chart.series.push_back(std::move(series));
}

// Two features
// ------------------------------------------------------------------------------------------------------

Field class_field(const Schema& schema, const Tensor& probabilities) {
  const int64_t rows = probabilities.shape()[0];
  Field field{.names = schema.labels};
  if (schema.task == data::Task::binary) {
    field.colors = Field::Colors::halves;
    field.label = probability_of(schema, 1);
    field.from = 0;
    field.to = 1;
    field.levels = {0.5};
    for (int64_t i = 0; i < rows; ++i) field.values.push_back(probabilities.at(2 * i + 1));
    return field;
  }
  field.colors = Field::Colors::classes;
  const Tensor predicted = predicted_classes(probabilities);
  for (int64_t i = 0; i < rows; ++i) field.values.push_back(predicted.at(i));
  return field;
}

Field number_field(const Schema& schema, const Tensor& prediction, int64_t target, const Points& points) {
  Field field{.label = schema.targets[static_cast<size_t>(target)]};
  const int64_t width = prediction.shape()[1];
  double least = INFINITY, most = -INFINITY;
  const auto widen = [&](double value) {
    if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
  };
  for (int64_t i = 0; i < prediction.shape()[0]; ++i) {
    field.values.push_back(prediction.at(i * width + target));
    widen(field.values.back());
  }
  field.levels = round_levels(least, most);
  for (const auto& row : points.targets)
    if (!row.empty()) widen(row[static_cast<size_t>(target)]);
  if (least < most) field.from = least, field.to = most;
  return field;
}

Chart surface(Model& model, const Points& points, const PlotFlags& flags, Threads* threads) {
  const Schema& schema = model.schema;
  const std::string &a = schema.features[0].name, &b = schema.features[1].name;
  const auto [x_from, x_to] = range_of(points.x, flags.from, flags.to, a, "--from and --to");
  const auto [y_from, y_to] = range_of(points.y, flags.y_from, flags.y_to, b, "--y-from and --y-to");
  const std::vector<double> x = middles(x_from, x_to, kCells), y = middles(y_from, y_to, kCells);
  std::vector<std::vector<double>> places;
  for (const double v : y)
    for (const double u : x) places.push_back({u, v});
  const Tensor prediction = predict(model, places, threads);
  const int64_t target = target_of(schema, flags);
  Chart chart{.x = {.label = a, .from = x_from, .to = x_to}, .y = {.label = b, .from = y_from, .to = y_to}};
  const bool is_classes = schema.task != data::Task::regression;
  chart.field =
      is_classes ? class_field(schema, prediction) : number_field(schema, prediction, target, points);
  chart.field->x = x;
  chart.field->y = y;
  if (is_classes) {
    add_classes(chart, points, points.y, schema);
  } else if (!points.x.empty()) {
    Series series{
        .name = "rows", .x = points.x, .y = points.y, .mark = Series::Mark::points, .color = kColors - 1};
    for (const auto& row : points.targets)
      if (!row.empty()) series.values.push_back(row[static_cast<size_t>(target)]);
    chart.series.push_back(std::move(series));
  }
  return chart;
}

// One feature
// ------------------------------------------------------------------------------------------------------

Chart curve(Model& model, const Points& points, const PlotFlags& flags, Threads* threads) {
  const Schema& schema = model.schema;
  const std::string& name = schema.features[0].name;
  const auto [from, to] = range_of(points.x, flags.from, flags.to, name, "--from and --to");
  const std::vector<double> places = evenly(from, to, kCurveSamples);
  std::vector<std::vector<double>> rows;
  for (const double place : places) rows.push_back({place});
  const Tensor prediction = predict(model, rows, threads);
  const int64_t width = prediction.shape()[1], target = target_of(schema, flags);
  const auto column = [&](int64_t k) {
    std::vector<double> values;
    for (size_t i = 0; i < places.size(); ++i)
      values.push_back(prediction.at(static_cast<int64_t>(i) * width + k));
    return values;
  };
  Chart chart{.x = {.label = name, .from = from, .to = to}, .y = {.from = flags.y_from, .to = flags.y_to}};
  if (schema.task == data::Task::regression) {
    chart.y.label = schema.targets[static_cast<size_t>(target)];
    std::vector<double> truth;
    for (const auto& row : points.targets)
      if (!row.empty()) truth.push_back(row[static_cast<size_t>(target)]);
    if (truth.size() == points.x.size() && !truth.empty())
      chart.series.push_back(
          {.name = "rows", .x = points.x, .y = truth, .mark = Series::Mark::points, .color = 4});
    chart.series.push_back({.name = "prediction", .x = places, .y = column(target), .color = 0});
    return chart;
  }
  chart.y = {.label = "probability", .from = flags.y_from.value_or(-0.05), .to = flags.y_to.value_or(1.05)};
  const bool is_binary = schema.task == data::Task::binary;
  for (int64_t k = is_binary ? 1 : 0; k < width; ++k)
    chart.series.push_back({.name = probability_of(schema, static_cast<size_t>(k)),
                            .x = places,
                            .y = column(k),
                            .color = static_cast<int>(k)});
  // A row's own class has the probability 1: of two classes the first stands at 0.
  std::vector<double> heights;
  for (const auto& row : points.targets) heights.push_back(row.empty() ? 0 : is_binary ? row.front() : 1);
  add_classes(chart, points, heights, schema);
  return chart;
}

}  // namespace

std::vector<Chart> model_charts(const PlotFlags& flags) {
  const std::string& path = flags.what.front();
  Model model = load_model(path);
  check_features(model.schema, path);
  Threads threads(flags.threads);
  const Points points = points_of(model.schema, flags, &threads);
  Chart chart = model.schema.features.size() == 1 ? curve(model, points, flags, &threads)
                                                  : surface(model, points, flags, &threads);
  const std::string file = std::filesystem::path(path).filename().string();
  const Schema& schema = model.schema;
  chart.title = fmt::format("{} · {}", file,
                            schema.task == data::Task::regression
                                ? schema.targets[static_cast<size_t>(target_of(schema, flags))]
                                : schema.target_names());
  return {std::move(chart)};
}

}  // namespace kette::cli
