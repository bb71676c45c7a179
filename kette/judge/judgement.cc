#include "kette/judge/judgement.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/judge/judge_classes.h"
#include "kette/judge/judge_numbers.h"

namespace kette {
namespace {

void check_finite(const Tensor& prediction) {
  const std::span<const float> values = prediction.values<float>();
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  const int64_t row = (bad - values.begin()) / prediction.shape()[1];
  fail("[judge] the prediction of row {} is {}; expected a number", row + 1, *bad);
}

void check_options(const Schema& schema, const JudgeOptions& options, int64_t rows) {
  const auto classes = static_cast<int64_t>(schema.labels.size());
  if (options.threshold && schema.task != data::Task::binary)
    fail("[judge] a threshold is of two classes; the task is {}", data::to_string(schema.task));
  if (options.top_k && schema.task != data::Task::multiclass)
    fail("[judge] top-k is of more than two classes; the task is {}", data::to_string(schema.task));
  if (options.top_k && (*options.top_k < 1 || *options.top_k >= classes))
    fail("[judge] top-{} of {} classes; expected from 1 to {}", *options.top_k, classes, classes - 1);
  if (schema.task == data::Task::binary && options.positive != 0 && options.positive != 1)
    fail("[judge] class {} of two cannot be the positive one", options.positive);
  if (options.bins < 1) fail("[judge] {} bins; expected at least one", options.bins);
  if (!options.rows.empty() && static_cast<int64_t>(options.rows.size()) != rows)
    fail("[judge] numbers of {} rows for {}", options.rows.size(), rows);
}

int64_t resamples_of(const JudgeOptions& options, int64_t rows) {
  constexpr int64_t kDraws = 4'000'000, kFewest = 100, kMost = 1000;
  if (rows < 2) return 0;  // one row says nothing about others
  return options.resamples.value_or(std::clamp(kDraws / rows, kFewest, kMost));
}

}  // namespace

Judgement judge(const Schema& schema, const Predictions& predictions, const Tensor& targets,
                const JudgeOptions& options) {
  const Shape& shape = predictions.prediction.shape();
  if (shape.rank() != 2 || targets.size() == 0 || shape[0] != targets.shape()[0] ||
      predictions.scores.shape()[0] != shape[0])
    fail("[judge] predictions {} for targets {}", to_string(shape), to_string(targets.shape()));
  check_options(schema, options, shape[0]);
  check_finite(predictions.prediction);
  Judgement judgement{.task = schema.task, .rows = shape[0], .level = options.level};
  judgement.resamples = resamples_of(options, judgement.rows);
  if (schema.task == data::Task::regression)
    judge_numbers(schema, predictions, targets, options, judgement);
  else
    judge_classes(schema, predictions, targets, options, judgement);
  return judgement;
}

}  // namespace kette
