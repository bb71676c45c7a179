// Training: gradient descent in one of its variants, or L-BFGS, until a stopping criterion is met.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/batches.h"
#include "kette/optim/optimizer.h"
#include "kette/optim/schedule.h"
#include "kette/train/build.h"
#include "kette/train/prepared.h"
#include "kette/train/state.h"

namespace kette {

class Doctor;

/// A file from which training goes on after an interruption, see checkpoint.h. It is replaced every so often,
/// also within an epoch, and when training ends; who started it removes it.
struct Checkpoint {
  std::string path;
  double every_seconds = 60;  // 0: after every step
  std::string fingerprint;    // of the run, see save_checkpoint()
};

struct TrainingOptions {
  data::Descent descent = data::Descent::minibatch_shuffle;
  int64_t batch_size = 32;
  OptimizerSpec optimizer = {&kAdam};
  double learning_rate = 1e-3;  // η0
  double decay = 0;             // not 0: η = η0 / (1 + decay·t) at step t = 0, 1, …
  /// The course of the learning rate and its warm-up, where it is not constant; `rate` and, unless 0, `decay`
  /// above hold instead of its own. Its length is that of the epochs or steps in `stopping`.
  ScheduleSpec schedule = {};
  /// Lowers the learning rate further when the validation loss (without validation: the training loss) stands
  /// still.
  std::optional<PlateauSpec> plateau = {};
  /// Penalties, clipping, decay of the weights, averaging; `optimizer` above holds instead of its own. With
  /// averaging, validation looks at the averages, and they are the weights that are kept.
  StepOptions step = {};
  /// Instead of descent: every epoch is one iteration over all rows. Of `step`, only l2 may be set.
  std::optional<LbfgsSpec> lbfgs = {};
  Stopping stopping = {};
  /// Whether the weights of the epoch with the lowest validation loss are kept, instead of the last ones.
  /// When absent: with early stopping.
  std::optional<bool> keep_best = {};
  uint64_t seed = 1;           // of the order of the samples
  Threads* threads = nullptr;  // null: the caller's thread only. Same bits for any number
  std::optional<Checkpoint> checkpoint = {};
  Doctor* doctor = nullptr;  // looks on without changing anything, see doctor.h
  /// Rows to measure after every epoch as the validation rows are, for learning curves: some of the training
  /// rows. Null: none. Changes no bit of the result, and takes none of the time in `stopping`.
  const Prepared* training_sample = nullptr;
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
  int64_t kept_epoch = 0;                 // whose weights the model now has, see TrainingOptions::keep_best
  int64_t rows_seen = 0;                  // over all steps
  double step_seconds = 0;                // spent in steps: rows_seen / step_seconds is the speed
  double seconds = 0;                     // all in all
  std::vector<EpochReport> history = {};  // one for each epoch
};

/// A training run that can be left, saved, and gone on with. Between calls the model's parameters are where
/// descent stands. To be used by one thread at a time; runs on different networks do not disturb each other.
class Trainer {
 public:
  /// Appends the nodes of the step to the network's graph. `validation` may be null; all that is given, but
  /// not the options, must outlive the trainer. Throws Error for options out of range, a batch larger than
  /// the data, and rows that do not fit the network.
  Trainer(Network& network, const Prepared& training, const Prepared* validation,
          const TrainingOptions& options, TrainingObserver observer = {});
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  /// Trains until a criterion is met, then leaves in the model the weights that are kept.
  ///
  /// Throws DivergenceError when the loss or a parameter becomes infinite or NaN, naming epoch, step, the
  /// first such node and the training row: `training diverged at epoch 3, step 127: node "z2" (add) became
  /// inf in training row 12; lower the learning rate (now 10)`. Steps and rows in this message count from 1,
  /// steps since training began. The parameters are then of no use.
  TrainingResult run();
  /// Trains until so many more epochs, or steps, are done; false when a criterion was met, then or before.
  bool run_for(int64_t epochs);
  bool run_steps(int64_t steps);
  /// Leaves in the model the weights that are kept. Training does not go on after that, except by restore().
  TrainingResult finish();

  /// One for each epoch so far.
  const std::vector<EpochReport>& history() const;
  /// Where training stands. Training that was ended within an epoch stands there: gone on with, it takes the
  /// course that it would have taken.
  TrainingState state() const;
  /// Goes on from there: with the same network, rows and options to the same bits as without the
  /// interruption. Throws Error, changing nothing, when the state does not fit.
  void restore(const TrainingState& state);

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

/// Trains the network's parameters in place, as Trainer::run.
TrainingResult train(Network& network, const Prepared& training, const Prepared* validation,
                     const TrainingOptions& options, const TrainingObserver& observer = {});
/// The same for samples that are not prepared yet.
TrainingResult train(Network& network, const Samples& training, const Samples* validation,
                     const TrainingOptions& options, const TrainingObserver& observer = {});

}  // namespace kette
