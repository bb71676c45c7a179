// What a model says about some rows.
#pragma once

#include <cstdint>

#include "kette/tensor/tensor.h"

namespace kette {

struct Predictions {
  Tensor scores;      // f32 [rows, k], see Model::scores
  Tensor prediction;  // f32 [rows, targets] in their units, or probabilities [rows, classes]

  int64_t rows() const { return prediction.shape()[0]; }
};

/// The class of the largest probability in each row, the first of equals: i64 [rows].
Tensor predicted_classes(const Tensor& probabilities);

}  // namespace kette
