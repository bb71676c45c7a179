#include "kette/train/importance.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <span>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/train/predictor.h"

namespace kette {
namespace {

constexpr int64_t kImportanceBlock = 2048;
constexpr uint64_t kImportanceRowsStream = 0x1390, kDealStream = uint64_t{0x1391} << 32;

/// Columns of the matrix.
struct ColumnRange {
  int64_t first = 0, count = 0;
};

/// The measures of Importance, smaller is better.
struct Badness {
  double worse = 0, loss = 0;
};

/// Sums over the rows so far.
class BadnessSum {
 public:
  explicit BadnessSum(const Schema& schema) : is_regression_(schema.task == data::Task::regression) {}
  void add(const Predictions& said, const Tensor& expected) {
    const auto rows = static_cast<double>(said.rows());
    if (is_regression_) {
      loss_ += rows * mean_squared_error(said.prediction, expected);
    } else {
      wrong_ += rows * (1 - accuracy(said.prediction, expected));
      loss_ += rows * mean_cross_entropy(said.scores, expected);
    }
    rows_ += rows;
  }
  Badness mean() const { return {is_regression_ ? std::sqrt(loss_ / rows_) : wrong_ / rows_, loss_ / rows_}; }

 private:
  bool is_regression_;
  double wrong_ = 0, loss_ = 0, rows_ = 0;
};

Tensor rows_of(const Tensor& targets, std::span<const int64_t> rows) {
  const auto count = static_cast<int64_t>(rows.size());
  Tensor result(targets.shape().rank() == 1 ? Shape({count}, targets.dtype())
                                            : Shape({count, targets.shape()[1]}, targets.dtype()));
  const int64_t bytes = targets.shape().row_bytes();
  for (size_t i = 0; i < rows.size(); ++i)
    std::copy_n(targets.bytes() + rows[i] * bytes, bytes, result.bytes() + static_cast<int64_t>(i) * bytes);
  return result;
}

/// Of the given rows, the columns of `range` taken from the rows of `dealt` instead.
Badness badness(Predictor& predictor, const Schema& schema, const Samples& samples,
                std::span<const int64_t> rows, ColumnRange range, std::span<const int64_t> dealt) {
  const int64_t columns = samples.features.shape()[1];
  BadnessSum sum(schema);
  for (size_t first = 0; first < rows.size(); first += kImportanceBlock) {
    const size_t count = std::min(rows.size() - first, static_cast<size_t>(kImportanceBlock));
    const std::span<const int64_t> block_rows = rows.subspan(first, count);
    Tensor block(Shape({static_cast<int64_t>(count), columns}));
    const std::span<float> values = block.values<float>();
    samples.features.copy(block_rows, values.data());
    for (size_t i = 0; i < count; ++i)
      for (int64_t c = range.first; c < range.first + range.count; ++c)
        values[i * static_cast<size_t>(columns) + static_cast<size_t>(c)] =
            samples.features.at(dealt[first + i], c);
    sum.add(predictor.predict(std::move(block)), rows_of(samples.targets, block_rows));
  }
  return sum.mean();
}

std::vector<int64_t> chosen_rows(int64_t count, const ImportanceOptions& options) {
  if (count <= options.most_rows) {
    std::vector<int64_t> all(static_cast<size_t>(count));
    std::iota(all.begin(), all.end(), int64_t{0});
    return all;
  }
  std::vector<int64_t> rows = Random(options.seed, kImportanceRowsStream).permutation(count);
  rows.resize(static_cast<size_t>(options.most_rows));
  std::ranges::sort(rows);
  return rows;
}

/// The rows in another order.
std::vector<int64_t> dealt_rows(std::span<const int64_t> rows, const ImportanceOptions& options,
                                int64_t deal) {
  std::vector<int64_t> dealt = Random(options.seed, kDealStream + static_cast<uint64_t>(deal))
                                   .permutation(static_cast<int64_t>(rows.size()));
  for (int64_t& place : dealt) place = rows[static_cast<size_t>(place)];
  return dealt;
}

Change change_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / count;
  return {mean, std::sqrt(variance)};
}

}  // namespace

Importance permutation_importance(Model& model, const Samples& samples, const ImportanceOptions& options) {
  if (samples.rows() < 1 || options.repeats < 1 || options.most_rows < 1)
    fail("[importance] {} rows, {} repeats; expected at least 1", std::min(samples.rows(), options.most_rows),
         options.repeats);
  const Schema& schema = model.schema;
  const std::vector<int64_t> rows = chosen_rows(samples.rows(), options);
  std::vector<ColumnRange> ranges;
  for (const data::Feature& feature : schema.features)
    ranges.push_back({ranges.empty() ? 0 : ranges.back().first + ranges.back().count, feature.width()});
  std::deque<Predictor> predictors;  // one for each thread
  for (int t = 0; t < (options.threads == nullptr ? 1 : options.threads->count()); ++t)
    predictors.emplace_back(model);
  const Badness before = badness(predictors[0], schema, samples, rows, {}, rows);
  const auto repeats = static_cast<size_t>(options.repeats);
  std::vector<double> worse(ranges.size() * repeats), loss(worse.size());
  for_each_tile(options.threads, static_cast<int64_t>(worse.size()), [&](int64_t deal, int thread) {
    const size_t place = static_cast<size_t>(deal);
    const Badness after = badness(predictors[static_cast<size_t>(thread)], schema, samples, rows,
                                  ranges[place / repeats], dealt_rows(rows, options, deal));
    worse[place] = after.worse - before.worse;
    loss[place] = after.loss - before.loss;
  });
  Importance importance{.measure = schema.task == data::Task::regression ? "rmse" : "accuracy",
                        .rows = static_cast<int64_t>(rows.size()),
                        .repeats = options.repeats};
  for (size_t f = 0; f < ranges.size(); ++f)
    importance.features.push_back({schema.features[f].name,
                                   change_of(std::span(worse).subspan(f * repeats, repeats)),
                                   change_of(std::span(loss).subspan(f * repeats, repeats))});
  std::ranges::stable_sort(importance.features, [](const FeatureImportance& a, const FeatureImportance& b) {
    return a.loss.mean > b.loss.mean;
  });
  return importance;
}

}  // namespace kette
