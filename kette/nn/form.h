// What a network is built for: to be trained, or to be used.
#pragma once

#include <cstdint>

#include "kette/graph/graph.h"

namespace kette {

enum class Form : uint8_t {
  inference,  // a sample's result depends on this sample alone; nothing is random
  training,   // elements are dropped, and batches are normalised by their own statistics
};

/// The two forms of one network differ in dropout and batch normalisation only; in one graph they share the
/// parameters.
struct MlpForm {
  Form form = Form::inference;
  /// The number of the training step, an i64 scalar (usually an input): the same step and seed drop the same
  /// elements. Needed for training where a layer has dropout.
  Value step = {};
  uint64_t seed = 0;
  /// Share of the old value when running statistics take in those of a batch, in [0, 1): r ← μ·r +
  /// (1−μ)·batch.
  double momentum = 0.9;
};

}  // namespace kette
