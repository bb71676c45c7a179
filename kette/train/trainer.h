// Training: gradient descent in one of its variants, until a stopping criterion is met.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "kette/base/threads.h"
#include "kette/data/batches.h"
#include "kette/optim/optimizer.h"
#include "kette/train/build.h"
#include "kette/train/metrics.h"
#include "kette/train/prepared.h"
#include "kette/train/stopping.h"

namespace kette {

struct TrainingOptions {
  data::Descent descent = data::Descent::minibatch_shuffle;
  int64_t batch_size = 32;
  OptimizerSpec optimizer = {&kAdam};
  double learning_rate = 1e-3;  // η0
  double decay = 0;             // η = η0 / (1 + decay·t) at step t = 0, 1, …
  Stopping stopping = {};
  uint64_t seed = 1;           // of the order of the samples
  Threads* threads = nullptr;  // null: the caller's thread only. Same bits for any number
};

struct Validation {
  double loss;        // mean of the objective over the validation rows
  Measures measures;  // of the task, see metrics.h
};

/// After an epoch (the last may have been cut short).
struct EpochReport {
  int64_t epoch = 0;  // counted from 1
  int64_t steps = 0;  // since training began
  double loss = 0;    // mean over the rows of this epoch, each as its step met it
  std::optional<Validation> validation;
  double seconds = 0;        // since training began
  double learning_rate = 0;  // of the last step
};

/// Both are optional. Returning false ends training.
struct TrainingObserver {
  std::function<bool(const EpochReport&)> on_epoch = {};
  /// A few times a second within an epoch (from 1), with the share of its steps done.
  std::function<bool(int64_t epoch, double share)> on_progress = {};
};

struct TrainingResult {
  StopReason reason = StopReason::epochs;
  EpochReport last;
  int64_t kept_epoch =
      0;  // whose weights the model now has: the best on validation with early stopping, else the last
  int64_t rows_seen = 0;    // over all steps
  double step_seconds = 0;  // spent in steps: rows_seen / step_seconds is the speed
  double seconds = 0;       // all in all
};

/// Trains the network's parameters in place; appends the nodes of the step to its graph. `validation` may be
/// null.
///
/// Throws Error for options out of range, a batch larger than the data, and when the loss or a parameter
/// becomes infinite or NaN, naming epoch, step and the first such node: `training diverged at epoch 3, step
/// 127: node "z2" (add) became inf; lower the learning rate (now 10)`. Steps in this message count from 1
/// since training began. The parameters are then of no use.
TrainingResult train(Network& network, const Prepared& training, const Prepared* validation,
                     const TrainingOptions& options, const TrainingObserver& observer = {});
/// The same for samples that are not prepared yet.
TrainingResult train(Network& network, const Samples& training, const Samples* validation,
                     const TrainingOptions& options, const TrainingObserver& observer = {});

}  // namespace kette
