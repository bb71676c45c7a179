// What is to be predicted: the task, the classes, and the expected answer of each row.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

/// Thrown for a label that a model does not know.
class UnknownLabel : public Error {
 public:
  using Error::Error;
};

enum class Task { regression, binary, multiclass };

inline constexpr std::array kTasks = {Task::regression, Task::binary, Task::multiclass};

std::string_view to_string(Task task);
/// "regression", "binary" or "multiclass"; throws Error otherwise.
Task parse_task(std::string_view text);

struct Target {
  Task task = Task::regression;
  std::string reason;  // one line to print: "10 classes (target is whole numbers with 10 distinct values)"
  std::vector<std::string> labels;  // of the classes, in order of their indices; empty for regression
};

/// The task, unless given, follows from the column's values, missing ones left out:
/// - text: classes, labels in alphabetical order;
/// - two distinct whole numbers, or 3 to 20 of them with at least twice as many rows: classes, in numeric
/// order;
/// - any other numbers: regression.
/// Several columns are a regression of all of them.
///
/// Throws Error for an unknown column, a text among numbers (with its place), a target of one class or one
/// value, more distinct labels than half the rows (and more than 20), a given task that does not fit, and
/// several targets of which one is no number.
Target recognise_target(const Table& table, std::span<const std::string> names, std::optional<Task> asked);

/// A regression target: the columns in the given rows as f32 [rows, names]. Throws Error at the place of a
/// missing or too large number.
Tensor target_values(const Table& table, std::span<const std::string> names, std::span<const int64_t> rows);

/// A class target in the given rows, in terms of a model's `labels`: i64 [rows], indices into `labels`. A
/// label matches the same text, or the same number written differently; failing that, the one label that is
/// the same but for case and a full stop at its end. Throws UnknownLabel at the place of a label that is none
/// of them, or missing.
Tensor target_classes(const Table& table, const std::string& name, std::span<const std::string> labels,
                      std::span<const int64_t> rows);

/// The same with −1 for a label that is none of them, or missing.
Tensor known_classes(const Table& table, const std::string& name, std::span<const std::string> labels,
                     std::span<const int64_t> rows);

/// Rows in which no target is missing, ascending.
std::vector<int64_t> rows_with_targets(const Table& table, std::span<const std::string> names);

}  // namespace kette::data
