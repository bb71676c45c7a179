#include "kette/cli/judgement_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kette/cli/column_table.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

constexpr size_t kJudgementWidth = 80, kWidestLabel = 24, kWidestShortLabel = 12;
constexpr size_t kMostClassesListed = 30, kMostClassesOfTable = 12, kMistakesShown = 8;
constexpr size_t kWorstShown = 5, kImportantShown = 20, kTargetsOfRow = 2;

using Cells = std::vector<std::vector<std::string>>;

/// A share or correlation, of size about 1.
std::string share_text(std::optional<double> share) { return share ? fmt::format("{:.4f}", *share) : "-"; }
/// In any unit.
std::string amount_text(std::optional<double> amount) {
  return amount ? fmt::format("{:#.4g}", *amount) : "-";
}
std::string percent_text(double share) { return fmt::format("{:g} %", std::round(1000 * share) / 10); }

/// One measure a line; the interval beside it, where there is one.
class MeasureTable {
 public:
  explicit MeasureTable(const Judgement& judgement) : judgement_(judgement) {}
  void share(const std::string& name, std::optional<double> value, std::string_view key = {}) {
    add(name, value, key, share_text);
  }
  void amount(const std::string& name, std::optional<double> value, std::string_view key = {}) {
    add(name, value, key, amount_text);
  }
  std::string text() const {
    std::string text = table(cells_);
    if (has_interval_)
      text += fmt::format("{} intervals by {}\n", percent_text(judgement_.level),
                          counted(judgement_.resamples, "resample"));
    return text;
  }

 private:
  void add(const std::string& name, std::optional<double> value, std::string_view key,
           std::string (*write)(std::optional<double>)) {
    if (!value) return;
    cells_.push_back({name, write(value)});
    const auto interval = std::ranges::find(judgement_.intervals, key, &Interval::measure);
    if (interval == judgement_.intervals.end()) return;
    cells_.back().push_back(fmt::format("{} … {}", write(interval->low), write(interval->high)));
    has_interval_ = true;
  }
  const Judgement& judgement_;
  Cells cells_;
  bool has_interval_ = false;
};

std::string measures_of_classes(const Judgement& judgement) {
  const ClassificationJudgement& c = *judgement.classification;
  MeasureTable measures(judgement);
  measures.share("accuracy", c.accuracy, "accuracy");
  measures.amount("loss", c.log_loss, "log_loss");
  measures.share("balanced accuracy", c.balanced_accuracy, "balanced_accuracy");
  if (c.positive)
    measures.share("f1", c.classes[static_cast<size_t>(*c.positive)].scores.f1, "f1_positive");
  else
    measures.share("f1, mean of classes", c.averages.macro.f1, "f1_macro");
  measures.share("roc auc", c.roc_auc, "roc_auc");
  measures.share("average precision", c.average_precision, "average_precision");
  if (c.top_k > 0) measures.share(fmt::format("top-{} accuracy", c.top_k), c.top_k_accuracy);
  measures.share("mcc", c.matthews_correlation, "mcc");
  measures.share("kappa", c.cohens_kappa);
  measures.amount("brier", c.brier, "brier");
  measures.amount("calibration error", c.expected_calibration_error);
  return measures.text();
}

std::string class_rows(const ClassificationJudgement& c) {
  Cells cells = {{"class", "rows", "right", "precision", "recall", "f1", "roc auc"}};
  for (const ClassJudgement& one : c.classes) {
    const bool is_met = one.rows + one.predicted > 0;
    cells.push_back({cut(one_line(one.label), kWidestLabel), grouped(one.rows), grouped(one.right),
                     one.predicted > 0 ? share_text(one.scores.precision) : "-",
                     one.rows > 0 ? share_text(one.scores.recall) : "-",
                     is_met ? share_text(one.scores.f1) : "-", share_text(one.roc_auc)});
  }
  return table(cells);
}

/// The whole matrix, or nothing where it is wider than a page.
std::string confusion_table(const ClassificationJudgement& c) {
  if (c.classes.size() > kMostClassesOfTable) return "";
  constexpr size_t kWidestColumn = 10;
  Cells cells = {{"expected ↓ predicted →"}};
  for (const ClassJudgement& one : c.classes) cells[0].push_back(cut(one_line(one.label), kWidestColumn));
  for (const ClassJudgement& one : c.classes) {
    cells.push_back({cut(one_line(one.label), kWidestLabel)});
    cells.back().resize(c.classes.size() + 1, "·");
  }
  for (const Confusion::Cell& cell : c.confusion.cells)
    cells[static_cast<size_t>(cell.expected) + 1][static_cast<size_t>(cell.predicted) + 1] =
        grouped(cell.rows);
  std::string text = table(cells);
  return width_of(text.substr(0, text.find('\n'))) <= kJudgementWidth ? text : "";
}

std::string mistake_list(const ClassificationJudgement& c) {
  Cells cells = {{"most frequent mistakes", "taken for", "rows"}};
  for (const Confusion::Cell& cell : most_frequent_mistakes(c.confusion, kMistakesShown))
    cells.push_back({cut(one_line(c.classes[static_cast<size_t>(cell.expected)].label), kWidestLabel),
                     cut(one_line(c.classes[static_cast<size_t>(cell.predicted)].label), kWidestLabel),
                     grouped(cell.rows)});
  return cells.size() > 1 ? table(cells) : "";
}

std::string threshold_table(const ClassificationJudgement& c) {
  const std::string label =
      cut(one_line(c.classes[static_cast<size_t>(*c.positive)].label), kWidestShortLabel);
  Cells cells = {{fmt::format("\"{}\" from", label), "probability", "precision", "recall", "f1",
                  "specificity", "accuracy"}};
  const auto add = [&](const std::string& name, const Decision& d) {
    cells.push_back({name, share_text(d.threshold), share_text(d.precision), share_text(d.recall),
                     share_text(d.f1), share_text(d.specificity), share_text(d.accuracy)});
  };
  if (c.best_f1) add("best f1", *c.best_f1);
  if (c.best_youden) add("best youden", *c.best_youden);
  return cells.size() > 1 ? table(cells) : "";
}

std::string temperature_table(const ClassificationJudgement& c) {
  if (!c.temperature) return "";
  const TemperatureJudgement& t = *c.temperature;
  return table({{fmt::format("temperature {:.4g}", t.temperature), "before", "after"},
                {"loss", amount_text(t.log_loss), amount_text(t.tempered_log_loss)},
                {"calibration error", amount_text(t.expected_calibration_error),
                 amount_text(t.tempered_calibration_error)}});
}

std::string worst_of_classes(const ClassificationJudgement& c, const RowName& name_of) {
  Cells cells = {{"furthest off", "expected", "its probability", "predicted", "loss"}};
  for (size_t i = 0; i < std::min(c.worst.size(), kWorstShown); ++i) {
    const ClassificationJudgement::Worst& w = c.worst[i];
    cells.push_back({name_of(w.row),
                     cut(one_line(c.classes[static_cast<size_t>(w.expected)].label), kWidestShortLabel),
                     fmt::format("{:.4f}", w.probability),
                     cut(one_line(c.classes[static_cast<size_t>(w.predicted)].label), kWidestShortLabel),
                     amount_text(w.loss)});
  }
  return cells.size() > 1 ? table(cells) : "";
}

std::string measures_of_numbers(const Judgement& judgement) {
  const RegressionJudgement& r = *judgement.regression;
  MeasureTable measures(judgement);
  measures.amount("rmse", r.rmse, "rmse");
  measures.amount("mae", r.mae, "mae");
  measures.share("r2", r.mean.r2, "r2");
  measures.amount("loss", r.mse);
  measures.amount("median absolute error", r.mean.median_absolute_error);
  measures.amount("mape", r.mean.mape);
  measures.share("explained variance", r.mean.explained_variance);
  measures.amount("max error", r.mean.max_error);
  return measures.text();
}

std::string target_rows(const RegressionJudgement& r) {
  Cells cells = {{"target", "rmse", "mae", "r2", "median error", "max error"}};
  for (const TargetJudgement& one : r.targets)
    cells.push_back({cut(one_line(one.name), kWidestLabel), amount_text(one.measures.rmse),
                     amount_text(one.measures.mae), share_text(one.measures.r2),
                     amount_text(one.measures.median_absolute_error), amount_text(one.measures.max_error)});
  return table(cells);
}

std::string residual_rows(const RegressionJudgement& r) {
  Cells cells = {{r.targets.size() == 1 ? "expected − predicted" : "residuals of", "mean", "deviation", "5 %",
                  "median", "95 %", ""}};
  for (const TargetJudgement& one : r.targets)
    cells.push_back({cut(one_line(one.name), kWidestLabel), short_number(one.residuals.mean),
                     short_number(one.residuals.deviation), short_number(one.residuals.quantile_05),
                     short_number(one.residuals.median), short_number(one.residuals.quantile_95),
                     small_histogram(one.residuals.histogram.rows)});
  return table(cells);
}

std::string worst_of_numbers(const RegressionJudgement& r, const RowName& name_of) {
  if (r.targets.size() > kTargetsOfRow) return "";
  Cells cells = {{"furthest off"}};
  for (const TargetJudgement& one : r.targets) {
    const std::string of = r.targets.size() == 1 ? "" : cut(one_line(one.name), kWidestShortLabel) + ": ";
    cells[0].push_back(of + "expected → predicted");
  }
  for (size_t i = 0; i < std::min(r.worst.size(), kWorstShown); ++i) {
    cells.push_back({name_of(r.worst[i].row)});
    for (size_t t = 0; t < r.targets.size(); ++t)
      cells.back().push_back(fmt::format("{} → {}", short_number(r.worst[i].expected[t]),
                                         short_number(r.worst[i].predicted[t])));
  }
  return cells.size() > 1 ? table(cells) : "";
}

std::string undefined_lines(const Judgement& judgement) {
  std::string text;
  for (const Undefined& u : judgement.undefined)
    text += fmt::format("not defined: {} ({})\n", u.measure, u.reason);
  return text;
}

}  // namespace

std::string judgement_text(const Judgement& judgement, const Schema& schema, const RowName& name_of) {
  std::string text = fmt::format("{} of {} on {}\n", data::to_string(judgement.task),
                                 data::quote(schema.target_names()), counted(judgement.rows, "row"));
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += "\n" + part;
  };
  if (judgement.classification) {
    const ClassificationJudgement& c = *judgement.classification;
    add(measures_of_classes(judgement));
    if (c.classes.size() <= kMostClassesListed) add(class_rows(c));
    const std::string matrix = confusion_table(c);
    add(matrix.empty() ? mistake_list(c) : matrix);
    if (c.positive) add(threshold_table(c));
    add(temperature_table(c));
    add(worst_of_classes(c, name_of));
  } else {
    const RegressionJudgement& r = *judgement.regression;
    add(measures_of_numbers(judgement));
    if (r.targets.size() > 1) add(target_rows(r));
    add(residual_rows(r));
    add(worst_of_numbers(r, name_of));
  }
  add(undefined_lines(judgement));
  return text;
}

std::string importance_text(const Importance& importance) {
  Cells cells = {{"permuted feature", importance.measure == "rmse" ? "rmse gained" : "accuracy lost", "±",
                  "loss gained", "±"}};
  for (size_t i = 0; i < std::min(importance.features.size(), kImportantShown); ++i) {
    const FeatureImportance& one = importance.features[i];
    const auto write = importance.measure == "rmse" ? amount_text : share_text;
    cells.push_back({cut(one_line(one.feature), kWidestLabel), write(one.worse.mean),
                     write(one.worse.deviation), amount_text(one.loss.mean),
                     amount_text(one.loss.deviation)});
  }
  std::string text = table(cells);
  if (importance.features.size() > kImportantShown)
    text += fmt::format("and {} more\n", importance.features.size() - kImportantShown);
  return text + fmt::format("{} of {}\n", counted(importance.repeats, "permutation"),
                            counted(importance.rows, "row"));
}

}  // namespace kette::cli
