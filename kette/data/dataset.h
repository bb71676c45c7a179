// From a table to what a network learns from: a matrix of features and a target.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/table.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

enum class Task { regression, binary, multiclass };

std::string_view to_string(Task task);
/// "regression", "binary" or "multiclass"; throws Error otherwise.
Task parse_task(std::string_view text);

struct DatasetOptions {
  std::string target;        // name of the target column
  std::optional<Task> task;  // recognised from the target when absent
  std::vector<std::string>
      features;  // in this order; empty: every column but the target, in the table's order
};

struct Dataset {
  Task task = Task::regression;
  std::string
      task_reason;  // one line to print: "10 classes (target is whole numbers with 10 distinct values)"
  std::string target;
  std::vector<std::string> features;
  std::vector<std::string> labels;    // of the classes, in order of their indices; empty for regression
  Tensor x;                           // f32 [rows, features]
  Tensor y;                           // regression: f32 [rows]; otherwise i64 [rows], class indices
  std::vector<std::string> warnings;  // one line each: constant columns, classes of one row

  int64_t rows() const { return y.size(); }
  int64_t classes() const { return static_cast<int64_t>(labels.size()); }
};

/// The task, unless given, follows from the target column:
/// - text: classes, labels in alphabetical order;
/// - two distinct whole numbers, or 3 to 20 of them with at least twice as many rows: classes, in numeric
/// order;
/// - any other numbers: regression.
///
/// Throws Error for an unknown column, a target that is also a feature, no feature, fewer than 2 rows, a
/// field that is not a finite number where one is needed (with its place), an empty label, a target of one
/// class or one value, more distinct labels than half the rows (and more than 20), and a given task that does
/// not fit.
Dataset make_dataset(const Table& table, const DatasetOptions& options);

/// The named columns as f32 [rows, names]: found by name in any order, others ignored. Throws Error naming
/// every column that is missing, or the place of the first field that is not a finite float.
Tensor feature_matrix(const Table& table, std::span<const std::string> names);

/// A regression target: the column as f32 [rows].
Tensor target_values(const Table& table, const std::string& target);

/// A class target in terms of a model's `labels`: i64 [rows], indices into `labels`. A label matches the same
/// text, or the same number written differently. Throws Error at the place of a label that is none of them.
Tensor target_classes(const Table& table, const std::string& target, std::span<const std::string> labels);

}  // namespace kette::data
