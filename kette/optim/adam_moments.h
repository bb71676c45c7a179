// What Adam and its relatives have in common.
#pragma once

#include "kette/optim/optimizer.h"

namespace kette {

/// beta1, beta2 and epsilon with their initial values.
std::vector<Hyperparameter> adam_settings();

struct AdamMoments {
  Value change;  // η·m̂/(√v̂ + ε), to be subtracted from the weights
  Value m, v;    // after the step
};

/// m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²;  m̂ = m/(1−β1^t);  v̂ = v/(1−β2^t).
AdamMoments adam_moments(const RuleCall& call);

}  // namespace kette
