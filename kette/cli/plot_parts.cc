#include <algorithm>
#include <cmath>

#include "kette/cli/command.h"
#include "kette/cli/plot.h"

namespace kette::cli {

std::vector<double> evenly(double from, double to, size_t count) {
  std::vector<double> numbers(count);
  for (size_t i = 0; i < count; ++i)
    numbers[i] =
        i + 1 == count ? to : from + (to - from) * static_cast<double>(i) / static_cast<double>(count - 1);
  return numbers;
}

std::vector<double> middles(double from, double to, size_t count) {
  const double width = (to - from) / static_cast<double>(count);
  return evenly(from + width / 2, to - width / 2, count);
}

std::vector<double> round_levels(double from, double to) {
  constexpr double kAbout = 8;
  if (!(from < to) || !std::isfinite(to - from)) return {};
  const double rough = (to - from) / kAbout, power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough < 1.5 * power   ? 1
                               : rough < 3.5 * power ? 2
                               : rough < 7.5 * power ? 5
                                                     : 10);
  const double larger = std::max(std::abs(from), std::abs(to));
  if (step < std::nextafter(larger, INFINITY) - larger) return {};  // they could not be told apart
  constexpr int kMost = 20;
  const double first = std::ceil(from / step);
  std::vector<double> levels;
  for (int k = 0; k < kMost && (first + k) * step <= to; ++k) levels.push_back((first + k) * step);
  return levels;
}

void check_range(const std::string& axis, double from, double to) {
  if (!std::isfinite(from) || !std::isfinite(to) || !(from < to))
    throw UsageError(fmt::format("the {} axis cannot go from {} to {}", axis, from, to));
}

}  // namespace kette::cli
