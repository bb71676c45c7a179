// A learning rate to begin with, found by trying them all: a short descent whose rate rises from far too low
// to far too high [Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3].
#pragma once

#include <cstdint>
#include <vector>

#include "kette/train/prepared.h"
#include "kette/train/trainer.h"

namespace kette {

struct LearningRateSweep {
  double lowest = 1e-6, highest = 10;
  int64_t steps = 150;  // at least 20; where an epoch has fewer, the next ones follow
};

struct LearningRateCurve {
  std::vector<double> rates;     // of every step, in equal ratios
  std::vector<double> losses;    // of the batch before that step
  std::vector<double> smoothed;  // means over the steps around
  double steepest = 0;           // where the smoothed loss falls fastest
  double lowest_loss = 0;        // the rate at which the smoothed loss is lowest
  double suggested = 0;
};

/// Descends on a copy of the weights, with the algorithm, optimiser and step of `options` and the order of
/// its seed; the network's own numbers stay untouched. Ends early where the loss is 4 times its lowest, or
/// not finite.
///
/// Suggested is the rate at which the smoothed loss falls fastest (by a line through the steps around, over
/// the logarithm of the rate), but at most a tenth of the rate where it is lowest: there it has stopped to
/// fall. Where the loss never falls, that tenth. The same for any number of threads. Throws Error for a sweep
/// out of range and as Trainer does.
LearningRateCurve find_learning_rate(Network& network, const Prepared& training,
                                     const TrainingOptions& options, const LearningRateSweep& sweep = {});

}  // namespace kette
