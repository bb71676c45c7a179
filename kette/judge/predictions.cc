#include "kette/judge/predictions.h"

#include <algorithm>
#include <span>

namespace kette {

Tensor predicted_classes(const Tensor& probabilities) {
  const int64_t rows = probabilities.shape()[0];
  const auto classes = static_cast<size_t>(probabilities.shape()[1]);
  const std::span<const float> values = probabilities.values<float>();
  Tensor predicted(Shape({rows}, DType::i64));
  for (size_t i = 0; i < static_cast<size_t>(rows); ++i) {
    const std::span<const float> row = values.subspan(i * classes, classes);
    predicted.values<int64_t>()[i] = std::ranges::max_element(row) - row.begin();
  }
  return predicted;
}

}  // namespace kette
