// Training on more rows than memory holds, as they come: online adaptation.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "kette/train/prepared.h"
#include "kette/train/pulse.h"
#include "kette/train/sample_stream.h"
#include "kette/train/trainer.h"

namespace kette {

class DivergenceError;

/// After each buffer (the last may have been cut short).
struct StreamReport {
  int64_t pass = 1;  // over the rows, counted from 1
  int64_t rows = 0;  // trained on since training began
  int64_t steps = 0;
  double loss = 0;  // mean over the rows of this buffer, each as its step met it
  std::optional<Validation> validation;
  double learning_rate = 0;  // of the last step
  double seconds = 0;        // since training began, with the waiting for rows
};

struct StreamOptions {
  /// Its epochs are passes over all rows (0: without end). The length of an epoch is not known, so what
  /// counts in epochs has no meaning: of `stopping` hold epochs, steps and seconds; a schedule of a given
  /// length needs steps; lbfgs, plateau, keep_best, checkpoint, doctor and the descent `batch` must be
  /// absent.
  TrainingOptions training;
  /// Rows are shuffled, or drawn, within a buffer of so many, rounded down to whole batches. 0: 50 000, or
  /// fewer so that they take up at most 64 MB.
  int64_t buffer_rows = 0;
  /// Returning false ends training.
  std::function<bool(const StreamReport&)> on_buffer = {};
};

struct StreamResult {
  StopReason reason = StopReason::epochs;
  StreamReport last;
  double step_seconds =
      0;  // spent in steps; the rest of last.seconds went by waiting for rows, and validation
};

/// Descends on rows as they are given. What it computes depends on the rows and their order, not on how they
/// are cut into pieces, nor on the number of threads. Memory is that of two buffers.
class StreamTrainer {
 public:
  /// `validation` may be null; both must outlive the trainer. Throws Error for options out of range.
  StreamTrainer(Network& network, const Prepared* validation, const StreamOptions& options);
  StreamTrainer(const StreamTrainer&) = delete;  // what observes the descent points at it
  StreamTrainer& operator=(const StreamTrainer&) = delete;
  ~StreamTrainer() = default;

  /// Trains whenever the buffer is full. False when a criterion was met: the rows are then of no use any
  /// more. Throws DivergenceError as Trainer::run, with the step and the row since training began, rows
  /// counted as they were given: `training diverged at step 812: node "z2" (add) became inf in training row
  /// 103 940; …`.
  bool add(const Prepared& rows);
  /// Trains on what the buffer still holds.
  bool end_pass();
  /// Leaves in the model the weights that are kept. Throws Error when there was no row.
  StreamResult finish();

 private:
  void descend();
  Trainer& trainer_on(const Prepared& rows);
  bool is_over();
  bool report(const EpochReport& epoch);
  [[noreturn]] void diverged(const DivergenceError& error) const;

  Network& network_;
  const Prepared* validation_;
  StreamOptions options_;
  Prepared buffer_, rest_;  // rest_: the rows of a buffer that is not full
  int64_t capacity_ = 0, filled_ = 0;
  std::optional<Trainer> trainer_;
  const Prepared* trained_on_ = nullptr;
  int64_t trainer_rows_ = 0;
  Stopwatch watch_;
  int64_t pass_ = 1, rows_before_ = 0, steps_before_ = 0;
  StreamReport last_;
  std::optional<StopReason> reason_;
};

/// Trains on `sample`, the training rows of the stream's sample, and all rows behind it, as many times as
/// `options.training.stopping` has epochs.
StreamResult train(Network& network, const Prepared& sample, SampleStream& stream, const Prepared* validation,
                   const StreamOptions& options);

}  // namespace kette
