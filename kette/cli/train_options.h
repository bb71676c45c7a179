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
  std::optional<double> learning_rate, momentum, beta1, beta2, epsilon, weight_decay, target_loss;
  double decay = 0, tolerance = 0;
  std::optional<int64_t> batch_size, epochs;
  int64_t steps = 0, patience = 20;
  double test_size = 0.2, validation = 0.1;
  uint64_t seed = 1;
  int threads = 0;
  bool json = false, quiet = false;
};

/// Declares every option; `flags` must outlive the parser.
void declare_train_flags(CLI::App& app, TrainFlags& flags);

/// What they mean. Throws UsageError for a value that is none.
struct TrainSettings {
  data::DatasetOptions dataset;
  data::HoldOut hold_out;
  NetworkOptions network;
  TrainingOptions training;  // without threads
  bool batch_size_given = false;
  std::string out;
};
TrainSettings settings_of(const TrainFlags& flags);

/// The rate that works for most data: 0.001 for adam and adamw, 0.01 with momentum, 0.1 for plain gradient descent.
double default_learning_rate(const OptimizerDef& optimizer);

}  // namespace kette::cli
