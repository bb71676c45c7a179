#include "kette/judge/judge_classes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/judge/bootstrap.h"
#include "kette/judge/largest.h"
#include "kette/judge/measures.h"
#include "kette/judge/temperature.h"

namespace kette {
namespace {

constexpr uint64_t kHalvesStream = 0x4A1F;
constexpr double kUndefinedMeasure = std::numeric_limits<double>::quiet_NaN();

/// What the functions below look at.
struct ClassRows {
  const Tensor& probabilities;
  const Tensor& scores;
  const Tensor& expected;  // i64 [rows]
  std::vector<int64_t> predicted;
  std::vector<double> losses, briers;

  size_t rows() const { return predicted.size(); }
  size_t classes() const { return static_cast<size_t>(probabilities.shape()[1]); }
  std::vector<float> column(size_t index) const {
    std::vector<float> column;
    column.reserve(rows());
    for (size_t i = index; i < rows() * classes(); i += classes())
      column.push_back(probabilities.values<float>()[i]);
    return column;
  }
  std::vector<uint8_t> is_of(int64_t index) const {
    std::vector<uint8_t> is_of;
    is_of.reserve(rows());
    for (const int64_t c : expected.values<int64_t>()) is_of.push_back(c == index ? 1 : 0);
    return is_of;
  }
};

std::vector<int64_t> decided_classes(const Tensor& probabilities, const JudgeOptions& options) {
  const Tensor most_probable = predicted_classes(probabilities);
  std::vector<int64_t> classes(most_probable.values<int64_t>().begin(),
                               most_probable.values<int64_t>().end());
  if (options.threshold)
    for (size_t i = 0; i < classes.size(); ++i) {
      const double probability = probabilities.values<float>()[2 * i + static_cast<size_t>(options.positive)];
      classes[i] = probability >= *options.threshold ? options.positive : 1 - options.positive;
    }
  return classes;
}

/// Each class against the others; for two classes also the best thresholds.
void rank_classes(const ClassRows& rows, const JudgeOptions& options, ClassificationJudgement& result) {
  if (rows.classes() > kMostRankedClasses) return;
  const bool with_curves = options.curves && rows.classes() <= kMostDrawnClasses;
  for_each_tile(options.threads, static_cast<int64_t>(rows.classes()), [&](int64_t index, int) {
    const Ranking ranking = rank(rows.column(static_cast<size_t>(index)), rows.is_of(index));
    ClassJudgement& one = result.classes[static_cast<size_t>(index)];
    one.roc_auc = roc_area(ranking);
    one.average_precision = average_precision(ranking);
    if (with_curves) {
      one.roc_curve = thinned(roc_curve(ranking), kCurvePoints);
      one.precision_recall_curve = thinned(precision_recall_curve(ranking), kCurvePoints);
    }
    if (result.positive != index) return;
    result.best_f1 = best_f1_decision(ranking);
    result.best_youden = best_youden_decision(ranking);
  });
}

/// The mean of what there is, each class the same or by its rows.
template <class Member>
std::optional<double> mean_of_classes(std::span<const ClassJudgement> classes, bool by_rows, Member member) {
  double total = 0, weights = 0;
  for (const ClassJudgement& one : classes) {
    if (!(one.*member)) continue;
    const double weight = by_rows ? static_cast<double>(one.rows) : 1;
    total += weight * *(one.*member);
    weights += weight;
  }
  return weights > 0 ? std::optional(total / weights) : std::nullopt;
}

void summarize_ranking(ClassificationJudgement& result, std::vector<Undefined>& undefined) {
  if (result.positive) {
    const ClassJudgement& positive = result.classes[static_cast<size_t>(*result.positive)];
    result.roc_auc = positive.roc_auc;
    result.average_precision = positive.average_precision;
  } else {
    result.roc_auc = mean_of_classes(result.classes, false, &ClassJudgement::roc_auc);
    result.roc_auc_weighted = mean_of_classes(result.classes, true, &ClassJudgement::roc_auc);
    result.average_precision = mean_of_classes(result.classes, false, &ClassJudgement::average_precision);
    result.average_precision_weighted =
        mean_of_classes(result.classes, true, &ClassJudgement::average_precision);
  }
  const bool too_many = result.classes.size() > kMostRankedClasses;
  const std::string many = fmt::format("more than {} classes", kMostRankedClasses);
  if (!result.roc_auc) undefined.push_back({"roc_auc", too_many ? many : "all rows are of one class"});
  if (!result.average_precision)
    undefined.push_back({"average_precision", too_many ? many : "no row is of the positive class"});
  if (result.positive && !result.best_f1) undefined.push_back({"thresholds", "all rows are of one class"});
  if (result.positive) return;
  int64_t without = 0;
  for (const ClassJudgement& one : result.classes) without += one.rows == 0 ? 1 : 0;
  if (without > 0 && result.roc_auc)
    undefined.push_back(
        {"classes", fmt::format("{} without a row, left out of means over classes", without)});
}

/// Two classes: P(positive); more: P(predicted class), whatever the threshold.
Claims tempered_claims(const ClassRows& rows, const Tempered& tempered, std::optional<int64_t> positive) {
  Claims claims;
  for (size_t i = 0; i < rows.rows(); ++i) {
    const std::span<const double> row =
        std::span(tempered.probabilities).subspan(i * rows.classes(), rows.classes());
    const int64_t claimed = positive.value_or(std::ranges::max_element(row) - row.begin());
    claims.probability.push_back(row[static_cast<size_t>(claimed)]);
    claims.came_true.push_back(rows.expected.values<int64_t>()[i] == claimed ? 1 : 0);
  }
  return claims;
}

double mean_of_rows(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void calibrate(const ClassRows& rows, const JudgeOptions& options, ClassificationJudgement& result,
               std::vector<Undefined>& undefined) {
  result.reliability = reliability_curve(
      make_claims(rows.probabilities, rows.expected, result.positive.value_or(0)), options.bins);
  result.expected_calibration_error = expected_calibration_error(result.reliability);
  if (rows.rows() < 2) return undefined.push_back({"temperature", "a single row"});
  if (std::ranges::any_of(rows.scores.values<float>(), [](float s) { return !std::isfinite(s); }))
    return undefined.push_back({"temperature", "a score is infinite"});
  std::vector<uint8_t> is_second(rows.rows());
  const std::vector<int64_t> order =
      Random(options.seed, kHalvesStream).permutation(static_cast<int64_t>(rows.rows()));
  for (size_t i = 0; i < order.size(); i += 2) is_second[static_cast<size_t>(order[i])] = 1;
  std::vector<int64_t> all(rows.rows());
  std::iota(all.begin(), all.end(), int64_t{0});
  const double temperature = best_temperature(rows.scores, rows.expected, all, options.threads);
  const std::vector<double> temperatures =
      cross_fitted_temperatures(rows.scores, rows.expected, is_second, options.threads, temperature);
  const Tempered tempered = temper(rows.scores, rows.expected, temperatures, options.threads);
  result.temperature = {.temperature = temperature,
                        .log_loss = mean_of_rows(rows.losses),
                        .expected_calibration_error = result.expected_calibration_error,
                        .tempered_log_loss = mean_of_rows(tempered.losses),
                        .tempered_calibration_error = expected_calibration_error(reliability_curve(
                            tempered_claims(rows, tempered, result.positive), options.bins))};
}

std::vector<ClassificationJudgement::Worst> worst_rows(const ClassRows& rows, const JudgeOptions& options) {
  std::vector<ClassificationJudgement::Worst> worst;
  for (const size_t i : largest_first(rows.losses, options.worst)) {
    const int64_t expected = rows.expected.values<int64_t>()[i], predicted = rows.predicted[i];
    const auto probability_of = [&](int64_t c) {
      return double{rows.probabilities.values<float>()[i * rows.classes() + static_cast<size_t>(c)]};
    };
    worst.push_back({.row = options.rows.empty() ? static_cast<int64_t>(i) : options.rows[i],
                     .expected = expected,
                     .predicted = predicted,
                     .probability = probability_of(expected),
                     .predicted_probability = probability_of(predicted),
                     .loss = rows.losses[i]});
  }
  return worst;
}

/// Rows by descending probability of the positive class, for areas of resamples.
struct RankedRow {
  uint32_t row;
  bool is_positive, ends_tie;
};

std::vector<RankedRow> ranked_rows(const ClassRows& rows, int64_t positive) {
  const std::vector<float> scores = rows.column(static_cast<size_t>(positive));
  std::vector<RankedRow> ranked;
  for (const uint32_t row : descending_order(scores)) {
    if (!ranked.empty()) ranked.back().ends_tie = scores[row] != scores[ranked.back().row];
    ranked.push_back({row, rows.expected.values<int64_t>()[row] == positive, true});
  }
  return ranked;
}

/// Area under the ROC curve and average precision of a resample.
std::pair<double, double> areas_of(std::span<const RankedRow> ranked, std::span<const uint32_t> counts) {
  double twice = 0, precisions = 0;
  int64_t positives = 0, negatives = 0, positives_before = 0, negatives_before = 0;
  for (const RankedRow& next : ranked) {
    (next.is_positive ? positives : negatives) += counts[next.row];
    if (!next.ends_tie) continue;
    twice += static_cast<double>((negatives - negatives_before) * (positives + positives_before));
    if (positives > positives_before)
      precisions += static_cast<double>(positives - positives_before) * static_cast<double>(positives) /
                    static_cast<double>(positives + negatives);
    positives_before = positives;
    negatives_before = negatives;
  }
  const auto p = static_cast<double>(positives), n = static_cast<double>(negatives);
  return {positives > 0 && negatives > 0 ? twice / 2 / p / n : kUndefinedMeasure,
          positives > 0 ? precisions / p : kUndefinedMeasure};
}

void resample_classes(const ClassRows& rows, const JudgeOptions& options, Judgement& judgement) {
  const ClassificationJudgement& result = *judgement.classification;
  const std::optional<int64_t> positive = result.positive;
  std::vector<std::string> names = {"accuracy", "balanced_accuracy", positive ? "f1_positive" : "f1_macro",
                                    "mcc",      "log_loss",          "brier"};
  if (positive) names.insert(names.end(), {"roc_auc", "average_precision"});
  const std::vector<RankedRow> ranked = positive ? ranked_rows(rows, *positive) : std::vector<RankedRow>();
  const std::span<const int64_t> expected = rows.expected.values<int64_t>();
  const Remeasure remeasure = [&](std::span<const uint32_t> counts, std::span<double> measures) {
    Confusion confusion(rows.classes());
    double losses = 0, briers = 0;
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;  // an infinite loss must not count 0 times
      confusion.add(expected[i], rows.predicted[i], counts[i]);
      losses += counts[i] * rows.losses[i];
      briers += counts[i] * rows.briers[i];
    }
    measures[0] = accuracy(confusion);
    measures[1] = balanced_accuracy(confusion);
    measures[2] = positive ? class_scores(confusion, static_cast<size_t>(*positive)).f1
                           : average_scores(confusion).macro.f1;
    measures[3] = matthews_correlation(confusion);
    measures[4] = losses / static_cast<double>(confusion.rows);
    measures[5] = briers / static_cast<double>(confusion.rows);
    if (positive) std::tie(measures[6], measures[7]) = areas_of(ranked, counts);
  };
  std::vector<double> values(names.size());
  remeasure(std::vector<uint32_t>(rows.rows(), 1), values);
  const auto resampled =
      bootstrap(judgement.rows, judgement.resamples, options.seed, names.size(), remeasure, options.threads);
  for (size_t m = 0; m < names.size(); ++m) {
    const auto interval = percentile_interval(resampled[m], options.level);
    if (interval && std::isfinite(values[m]))
      judgement.intervals.push_back({names[m], values[m], interval->first, interval->second});
  }
}

void check_classes(const Schema& schema, const Predictions& predictions, const Tensor& classes) {
  const auto count = static_cast<int64_t>(schema.labels.size());
  if (predictions.prediction.shape()[1] != count || classes.dtype() != DType::i64)
    fail("[judge] probabilities {} of {} classes for targets {}", to_string(predictions.prediction.shape()),
         count, to_string(classes.shape()));
  const int64_t width = predictions.scores.shape()[1];
  if (width != count && !(width == 1 && count == 2)) fail("[judge] {} scores of {} classes", width, count);
  for (const int64_t c : classes.values<int64_t>())
    if (c < 0 || c >= count) fail("[judge] class {} of {}", c, count);
}

}  // namespace

void judge_classes(const Schema& schema, const Predictions& predictions, const Tensor& classes,
                   const JudgeOptions& options, Judgement& judgement) {
  check_classes(schema, predictions, classes);
  const Tensor& probabilities = predictions.prediction;
  const ClassRows rows{.probabilities = probabilities,
                       .scores = predictions.scores,
                       .expected = classes,
                       .predicted = decided_classes(probabilities, options),
                       .losses = cross_entropies(predictions.scores, classes),
                       .briers = brier_scores(probabilities, classes)};
  const auto count = static_cast<int64_t>(schema.labels.size());
  ClassificationJudgement& result =
      judgement.classification.emplace(count_confusion(classes.values<int64_t>(), rows.predicted, count));
  const Confusion& confusion = result.confusion;
  if (count == 2) {
    result.positive = options.positive;
    result.threshold = options.threshold;
  } else {
    result.top_k = options.top_k.value_or(std::min<int64_t>(3, count - 1));
    result.top_k_accuracy = top_k_accuracy(probabilities, classes, result.top_k);
  }
  result.accuracy = accuracy(confusion);
  result.balanced_accuracy = balanced_accuracy(confusion);
  result.matthews_correlation = matthews_correlation(confusion);
  result.cohens_kappa = cohens_kappa(confusion);
  if (!result.cohens_kappa) judgement.undefined.push_back({"kappa", "expected and predicted are one class"});
  result.averages = average_scores(confusion);
  for (size_t c = 0; c < schema.labels.size(); ++c)
    result.classes.push_back({.label = schema.labels[c],
                              .rows = confusion.expected[c],
                              .predicted = confusion.predicted[c],
                              .right = confusion.right[c],
                              .scores = class_scores(confusion, c)});
  if (const double loss = mean_of_rows(rows.losses); std::isfinite(loss)) result.log_loss = loss;
  if (!result.log_loss) judgement.undefined.push_back({"log_loss", "a row's class has the probability 0"});
  result.brier = mean_of_rows(rows.briers);
  rank_classes(rows, options, result);
  summarize_ranking(result, judgement.undefined);
  calibrate(rows, options, result, judgement.undefined);
  result.worst = worst_rows(rows, options);
  if (judgement.resamples > 0) resample_classes(rows, options, judgement);
}

}  // namespace kette
