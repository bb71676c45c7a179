// Learning curves.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/plot.h"
#include "kette/cli/runs.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr const char* kLoss = "loss";
constexpr const char* kValidation = "validation_";

/// One network, of a run or of a comparison.
struct Course {
  std::string name;
  RecordCurve curve;
  const std::string& unit() const { return curve.columns.front().first; }
};

/// What `kette compare --descent --json` prints: the loss of each variant, before training and after each
/// epoch.
std::vector<Course> courses_of_json(const std::string& path) {
  const auto object = nlohmann::ordered_json::parse(read_file(path), nullptr, false);
  std::vector<Course> courses;
  try {
    for (const auto& variant : object.at("variants")) {
      std::vector<double> epochs, losses;
      for (const auto& loss : variant.at("losses")) {
        epochs.push_back(static_cast<double>(losses.size()));
        losses.push_back(loss.is_number() ? loss.get<double>() : NAN);
      }
      courses.push_back(
          {variant.at("descent").get<std::string>(),
           {.about = {}, .columns = {{"epoch", std::move(epochs)}, {kLoss, std::move(losses)}}}});
    }
  } catch (const nlohmann::json::exception&) {
    courses.clear();
  }
  if (courses.empty()) fail("{}: expected what kette compare --descent --json prints", path);
  return courses;
}

std::vector<Course> courses_of(const std::vector<std::string>& files) {
  std::vector<Course> courses;
  std::vector<std::string> records;
  for (const std::string& file : files) {
    if (!file.ends_with(".json")) {
      records.push_back(file);
      continue;
    }
    for (Course& course : courses_of_json(file)) {
      if (files.size() > 1) course.name = std::filesystem::path(file).stem().string() + ", " + course.name;
      courses.push_back(std::move(course));
    }
  }
  for (Run& run : read_runs(records)) {
    std::erase_if(run.record.curves, [](const RecordCurve& curve) { return curve.columns.empty(); });
    if (run.record.curves.empty())
      fail("{}: holds no learning curve; records of earlier versions, and of imports, have none", run.path);
    for (RecordCurve& curve : run.record.curves) {
      const RecordValue* part = find(curve.about, "name");
      courses.push_back({part ? run.name + ", " + to_text(*part) : run.name, std::move(curve)});
    }
  }
  return courses;
}

/// Names that --measure takes, in the order in which they are first met.
std::vector<std::string> measures_of(const std::vector<Course>& courses) {
  std::vector<std::string> names;
  for (const Course& course : courses)
    for (const auto& [column, values] : course.curve.columns) {
      std::string name = column;
      if (name == course.unit()) continue;
      if (name.starts_with(kValidation)) name.erase(0, std::string_view(kValidation).size());
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  return names;
}

void add_course(Chart& chart, const Course& course, const std::string& measure, int color, bool is_only) {
  const std::vector<double>& places = course.curve.columns.front().second;
  const auto* training = course.curve.column(measure);
  const auto* validation = course.curve.column(kValidation + measure);
  const auto name = [&](const char* rows) {
    return is_only ? std::string(rows) : validation ? fmt::format("{}, {}", course.name, rows) : course.name;
  };
  const auto add = [&](const std::vector<double>& values, std::string name, Series::Mark mark) {
    Series series{.name = std::move(name), .x = places, .y = values, .mark = mark, .color = color};
    series.y.resize(places.size(), NAN);
    chart.series.push_back(std::move(series));
  };
  if (training) add(*training, name("training"), Series::Mark::line);
  if (validation) add(*validation, name("validation"), Series::Mark::dashes);
  const RecordValue* kept = find(course.curve.about, "kept");
  const auto* number = kept ? std::get_if<int64_t>(kept) : nullptr;
  if (!number || !(validation || training)) return;
  const auto place = std::ranges::find(places, static_cast<double>(*number));
  const auto i = static_cast<size_t>(place - places.begin());
  const std::vector<double>& values = validation ? *validation : *training;
  if (i < std::min(values.size(), places.size()))
    chart.series.push_back({.name = is_only ? "weights kept" : "",
                            .x = {*place},
                            .y = {values[i]},
                            .mark = Series::Mark::points,
                            .color = color});
}

}  // namespace

std::vector<Chart> learning_charts(const PlotFlags& flags) {
  const std::vector<Course> courses = courses_of(flags.what);
  const std::string measure = flags.measure.empty() ? kLoss : flags.measure;
  const std::vector<std::string> known = measures_of(courses);
  if (std::ranges::find(known, measure) == known.end())
    throw UsageError(fmt::format("--measure: expected one of {}, not {}{}", fmt::join(known, ", "),
                                 data::quote(measure), suggestion(measure, known)));
  const std::string& unit = courses.front().unit();
  for (const Course& course : courses)
    if (course.unit() != unit)
      fail("{} counts {}s, {} counts {}s: they cannot share an axis", courses.front().name, unit, course.name,
           course.unit());
  Chart chart{
      .title = courses.size() == 1 ? courses.front().name : "learning curves",
      .x = {.label = unit, .from = flags.from, .to = flags.to},
      .y = {.label = measure, .is_logarithmic = flags.logarithmic, .from = flags.y_from, .to = flags.y_to}};
  for (size_t i = 0; i < courses.size(); ++i)
    add_course(chart, courses[i], measure, static_cast<int>(i), courses.size() == 1);
  return {std::move(chart)};
}

}  // namespace kette::cli
