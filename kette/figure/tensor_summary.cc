#include "kette/figure/tensor_summary.h"

#include <algorithm>
#include <cmath>

namespace kette {

TensorSummary summary_of(const Tensor& tensor) {
  TensorSummary summary;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = tensor.at(i);
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? summary.nan : summary.infinite);
      continue;
    }
    const bool is_first = summary.finite++ == 0;
    summary.least = is_first ? value : std::min(summary.least, value);
    summary.largest = is_first ? value : std::max(summary.largest, value);
    const auto count = static_cast<double>(summary.finite);
    summary.mean += value / count - summary.mean / count;  // of those so far
  }
  const double size = std::max(std::abs(summary.least), std::abs(summary.largest));
  if (std::abs(summary.mean) < 1e-14 * size) summary.mean = 0;
  return summary;
}

}  // namespace kette
