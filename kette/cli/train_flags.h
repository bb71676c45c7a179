// The options of `kette train`, as they are written on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kette/cli/run_record.h"
#include "kette/cli/table_options.h"

namespace CLI {
class App;
}

namespace kette::cli {

struct TrainFlags {
  std::vector<std::string> files;
  TableFlags table;
  // Data
  std::string target, task, features, ignore, categorical, numeric, weight, group, test, validation = "0.1";
  double test_size = 0.2;
  int64_t folds = 0;
  // Larger than memory
  bool stream = false;
  std::optional<int64_t> sample, buffer;
  // Preprocessing
  std::string scale, impute, share_embedding, target_scale;
  double impute_constant = 0;
  bool no_indicators = false;
  std::optional<int64_t> rare, one_hot_limit, embedding_width;
  int64_t words = 100;
  // Network
  std::string hidden = "64,32", activation = "relu", output, init, loss, dropout = "0",
              normalization = "none";
  double input_dropout = 0, label_smoothing = 0;
  std::string class_weights;
  // Gradient descent
  std::string optimizer, descent, learning_rate, schedule;
  std::optional<double> decay, momentum, beta1, beta2, epsilon, alpha, weight_decay, schedule_factor,
      final_share;
  std::optional<int64_t> batch_size, schedule_every, warmup;
  double l1 = 0, l2 = 0, clip_norm = 0, clip_value = 0, average = 0;
  bool plateau = false;
  // When to stop
  std::string time;
  std::optional<double> target_loss;
  std::optional<int64_t> epochs, patience;
  double tolerance = 0, min_delta = 0;
  int64_t steps = 0;
  // Run
  bool automatic = false;
  int64_t trials = 0;
  std::string out, report, config, checkpoint, from, checkpoint_every = "60s";
  bool resume = false, json = false, quiet = false;
  uint64_t seed = 1;
  int threads = 0;

  /// Names of the options that were given for the network and its descent: with any of them nothing is
  /// searched for.
  std::vector<std::string> chosen;
  /// Every option that makes the model what it is, with the value that was given or is the default. What
  /// depends on the table is not yet among them, see training_options().
  RecordEntries resolved;
  /// Names of all options of a record, in the order in which it lists them.
  std::vector<std::string> recorded;
};

/// Declares every option; `flags` must outlive the parser. When it is through, call note_given().
void declare_train_flags(CLI::App& app, TrainFlags& flags);
/// Fills in `chosen`, `resolved` and `recorded`.
void note_given(const CLI::App& app, TrainFlags& flags);

}  // namespace kette::cli
