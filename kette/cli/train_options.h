// The options of `kette train`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kette/data/dataset.h"
#include "kette/data/split.h"
#include "kette/train/build.h"
#include "kette/train/trainer.h"

namespace CLI {
class App;
}

namespace kette::cli {

/// What is read from the command line, as it is written there.
struct TrainFlags {
  std::string file, target, task, features, out;
  std::string hidden = "64,32", activation = "relu", output, init, loss;
  std::string optimizer, descent, time;
  std::optional<double> learning_rate, decay, momentum, beta1, beta2, epsilon, weight_decay, target_loss;
  double tolerance = 0;
  std::optional<int64_t> batch_size, epochs, patience;
  int64_t steps = 0;
  double test_size = 0.2, validation = 0.1;
  uint64_t seed = 1;
  int threads = 0;
  bool json = false, quiet = false;
};

/// Declares every option; `flags` must outlive the parser.
void declare_train_flags(CLI::App& app, TrainFlags& flags);

/// What they mean.
struct TrainSettings {
  data::DatasetOptions dataset;
  data::HoldOut hold_out;
  NetworkOptions network;
  TrainingOptions training;  // without threads; what was not asked for is as yet as in TrainingOptions
  std::string out;
};
/// Throws UsageError for a value that is none.
TrainSettings settings_of(const TrainFlags& flags);

/// Fills in what was not asked for and depends on the number of training rows. Small data gets many epochs of
/// small batches, a longer patience and a stronger pull of the weights to 0.
void choose_defaults(const TrainFlags& flags, int64_t rows, TrainingOptions& training);

}  // namespace kette::cli
