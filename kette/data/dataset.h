// From a table to what a network learns from: a matrix of features and a target.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/feature.h"
#include "kette/data/matrix.h"
#include "kette/data/table.h"
#include "kette/data/target.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

struct DatasetOptions {
  std::string target;                     // name of the target column
  std::optional<Task> task;               // recognised from the target when absent
  std::vector<std::string> features;      // exactly these; empty: every other column that can tell something
  std::vector<std::string> targets = {};  // several targets, instead of `target`: a regression of each
  std::vector<std::string> ignore = {};   // columns that are no features
  std::vector<std::string> categorical = {};  // columns whose values are names, whatever they look like
  std::vector<std::string> numeric = {};      // columns whose values are amounts
  /// Columns of one vocabulary, that of all together, and one embedding: Feature::shared.
  std::vector<std::string> share_embedding = {};
  std::string weight = {};  // column that says how much a row counts; empty: all the same
  std::string group = {};   // column whose equal values must stay together in a split
  std::optional<int64_t> rare =
      {};  // categories in fewer training rows count as "any other"; absent: 1 to 20, by rows
  int64_t most_words = 100;  // of a column of free text; 0: free text is left out
  Threads* threads = nullptr;
};

struct Dataset {
  Task task = Task::regression;
  std::string task_reason;  // one line to print, see Target
  std::vector<std::string> targets;
  std::vector<Feature> features;    // numbers first, then dates, categories, words; each in the table's order
  std::vector<std::string> labels;  // of the classes, in order of their indices; empty for regression
  Matrix x;                         // f32 [rows, total_width(features)]
  Tensor y;  // regression: f32 [rows], or [rows, targets] of several; else i64 [rows], class indices
  Tensor weights = {};                     // f32 [rows, 1] of mean 1; empty: all the same
  std::vector<int64_t> groups = {};        // a number for each row; empty: none
  std::vector<int64_t> table_rows = {};    // where rows without a target were left out: those that stayed
  std::vector<std::string> notes = {};     // one line each: columns left out, and why
  std::vector<std::string> warnings = {};  // one line each: constant columns, classes of one row

  int64_t rows() const { return y.shape()[0]; }
  int64_t classes() const { return static_cast<int64_t>(labels.size()); }
};

/// Recognises the task (see recognise_target) and the kind of each feature (see column_type.h), and encodes
/// them. Rows without a target, or of weight 0, are left out. Categories and vocabularies are those of all
/// rows: see refit_features.
///
/// Throws Error for an unknown column, a target that is also a feature, no feature, fewer than 2 rows, and
/// whatever recognise_target and encode refuse.
Dataset make_dataset(const Table& table, const DatasetOptions& options);

/// Categories and vocabularies anew, of the dataset's `training_rows` alone, so that nothing of the other
/// rows shows in a model; does nothing where all features are numbers or dates.
void refit_features(Dataset& dataset, const Table& table, std::span<const int64_t> training_rows,
                    const DatasetOptions& options);

}  // namespace kette::data
