// Where the largest of many numbers stand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace kette {

/// The places of the `most` largest numbers, the largest first, of equal ones the first. None may be NaN.
inline std::vector<size_t> largest_first(std::span<const double> numbers, int64_t most) {
  std::vector<size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(order.size(), static_cast<size_t>(std::max<int64_t>(most, 0)));
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(count),
      [&](size_t a, size_t b) { return numbers[a] > numbers[b] || (numbers[a] == numbers[b] && a < b); });
  order.resize(count);
  return order;
}

}  // namespace kette
