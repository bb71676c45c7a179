#include "kette/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/data/features.h"

namespace kette::data {
namespace {

std::vector<std::string> targets_of(const DatasetOptions& options) {
  return options.targets.empty() ? std::vector{options.target} : options.targets;
}

/// How much each of the rows counts; rows that do not count at all are dropped.
std::vector<float> take_weights(const Table& table, const std::string& name, std::vector<int64_t>& rows) {
  const int64_t column = table.index(name);
  const Numbers numbers = table.numbers(column);
  std::vector<float> weights;
  std::vector<int64_t> counting;
  double total = 0;
  for (const int64_t row : rows) {
    const double weight = numbers[static_cast<size_t>(row)];
    if (!(weight >= 0) || !std::isfinite(weight))
      fail("{}: expected a weight of at least 0, found {} in column {}", table.place(row, column),
           std::isnan(weight) ? "an empty field" : shortest(weight), quote(name));
    if (weight == 0) continue;
    counting.push_back(row);
    weights.push_back(static_cast<float>(weight));
    total += weight;
  }
  if (counting.empty()) fail("{}: every row has the weight 0 in column {}", table.source(), quote(name));
  for (float& weight : weights)
    weight = static_cast<float>(weight * static_cast<double>(weights.size()) / total);
  rows = std::move(counting);
  return weights;
}

std::vector<int64_t> groups_of(const Table& table, const std::string& name, std::span<const int64_t> rows) {
  const int64_t column = table.index(name);
  std::unordered_map<std::string, int64_t> numbers;
  std::vector<int64_t> groups;
  for (const int64_t row : rows)
    groups.push_back(
        numbers.emplace(table.field(row, column), static_cast<int64_t>(numbers.size())).first->second);
  return groups;
}

void warn_of_single_rows(Dataset& dataset) {
  std::vector<int64_t> rows(dataset.labels.size());
  for (int64_t label : dataset.y.values<int64_t>()) ++rows[static_cast<size_t>(label)];
  for (size_t label = 0; label < rows.size(); ++label)
    if (rows[label] == 1)
      dataset.warnings.push_back(fmt::format("class {} has one row only", quote(dataset.labels[label])));
}

/// Categories and vocabularies of the given rows; texts of rare words alone tell nothing.
void fit_features(Dataset& dataset, const Table& table, std::span<const int64_t> rows,
                  const DatasetOptions& options) {
  const std::vector<std::string> before = names_of(dataset.features);
  fit_categories(dataset.features, table, rows, options);
  const std::vector<std::string> after = names_of(dataset.features);
  for (const std::string& name : before)
    if (std::ranges::find(after, name) == after.end())
      dataset.notes.push_back(
          fmt::format("column {} holds no word that is frequent enough and is left out", quote(name)));
}

void encode_features(Dataset& dataset, const Table& table, Threads* threads) {
  Matrix x = encode(table, dataset.features, threads).matrix;
  dataset.x = dataset.table_rows.empty() ? std::move(x) : gather_rows(x, dataset.table_rows);
}

}  // namespace

Dataset make_dataset(const Table& table, const DatasetOptions& options) {
  Dataset dataset;
  dataset.targets = targets_of(options);
  for (const std::string& name : dataset.targets) table.index(name);
  if (table.rows() < 2)
    fail("{}: {} row of data; expected at least 2 to learn from", table.source(), table.rows());
  FeatureChoice choice = choose_features(table, options, dataset.targets);
  Target target = recognise_target(table, dataset.targets, options.task);
  dataset.task = target.task;
  dataset.task_reason = std::move(target.reason);
  dataset.labels = std::move(target.labels);
  dataset.features = std::move(choice.features);
  dataset.notes = std::move(choice.notes);
  dataset.warnings = std::move(choice.warnings);

  std::vector<int64_t> rows = rows_with_targets(table, dataset.targets);
  if (const int64_t without = table.rows() - static_cast<int64_t>(rows.size()); without > 0)
    dataset.notes.push_back(fmt::format("{} without a target {} left out",
                                        without == 1 ? "1 row" : fmt::format("{} rows", without),
                                        without == 1 ? "is" : "are"));
  if (!options.weight.empty()) {
    const std::vector<float> weights = take_weights(table, options.weight, rows);
    dataset.weights =
        Tensor(Shape({static_cast<int64_t>(weights.size()), 1}), std::span<const float>(weights));
  }
  if (rows.size() < 2)
    fail("{}: {} row with a target; expected at least 2 to learn from", table.source(), rows.size());
  if (!options.group.empty()) dataset.groups = groups_of(table, options.group, rows);
  if (dataset.task == Task::regression) {
    dataset.y = target_values(table, dataset.targets, rows);
    if (dataset.targets.size() == 1) dataset.y = dataset.y.reshaped(Shape({dataset.y.size()}));
  } else {
    dataset.y = target_classes(table, dataset.targets.front(), dataset.labels, rows);
    warn_of_single_rows(dataset);
  }
  fit_features(dataset, table, rows, options);
  if (static_cast<int64_t>(rows.size()) < table.rows()) dataset.table_rows = std::move(rows);
  encode_features(dataset, table, options.threads);
  return dataset;
}

void refit_features(Dataset& dataset, const Table& table, std::span<const int64_t> training_rows,
                    const DatasetOptions& options) {
  const auto is_fitted = [](const Feature& f) {
    return f.kind == Feature::Kind::category || f.kind == Feature::Kind::words;
  };
  if (std::ranges::none_of(dataset.features, is_fitted)) return;
  std::vector<int64_t> rows(training_rows.begin(), training_rows.end());
  if (!dataset.table_rows.empty())
    for (int64_t& row : rows) row = dataset.table_rows[static_cast<size_t>(row)];
  fit_features(dataset, table, rows, options);
  encode_features(dataset, table, options.threads);
}

}  // namespace kette::data
