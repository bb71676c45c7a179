// The number a given share of the way through others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace kette {

/// Value at `share` in [0, 1] of the way through the numbers in order, between two of them on the line that
/// joins them. `ascending` must not be empty.
inline double quantile_of(std::span<const double> ascending, double share) {
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

}  // namespace kette
