// What a training step changes.
#pragma once

#include "kette/graph/graph.h"

namespace kette {

/// `target` (a parameter: weights or an optimiser's state) takes the value `next`, of the same shape. In a
/// list of updates every `next` is computed from the values before the step: the order of the list does not
/// matter.
struct Update {
  Value target;
  Value next;
};

}  // namespace kette
