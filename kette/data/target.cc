#include "kette/data/target.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/column_profile.h"
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

Task task_of_classes(size_t count) { return count == 2 ? Task::binary : Task::multiclass; }

std::vector<std::string> labels_of_text(const Table& table, int64_t column) {
  const ColumnProfile seen = profile_column(table, column);
  if (seen.stray) fail("{}", describe_stray(table, column, seen));
  const TextColumn& text = table.text(column);
  std::set<std::string> distinct;
  for (int32_t code = 0; code < text.distinct_count(); ++code)
    distinct.emplace(trim_blanks(text.distinct(code)));
  return {distinct.begin(), distinct.end()};
}

/// Ascending, missing ones left out; 0 and −0 are one number.
std::vector<double> distinct_numbers(Numbers numbers) {
  std::set<double> distinct;
  std::vector<double> all;
  for (const double number : numbers) {
    if (std::isnan(number)) continue;
    if (distinct.size() <= kMostNumericClasses)
      distinct.insert(number);
    else
      all.push_back(number);
  }
  if (all.empty()) return {distinct.begin(), distinct.end()};
  all.insert(all.end(), distinct.begin(), distinct.end());
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
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

Target recognise_one(const Table& table, int64_t column, std::optional<Task> asked) {
  const std::string& name = table.name(column);
  const size_t rows = static_cast<size_t>(table.rows());
  if (asked == Task::regression || (table.is_numeric(column) && !asked)) {
    const std::vector<double> distinct = distinct_numbers(table.numbers(column));
    const size_t count = distinct.size();
    if (count == 0) fail("{}: target {} is missing in every row", table.source(), quote(name));
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

/// The label in lower case without blanks and a full stop at its end.
std::string plain(std::string_view label) {
  label = trim_blanks(label);
  if (label.ends_with('.')) label.remove_suffix(1);
  std::string text(label);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Finds the index of a label.
class LabelIndex {
 public:
  explicit LabelIndex(std::span<const std::string> labels) {
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto index = static_cast<int64_t>(i);
      by_text_.emplace(labels[i], index);
      const auto [known, is_new] = by_plain_text_.emplace(plain(labels[i]), index);
      if (!is_new) known->second = -1;  // two labels differ in case alone
      const std::optional<double> number = parse_number(labels[i]);
      if (number && std::isfinite(*number)) by_number_.emplace(*number, index);
    }
  }
  int64_t of(double number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? -1 : found->second;
  }
  int64_t of(std::string_view label) const {
    if (const auto found = by_text_.find(label); found != by_text_.end()) return found->second;
    if (const std::optional<double> number = parse_number(label)) return of(*number);
    const auto found = by_plain_text_.find(plain(label));
    return found == by_plain_text_.end() ? -1 : found->second;
  }

 private:
  std::unordered_map<std::string_view, int64_t> by_text_;
  std::unordered_map<std::string, int64_t> by_plain_text_;
  std::map<double, int64_t> by_number_;
};

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
  for (Task task : kTasks)
    if (text == to_string(task)) return task;
  fail("[task] unknown task {}; expected regression, binary or multiclass", quote(text));
}

Target recognise_target(const Table& table, std::span<const std::string> names, std::optional<Task> asked) {
  if (names.empty()) fail("[task] no target is given");
  if (names.size() == 1) return recognise_one(table, table.index(names[0]), asked);
  if (asked && *asked != Task::regression)
    fail("[task] {} targets can only be a regression; found {}", names.size(), to_string(*asked));
  for (const std::string& name : names) recognise_one(table, table.index(name), Task::regression);
  return {Task::regression, fmt::format("regression of {} targets", names.size()), {}};
}

Tensor target_values(const Table& table, std::span<const std::string> names, std::span<const int64_t> rows) {
  Tensor y(Shape({static_cast<int64_t>(rows.size()), static_cast<int64_t>(names.size())}));
  for (size_t c = 0; c < names.size(); ++c) {
    const int64_t column = table.index(names[c]);
    const Numbers numbers = table.numbers(column);
    for (size_t i = 0; i < rows.size(); ++i) {
      const double number = numbers[static_cast<size_t>(rows[i])];
      const auto value = static_cast<float>(number);
      if (!std::isfinite(value))
        fail("{}: expected a number within ±3.4e38 (float32), found {} in column {}",
             table.place(rows[i], column), std::isnan(number) ? "an empty field" : shortest(number),
             quote(names[c]));
      y.values<float>()[i * names.size() + c] = value;
    }
  }
  return y;
}

Tensor known_classes(const Table& table, const std::string& name, std::span<const std::string> labels,
                     std::span<const int64_t> rows) {
  const LabelIndex index(labels);
  const int64_t column = table.index(name);
  Tensor y(Shape({static_cast<int64_t>(rows.size())}, DType::i64));
  std::vector<int64_t> of_text;
  if (!table.is_numeric(column))
    for (int32_t code = 0; code < table.text(column).distinct_count(); ++code)
      of_text.push_back(index.of(trim_blanks(table.text(column).distinct(code))));
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t row = rows[i];
    int64_t& found = y.values<int64_t>()[i];
    if (table.is_missing(row, column))
      found = -1;
    else if (table.is_numeric(column))
      found = index.of(table.numbers(column)[static_cast<size_t>(row)]);
    else
      found = of_text[static_cast<size_t>(table.text(column).code(row))];
  }
  return y;
}

Tensor target_classes(const Table& table, const std::string& name, std::span<const std::string> labels,
                      std::span<const int64_t> rows) {
  Tensor y = known_classes(table, name, labels, rows);
  const std::span<const int64_t> found = y.values<int64_t>();
  const auto unknown = std::ranges::find(found, -1);
  if (unknown == found.end()) return y;
  const int64_t row = rows[static_cast<size_t>(unknown - found.begin())], column = table.index(name);
  const std::string field = table.field(row, column);
  throw UnknownLabel(fmt::format("{}: expected one of the labels {}, found {} in column {}",
                                 table.place(row, column), list(labels, kMostNumericClasses),
                                 field.empty() ? "an empty field" : quote(field), quote(name)));
}

std::vector<int64_t> rows_with_targets(const Table& table, std::span<const std::string> names) {
  std::vector<int64_t> rows, columns;
  for (const std::string& name : names) columns.push_back(table.index(name));
  for (int64_t row = 0; row < table.rows(); ++row)
    if (std::ranges::none_of(columns, [&](int64_t column) { return table.is_missing(row, column); }))
      rows.push_back(row);
  return rows;
}

}  // namespace kette::data
