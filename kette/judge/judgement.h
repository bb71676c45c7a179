// Everything that can be said about predictions when the answers are known. docs/judging.md defines each
// measure and the JSON form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/judge/calibration.h"
#include "kette/judge/classification.h"
#include "kette/judge/curve.h"
#include "kette/judge/predictions.h"
#include "kette/judge/ranking.h"
#include "kette/judge/regression.h"
#include "kette/model/model.h"

namespace kette {

struct JudgeOptions {
  int64_t positive = 1;  // two classes: the one that is looked for, 0 or 1
  /// Two classes: the positive one is predicted from this probability on, in (0, 1]; absent: the more
  /// probable one is.
  std::optional<double> threshold = {};
  std::optional<int64_t> top_k = {};  // more than two classes; absent: 3, or all but one where fewer
  int bins = 10;                      // of the reliability curve
  std::optional<int64_t> resamples =
      {};               // for intervals; 0: none; absent: 4 000 000 / rows, within 100 to 1000
  double level = 0.95;  // of intervals, in (0, 1)
  bool curves = false;  // also what charts need: the curves, and a sample of a regression
  int64_t worst = 20;   // rows listed because they are furthest from what was expected
  uint64_t seed = 1;    // of resamples, of the two halves of temperature scaling, of the sample
  std::span<const int64_t> rows = {};  // the rows' numbers, where they have others than 0, 1, …
  Threads* threads = nullptr;
};

/// One class against all others.
struct ClassJudgement {
  std::string label;
  int64_t rows = 0, predicted = 0, right = 0;
  ClassScores scores;
  std::optional<double> roc_auc, average_precision;
  std::vector<CurvePoint> roc_curve,
      precision_recall_curve;  // at most kCurvePoints, with JudgeOptions::curves
};

/// Before and after dividing the scores by a temperature that was fitted to other rows (two halves, each with
/// the temperature of the other).
struct TemperatureJudgement {
  double temperature = 1;                                        // fitted to all rows
  double log_loss = 0, expected_calibration_error = 0;           // before
  double tempered_log_loss = 0, tempered_calibration_error = 0;  // after
};

struct ClassificationJudgement {
  explicit ClassificationJudgement(Confusion counts) : confusion(std::move(counts)) {}
  Confusion confusion;
  double accuracy = 0, balanced_accuracy = 0, matthews_correlation = 0;
  std::optional<double> cohens_kappa;
  AverageScores averages;
  std::vector<ClassJudgement> classes;
  int64_t top_k = 0;  // 0 for two classes
  double top_k_accuracy = 0;
  std::optional<double> log_loss;
  double brier = 0;
  /// Two classes: of the positive one; more: the mean over the classes that have one, each the same, or by
  /// its rows.
  std::optional<double> roc_auc, roc_auc_weighted, average_precision, average_precision_weighted;
  // Two classes only:
  std::optional<int64_t> positive;
  std::optional<double> threshold;  // as given
  std::optional<Decision> best_f1, best_youden;

  std::vector<ReliabilityBin> reliability;
  double expected_calibration_error = 0;
  std::optional<TemperatureJudgement> temperature;

  struct Worst {
    int64_t row = 0, expected = 0, predicted = 0;
    double probability = 0;  // of the expected class
    double predicted_probability = 0;
    double loss = 0;
  };
  std::vector<Worst> worst;  // by loss, the largest first
};

struct TargetJudgement {
  std::string name;
  RegressionMeasures measures;
  ResidualSummary residuals;
};

struct RegressionJudgement {
  /// Over all elements, as training tells them.
  double rmse = 0, mse = 0, mae = 0;
  RegressionMeasures mean;  // over the targets; of a single one its measures
  std::vector<TargetJudgement> targets;
  /// A row with all its targets; of the residuals, in units of each target's deviation, `distance` is the
  /// root of the sum of squares.
  struct Row {
    int64_t row = 0;
    std::vector<double> expected, predicted;
    double distance = 0;
  };
  std::vector<Row> worst;   // the largest distance first
  std::vector<Row> sample;  // at most kSampleRows at random, ascending; with JudgeOptions::curves
};

inline constexpr size_t kCurvePoints = 200;
inline constexpr int64_t kSampleRows = 500;
inline constexpr size_t kMostRankedClasses = 1000, kMostDrawnClasses = 20;

/// The middle `level` of a measure's values over resamples of the rows, see bootstrap.h.
struct Interval {
  std::string measure;
  double value = 0, low = 0, high = 0;
};

struct Undefined {
  std::string measure, reason;
};

struct Judgement {
  data::Task task = data::Task::regression;
  int64_t rows = 0;
  std::optional<ClassificationJudgement> classification;
  std::optional<RegressionJudgement> regression;
  double level = 0.95;
  int64_t resamples = 0;
  std::vector<Interval> intervals;
  std::vector<Undefined> undefined;  // measures that these rows do not define, and why
};

/// `predictions` as Predictor gives them, `targets` as in Samples. The result depends on neither machine nor
/// threads. Throws Error for no rows, sizes that do not fit, a prediction that is no number, and options that
/// do not fit the task.
Judgement judge(const Schema& schema, const Predictions& predictions, const Tensor& targets,
                const JudgeOptions& options = {});

/// The JSON object of docs/judging.md, on one line. `schema` as in judge().
std::string to_json(const Judgement& judgement, const Schema& schema);

}  // namespace kette
