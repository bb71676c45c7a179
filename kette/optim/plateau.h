// A learning rate that falls when the validation loss stands still.
#pragma once

#include <cstdint>
#include <limits>

namespace kette {

struct PlateauSpec {
  int64_t patience = 10;  // epochs without a lower loss before the rate falls; at least 1
  double factor = 0.1;    // by which it falls, in (0, 1)
  double min_delta = 0;   // a loss is lower when it is below the lowest by more than this; at least 0
  double minimum = 0;     // the share never falls below this, in [0, 1]
};

/// All that a Plateau remembers, to be saved with a checkpoint.
struct PlateauState {
  double lowest = std::numeric_limits<double>::infinity();
  int64_t waited = 0;  // epochs since the lowest loss or the last fall
  double share = 1;

  friend bool operator==(const PlateauState&, const PlateauState&) = default;
};

/// Watches the epochs go by; the rate of a Schedule is to be multiplied by share().
class Plateau {
 public:
  /// Throws Error for a setting out of range.
  explicit Plateau(const PlateauSpec& spec, const PlateauState& state = {});

  /// Takes an epoch's validation loss (NaN is not lower than any) and returns the share from now on.
  double after_epoch(double validation_loss);
  double share() const { return state_.share; }
  const PlateauState& state() const { return state_; }

 private:
  PlateauSpec spec_;
  PlateauState state_;
};

}  // namespace kette
