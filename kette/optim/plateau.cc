#include "kette/optim/plateau.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"

namespace kette {

Plateau::Plateau(const PlateauSpec& spec, const PlateauState& state) : spec_(spec), state_(state) {
  if (spec.patience < 1) fail("[plateau] patience of {} epochs; expected at least 1", spec.patience);
  if (!(spec.factor > 0 && spec.factor < 1))
    fail("[plateau] factor is {}; expected a number in (0, 1)", spec.factor);
  if (!(spec.min_delta >= 0) || !std::isfinite(spec.min_delta))
    fail("[plateau] the smallest improvement is {}; expected a finite number of at least 0", spec.min_delta);
  if (!(spec.minimum >= 0 && spec.minimum <= 1))
    fail("[plateau] the minimum is {}; expected a share in [0, 1]", spec.minimum);
}

double Plateau::after_epoch(double validation_loss) {
  if (validation_loss < state_.lowest - spec_.min_delta) {
    state_.lowest = validation_loss;
    state_.waited = 0;
  } else if (++state_.waited >= spec_.patience) {
    state_.waited = 0;
    state_.share = std::max(state_.share * spec_.factor, spec_.minimum);
  }
  return state_.share;
}

}  // namespace kette
