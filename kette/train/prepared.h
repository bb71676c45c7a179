// Samples as the first layer sees them: preprocessing is done once, not at every step.
#pragma once

#include "kette/base/threads.h"
#include "kette/train/build.h"

namespace kette {

/// Rows whose features have passed the model's preprocessing.
struct Prepared {
  Tensor inputs;   // f32 [rows, width]: values of Model::prepared
  Tensor targets;  // as in Samples
  Tensor weights;  // as in Samples

  int64_t rows() const { return inputs.shape()[0]; }
};

/// Throws Error when the features do not have the model's columns.
Prepared prepare(Model& model, const Samples& samples, Threads* threads = nullptr);
/// The same, in the features' own memory where the prepared rows are as wide.
Prepared prepare(Model& model, Samples&& samples, Threads* threads = nullptr);

}  // namespace kette
