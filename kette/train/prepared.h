// Samples as the first layer sees them: preprocessing is done once, not at every step.
#pragma once

#include "kette/base/threads.h"
#include "kette/train/build.h"

namespace kette {

/// Rows whose features have passed the model's preprocessing.
struct Prepared {
  data::Matrix inputs;  // f32 [rows, width]: values of Model::prepared
  Tensor targets;       // as in Samples
  Tensor weights;       // as in Samples

  int64_t rows() const { return inputs.shape()[0]; }
};

/// Packed rows stay packed where the preprocessing treats each column on its own: then only what their codes
/// mean is computed. Throws Error when the features do not have the model's columns.
Prepared prepare(Model& model, const Samples& samples, Threads* threads = nullptr);
/// The same, in the features' own memory where they are not packed and the prepared rows are as wide.
Prepared prepare(Model& model, Samples&& samples, Threads* threads = nullptr);

/// `most` of the rows, evenly spread, or all where they are fewer.
Prepared spread(const Prepared& all, int64_t most);

}  // namespace kette
