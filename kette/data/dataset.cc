#include "kette/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr size_t kMostNumericClasses = 20;
constexpr size_t kLabelsInReason = 5;

std::string list(std::span<const std::string> items, size_t most) {
  std::string text;
  for (size_t i = 0; i < std::min(items.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + on_one_line(items[i]);
  return items.size() > most ? text + ", …" : text;
}

/// The columns side by side: f32 [rows, columns].
Tensor floats(const Table& table, std::span<const int64_t> columns) {
  constexpr int64_t kBlock =
      256;  // rows whose part of the result stays in the cache while columns are filled in
  const int64_t rows = table.rows(), width = static_cast<int64_t>(columns.size());
  Tensor result(Shape({rows, width}));
  const std::span<float> out = result.values<float>();
  for (int64_t start = 0; start < rows; start += kBlock) {
    for (int64_t i = 0; i < width; ++i) {
      const int64_t column = columns[static_cast<size_t>(i)];
      const std::span<const double> numbers = table.numbers(column);
      for (int64_t row = start; row < std::min(start + kBlock, rows); ++row) {
        const double number = numbers[static_cast<size_t>(row)];
        const float value = static_cast<float>(number);
        if (!std::isfinite(value))
          fail("{}: expected a number within ±3.4e38 (float32), found {} in column {}",
               table.place(row, column), shortest(number), quote(table.name(column)));
        out[static_cast<size_t>(row * width + i)] = value;
      }
    }
  }
  return result;
}

struct Target {
  Task task;
  std::string reason;
  std::vector<std::string> labels;
};

Task task_of_classes(size_t count) { return count == 2 ? Task::binary : Task::multiclass; }

std::vector<std::string> labels_of_text(const Table& table, int64_t column) {
  const TextColumn& text = table.text(column);
  std::set<std::string, std::less<>> distinct;
  std::set<double> numbers;
  int64_t numeric = 0;
  bool only_finite_missing = true;  // every field that is not a finite number is nan or inf
  for (int64_t row = 0; row < text.size(); ++row) {
    const std::string_view label = trim_blanks(text[row]);
    if (label.empty())
      fail("{}: expected a class label, found an empty field in column {}", table.place(row, column),
           quote(table.name(column)));
    if (!distinct.contains(label)) distinct.emplace(label);
    const std::optional<double> number = parse_number(label);
    if (number && std::isfinite(*number)) {
      ++numeric;
      if (numbers.size() <= kMostNumericClasses) numbers.insert(*number);
    } else if (!number) {
      only_finite_missing = false;
    }
  }
  // Numbers with a few gaps such as "n/a" or "nan": the place of the first is what the user needs, not
  // classes.
  const bool many_numbers = numbers.size() > kMostNumericClasses && 2 * numeric > text.size();
  if (numeric > 0 && (only_finite_missing || many_numbers)) table.numbers(column);
  return {distinct.begin(), distinct.end()};
}

/// Ascending; 0 and −0 are one number.
std::vector<double> distinct_numbers(std::span<const double> numbers) {
  std::vector<double> distinct(numbers.begin(), numbers.end());
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  return distinct;
}

std::vector<std::string> labels_of_numbers(std::span<const double> distinct) {
  std::vector<std::string> labels;
  for (double number : distinct) labels.push_back(shortest(number + 0.0));  // never "-0"
  return labels;
}

/// True when the distinct numbers of a column look like names of classes.
bool are_class_numbers(std::span<const double> distinct, size_t rows) {
  if (distinct.size() > kMostNumericClasses || (distinct.size() > 2 && rows < 2 * distinct.size()))
    return false;
  return std::ranges::all_of(distinct, [](double number) { return number == std::floor(number); });
}

void check_task(const Table& table, const std::string& target, Task task, size_t classes, size_t rows) {
  if (classes < 2)
    fail("{}: target {} has one class only; expected at least 2 classes", table.source(), quote(target));
  if (task == Task::binary && classes != 2)
    fail("{}: target {} has {} classes; expected 2 for a binary task", table.source(), quote(target),
         classes);
  if (classes > std::max(kMostNumericClasses, rows / 2))
    fail("{}: target {} has {} distinct labels in {} rows; expected classes that repeat", table.source(),
         quote(target), classes, rows);
}

Target recognise(const Table& table, int64_t column, std::optional<Task> asked) {
  const std::string& name = table.name(column);
  const size_t rows = static_cast<size_t>(table.rows());
  if (asked == Task::regression || (table.is_numeric(column) && !asked)) {
    const std::vector<double> distinct = distinct_numbers(table.numbers(column));
    const size_t count = distinct.size();
    if (count < 2)
      fail("{}: target {} is {} in every row; expected at least 2 distinct values", table.source(),
           quote(name), shortest(distinct.front()));
    if (asked) return {Task::regression, "regression (as asked)", {}};
    if (!are_class_numbers(distinct, rows))
      return {
          Task::regression, fmt::format("regression (target is numbers with {} distinct values)", count), {}};
    const std::string reason =
        fmt::format("{} classes (target is whole numbers with {} distinct values)", count, count);
    return {task_of_classes(count), reason, labels_of_numbers(distinct)};
  }
  std::vector<std::string> labels = table.is_numeric(column)
                                        ? labels_of_numbers(distinct_numbers(table.numbers(column)))
                                        : labels_of_text(table, column);
  const Task task = asked.value_or(task_of_classes(labels.size()));
  check_task(table, name, task, labels.size(), rows);
  const std::string why = asked ? "as asked" : "target is text: " + list(labels, kLabelsInReason);
  return {task, fmt::format("{} classes ({})", labels.size(), why), std::move(labels)};
}

std::vector<std::string> choose_features(const Table& table, const DatasetOptions& options) {
  std::vector<std::string> features = options.features;
  if (features.empty()) {
    features = table.names();
    std::erase(features, options.target);
  }
  if (features.empty())
    fail("{}: no feature column; expected at least one besides the target {}", table.source(),
         quote(options.target));
  std::set<std::string_view> seen;
  for (const std::string& feature : features) {
    if (feature == options.target)
      fail("{}: column {} is the target and also a feature", table.source(), quote(feature));
    table.index(feature);
    if (!seen.insert(feature).second) fail("{}: feature {} is listed twice", table.source(), quote(feature));
  }
  return features;
}

void warn_of_constant_columns(const Table& table, Dataset& dataset) {
  for (const std::string& feature : dataset.features) {
    const std::span<const double> numbers = table.numbers(table.index(feature));
    if (std::ranges::all_of(numbers, [&](double number) { return number == numbers.front(); }))
      dataset.warnings.push_back(fmt::format("column {} is constant ({}) and carries no information",
                                             quote(feature), shortest(numbers.front())));
  }
}

void warn_of_single_rows(Dataset& dataset) {
  std::vector<int64_t> rows(dataset.labels.size());
  for (int64_t label : dataset.y.values<int64_t>()) ++rows[static_cast<size_t>(label)];
  for (size_t label = 0; label < rows.size(); ++label)
    if (rows[label] == 1)
      dataset.warnings.push_back(fmt::format("class {} has one row only", quote(dataset.labels[label])));
}

}  // namespace

std::string_view to_string(Task task) {
  switch (task) {
    case Task::regression:
      return "regression";
    case Task::binary:
      return "binary";
    case Task::multiclass:
      return "multiclass";
  }
  return "?";
}

Task parse_task(std::string_view text) {
  for (Task task : {Task::regression, Task::binary, Task::multiclass})
    if (text == to_string(task)) return task;
  fail("[task] unknown task {}; expected regression, binary or multiclass", quote(text));
}

Dataset make_dataset(const Table& table, const DatasetOptions& options) {
  const int64_t target_column = table.index(options.target);
  Dataset dataset;
  dataset.target = options.target;
  dataset.features = choose_features(table, options);
  if (table.rows() < 2)
    fail("{}: {} row of data; expected at least 2 to learn from", table.source(), table.rows());
  Target target = recognise(table, target_column, options.task);
  dataset.task = target.task;
  dataset.task_reason = std::move(target.reason);
  dataset.labels = std::move(target.labels);
  dataset.x = feature_matrix(table, dataset.features);
  warn_of_constant_columns(table, dataset);
  if (dataset.task == Task::regression) {
    dataset.y = target_values(table, options.target);
  } else {
    dataset.y = target_classes(table, options.target, dataset.labels);
    warn_of_single_rows(dataset);
  }
  return dataset;
}

Tensor feature_matrix(const Table& table, std::span<const std::string> names) {
  std::vector<int64_t> columns;
  std::string missing;
  int count = 0;
  for (const std::string& name : names) {
    columns.push_back(table.find(name));
    if (columns.back() >= 0) continue;
    missing += (count++ == 0 ? "" : ", ") + quote(name);
  }
  if (count == 1 && names.size() == 1) table.index(names[0]);
  if (count > 0) fail("{}: missing column{} {}", table.source(), count == 1 ? "" : "s", missing);
  return floats(table, columns);
}

Tensor target_values(const Table& table, const std::string& target) {
  const int64_t column = table.index(target);
  return floats(table, {&column, 1}).reshaped(Shape({table.rows()}));
}

Tensor target_classes(const Table& table, const std::string& target, std::span<const std::string> labels) {
  std::unordered_map<std::string_view, int64_t> by_text;
  std::map<double, int64_t> by_number;
  for (size_t i = 0; i < labels.size(); ++i) {
    by_text.emplace(labels[i], static_cast<int64_t>(i));
    const std::optional<double> number = parse_number(labels[i]);
    if (number && std::isfinite(*number)) by_number.emplace(*number, static_cast<int64_t>(i));
  }
  const int64_t column = table.index(target);
  Tensor y(Shape({table.rows()}, DType::i64));
  const auto unknown = [&](int64_t row, std::string_view found) {
    fail("{}: expected one of the labels {}, found {} in column {}", table.place(row, column),
         list(labels, kMostNumericClasses), found.empty() ? "an empty field" : quote(found),
         quote(table.name(column)));
  };
  const auto of_number = [&](int64_t row, double number, std::string_view written) {
    const auto found = by_number.find(number);
    if (found == by_number.end()) unknown(row, written);
    return found->second;
  };
  for (int64_t row = 0; row < table.rows(); ++row) {
    int64_t& index = y.values<int64_t>()[static_cast<size_t>(row)];
    if (table.is_numeric(column)) {
      const double number = table.numbers(column)[static_cast<size_t>(row)];
      index = of_number(row, number, shortest(number));
      continue;
    }
    const std::string_view label = trim_blanks(table.text(column)[row]);
    const auto found = by_text.find(label);
    if (found != by_text.end())
      index = found->second;
    else if (const std::optional<double> number = parse_number(label))
      index = of_number(row, *number, label);
    else
      unknown(row, label);
  }
  return y;
}

}  // namespace kette::data
