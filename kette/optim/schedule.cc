#include "kette/optim/schedule.h"

#include <cmath>

#include "kette/base/error.h"

namespace kette {

Schedule::Schedule(double initial, double decay) : initial_(initial), decay_(decay) {
  if (!(initial > 0) || !std::isfinite(initial))
    fail("[learning rate] is {}; expected a finite number above 0", initial);
  if (!(decay >= 0) || !std::isfinite(decay))
    fail("[learning rate] decay is {}; expected a finite number of at least 0", decay);
}

}  // namespace kette
