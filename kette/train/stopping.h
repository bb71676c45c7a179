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
  /// Early stopping: no lower validation loss for so many epochs. The weights of the best epoch are then
  /// kept.
  int64_t patience = 0;
};

enum class StopReason : uint8_t { epochs, steps, time, converged, target_loss, early_stopping, asked };

/// "epochs", "steps", "time", "converged", "target-loss", "early-stopping", "asked".
std::string_view to_string(StopReason reason);
/// One line for people: "training loss changed by less than 1e-05 in 10 epochs".
std::string describe(StopReason reason, const Stopping& stopping);

/// Throws Error for negative or non-finite numbers, and when nothing would ever end training.
void check(const Stopping& stopping);

/// Watches the epochs go by.
class EpochWatch {
 public:
  explicit EpochWatch(const Stopping& stopping) : stopping_(stopping) {}

  /// After an epoch: the mean training loss and, where there is one, the validation loss.
  std::optional<StopReason> after_epoch(double train_loss, std::optional<double> validation_loss);

  /// The epoch last given had the lowest validation loss so far.
  bool is_best() const { return best_epoch_ == epochs_; }
  /// Counted from 1; 0 before the first with a validation loss.
  int64_t best_epoch() const { return best_epoch_; }

 private:
  Stopping stopping_;
  int64_t epochs_ = 0, quiet_epochs_ = 0, best_epoch_ = 0;
  std::optional<double> last_loss_;
  double best_loss_ = 0;
};

}  // namespace kette
