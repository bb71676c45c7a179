// Where a training run stands: all that it needs to go on as if it had never been interrupted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kette/judge/measures.h"
#include "kette/nn/parameters.h"
#include "kette/optim/lbfgs.h"
#include "kette/optim/plateau.h"
#include "kette/train/stopping.h"

namespace kette {

struct Validation {
  double loss;        // mean of the objective over the validation rows
  Measures measures;  // of the task, see measures.h

  friend bool operator==(const Validation&, const Validation&) = default;
};

/// After an epoch (the last may have been cut short).
struct EpochReport {
  int64_t epoch = 0;  // counted from 1
  int64_t steps = 0;  // since training began
  double loss = 0;    // mean over the rows of this epoch, each as its step met it
  std::optional<Validation> validation;
  /// The same of TrainingOptions::training_sample. Comparable with `validation`, as `loss` is not: that is of
  /// weights that still changed, with dropout.
  std::optional<Validation> training = {};
  double seconds = 0;        // since training began
  double learning_rate = 0;  // of the last step

  friend bool operator==(const EpochReport&, const EpochReport&) = default;
};

/// A plain value. The order of the samples and the draws of dropout are functions of the seed and the
/// numbers here, so there is no generator to save.
struct TrainingState {
  Parameters weights;                   // of the model, as descent left them; running statistics included
  Parameters optimizer;                 // "adam.m/W1", …, and the averages "average/W1", …
  std::optional<Parameters> best = {};  // weights of the best epoch on validation, where these are kept
  std::optional<LbfgsState> lbfgs = {};

  int64_t epochs = 0;  // finished
  int64_t step = 0;    // steps taken of the next one
  int64_t steps = 0;   // since training began
  double loss = 0;     // sum over the rows of the epoch that is not finished
  int64_t rows = 0;    // their number
  int64_t rows_seen = 0;
  double learning_rate = 0;  // of the last step
  double step_seconds = 0, seconds = 0;
  EpochWatchState watch = {};
  PlateauState plateau = {};
  std::vector<EpochReport> history = {};  // of the finished epochs

  friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

}  // namespace kette
