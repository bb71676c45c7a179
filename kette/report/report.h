// What there is to tell about a training run or a judged model, as one page of HTML that needs nothing else:
// charts, tables and what they mean. docs/report.md describes the data in it; web/report/ is the page.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kette/data/column_profile.h"
#include "kette/judge/judgement.h"
#include "kette/model/model.h"
#include "kette/train/importance.h"
#include "kette/train/search.h"
#include "kette/train/state.h"

namespace kette {

/// How training went: of one network, or one fold.
struct LearningCurve {
  struct Point {
    double at = 0;               // epochs or rows done
    std::optional<double> loss;  // of the steps on the way here
    std::optional<Validation> training, validation;
  };
  std::string name;  // "" where there is one curve only
  std::vector<Point> points;
  std::optional<double> kept;  // where the weights stood that the model has
};
LearningCurve learning_curve(std::string name, std::span<const EpochReport> history,
                             std::optional<int64_t> kept_epoch);

/// What the columns of a table hold.
struct ReportTable {
  std::vector<std::string> files;
  int64_t rows = 0;
  std::vector<data::ColumnProfile> columns;
};

/// The answer that needs no features, and how far it gets by the first measure: accuracy, or rmse.
struct ReportBaseline {
  std::string answer;  // a class; empty: the mean
  double value = 0;
};

/// The rows that were judged, as they stand in their table.
struct JudgedRows {
  std::string what;                    // "rows held out from training", or a file
  const data::Table* table = nullptr;  // of the numbers in the judgement; may be null
};

/// What is absent or empty has no place on the page.
struct Report {
  std::string command;   // "train" or "evaluate"
  std::string producer;  // the program and its version
  std::string model;     // its file
  ReportTable table;
  int64_t training_rows = 0, validation_rows = 0;
  std::vector<std::string> preparation, notes, warnings;  // one line each
  std::string network, training;                          // one line each
  std::string curve_unit = "epoch";                       // of LearningCurve::Point::at, in the singular
  std::vector<LearningCurve> curves;
  std::vector<Trial> trials;  // of a search, the best first
  /// The doctor's; absent when it did not look.
  std::optional<std::vector<Finding>> findings;
  std::optional<Judgement> judgement;
  JudgedRows judged;
  std::optional<ReportBaseline> baseline;
  std::optional<Importance> importance;
  std::vector<std::pair<std::string, std::string>> configuration;  // names and values
  std::string repeat;                                              // a command line
};

/// The object of docs/report.md, on one line; numbers to seven digits. The same report gives the same bytes.
std::string report_json(const Report& report, const Schema& schema);

/// The page. Throws Error where check_page() does.
std::string report_page(const Report& report, const Schema& schema);
/// Throws Error unless the page was compiled in, for which Node.js is needed.
void check_page();

/// Rows to permute features on, so that a report takes seconds, not minutes: what 2·10¹¹ multiplications of
/// the model's parameters allow, at least 200, at most `rows` and 10 000.
int64_t importance_rows(const Model& model, int64_t rows, int64_t repeats);

/// Training rows to measure on after every epoch, at most.
inline constexpr int64_t kCurveRows = 2000;

}  // namespace kette
