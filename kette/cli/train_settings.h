// What the options of `kette train` mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kette/cli/train_flags.h"
#include "kette/data/dataset.h"
#include "kette/data/split.h"
#include "kette/train/build.h"
#include "kette/train/trainer.h"

namespace kette::cli {

struct TrainSettings {
  data::DatasetOptions dataset;  // without targets: their names depend on the table, see target_columns()
  data::HoldOut hold_out;
  std::string validation_file;  // instead of a share
  NetworkOptions network;
  TrainingOptions training;  // without threads; what was not asked for is as yet as in TrainingOptions
  bool is_automatic = false;
  bool finds_rate = false;        // the learning rate is to be found
  bool is_of_other_tool = false;  // the model of --from
  double seconds = 0;             // of --time
  std::string out;
};
/// Throws UsageError for a value that is none, and for options that contradict each other.
TrainSettings settings_of(const TrainFlags& flags);

/// The target as one column of the table, or as several separated by commas.
std::vector<std::string> target_columns(const TrainFlags& flags, const data::Table& table);

/// Fills in what was not asked for and depends on the number of training rows. Small data gets many epochs of
/// small batches, a longer patience and a stronger pull of the weights to 0.
void choose_defaults(const TrainFlags& flags, int64_t rows, bool has_validation, TrainSettings& settings);

/// How much each class counts, by `--class-weights`, from the number of training rows of each. Empty: all the
/// same.
std::vector<double> class_weights(const TrainFlags& flags, const std::vector<std::string>& labels,
                                  std::span<const int64_t> rows_of_class);

}  // namespace kette::cli
