// When training ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace kette {

/// Whichever comes first. 0 (or nothing) switches a criterion off; at least one must be on.
struct Stopping {
  int64_t epochs = 200;
  int64_t steps = 0;
  double seconds = 0;  // of wall time, to about a millisecond or a step

  /// Convergence: the mean training loss changed by less than `tolerance` in each of `tolerance_epochs`
  /// epochs.
  double tolerance = 0;
  int64_t tolerance_epochs = 10;
  /// The mean training loss of an epoch is this or less.
  std::optional<double> target_loss = {};
  /// Early stopping: the validation loss did not improve for so many epochs. The weights of the best epoch
  /// are then kept.
  int64_t patience = 0;
  /// A validation loss improves when it is lower than the last that did by more than this.
  double min_delta = 0;
};

enum class StopReason : uint8_t { epochs, steps, time, converged, target_loss, early_stopping, asked };

/// "epochs", "steps", "time", "converged", "target-loss", "early-stopping", "asked".
std::string_view to_string(StopReason reason);
/// One line for people: "training loss changed by less than 1e-05 in 10 epochs".
std::string describe(StopReason reason, const Stopping& stopping);

/// Throws Error for negative or non-finite numbers, and when nothing would ever end training.
void check(const Stopping& stopping);

/// All that an EpochWatch remembers. Epochs count from 1; 0 is none yet.
struct EpochWatchState {
  int64_t epochs = 0, quiet_epochs = 0;
  int64_t best_epoch = 0;  // of the lowest validation loss
  double best_loss = 0;
  int64_t improved_epoch = 0;  // the last that improved by more than min_delta
  double improved_loss = 0;
  std::optional<double> last_loss = {};

  friend bool operator==(const EpochWatchState&, const EpochWatchState&) = default;
};

/// Watches the epochs go by.
class EpochWatch {
 public:
  explicit EpochWatch(const Stopping& stopping, const EpochWatchState& state = {})
      : stopping_(stopping), state_(state) {}

  /// After an epoch: the mean training loss and, where there is one, the validation loss.
  std::optional<StopReason> after_epoch(double train_loss, std::optional<double> validation_loss);
  /// What the epochs so far give reason for.
  std::optional<StopReason> due() const;

  /// The epoch last given had the lowest validation loss so far.
  bool is_best() const { return state_.best_epoch == state_.epochs; }
  /// Counted from 1; 0 before the first with a validation loss.
  int64_t best_epoch() const { return state_.best_epoch; }
  const EpochWatchState& state() const { return state_; }

 private:
  Stopping stopping_;
  EpochWatchState state_;
};

}  // namespace kette
