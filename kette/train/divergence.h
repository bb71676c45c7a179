// Where a training run left the numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kette/data/batches.h"
#include "kette/optim/schedule.h"
#include "kette/train/step.h"

namespace kette {

/// The first node that held inf or nan.
struct NonFinite {
  int64_t step = 0;   // of the epoch, from 0
  std::string where;  // `node "z2" (add)` or `parameter "W1"`
  float value = 0;
};

/// Repeats an epoch from its first step on until a node is not finite, looking at every node after every
/// step: training is deterministic, so it takes the same course. Parameters and state must be as they were
/// when the epoch began. Nothing when all of `steps` steps stay finite.
std::optional<NonFinite> find_non_finite(Network& network, const TrainingStep& step, Parameters& state,
                                         const Prepared& samples, const data::Batches& epoch, int64_t steps,
                                         const Schedule& schedule, int64_t first_step, Threads* threads);

}  // namespace kette
