#include "kette/data/number_summary.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace kette::data {
namespace {

constexpr double kLargestWhole = 9007199254740992.0;  // 2⁵³: up to it every whole number is a double

bool is_whole(double number) { return number == std::floor(number) && std::abs(number) < kLargestWhole; }

/// Counts distinct finite numbers by open addressing; gives up beyond kMostCounted.
class DistinctCounter {
 public:
  void add(double number) {
    if (full_) return;
    number += 0.0;  // −0 is 0
    if (last_ < slots_.size() && slots_[last_].rows > 0 && slots_[last_].value == number) {
      ++slots_[last_].rows;
      return;
    }
    last_ = find(number);
    if (slots_[last_].rows++ > 0) return;
    slots_[last_].value = number;
    if (++count_ > NumberSummary::kMostCounted) full_ = true;
    if (2 * static_cast<size_t>(count_) > slots_.size()) grow();
  }
  int64_t count() const { return count_; }
  std::vector<NumberCount> ascending() const {
    std::vector<NumberCount> values;
    for (const NumberCount& slot : slots_)
      if (slot.rows > 0) values.push_back(slot);
    std::ranges::sort(values, {}, &NumberCount::value);
    return values;
  }

 private:
  size_t find(double number) const {
    const uint64_t mixed = std::bit_cast<uint64_t>(number) * 0x9E3779B97F4A7C15ULL;
    const size_t mask = slots_.size() - 1;
    size_t slot = static_cast<size_t>(mixed >> 32) & mask;
    while (slots_[slot].rows > 0 && slots_[slot].value != number) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    std::vector<NumberCount> before(4 * slots_.size(), NumberCount{0, 0});
    before.swap(slots_);
    for (const NumberCount& entry : before)
      if (entry.rows > 0) slots_[find(entry.value)] = entry;
    last_ = slots_.size();
  }
  std::vector<NumberCount> slots_ = std::vector<NumberCount>(64, NumberCount{0, 0});
  size_t last_ = 64;
  int64_t count_ = 0;
  bool full_ = false;
};

/// The smallest value that at least the share `q` of `rows` does not exceed.
double quantile(std::span<const NumberCount> values, int64_t rows, double q) {
  auto wanted = static_cast<int64_t>(std::ceil(q * static_cast<double>(rows)));
  for (const NumberCount& value : values)
    if ((wanted -= value.rows) <= 0) return value.value;
  return values.back().value;
}

double quantile(std::vector<double>& finite, double q) {
  const auto wanted = static_cast<int64_t>(std::ceil(q * static_cast<double>(finite.size()))) - 1;
  const auto place = finite.begin() + std::max<int64_t>(wanted, 0);
  std::nth_element(finite.begin(), place, finite.end());
  return *place;
}

void add_quantiles(NumberSummary& summary, std::vector<double>& finite) {
  const auto rows = static_cast<int64_t>(finite.size());
  if (!summary.values.empty()) {
    summary.lower_quartile = quantile(summary.values, rows, 0.25);
    summary.median = quantile(summary.values, rows, 0.5);
    summary.upper_quartile = quantile(summary.values, rows, 0.75);
  } else {
    summary.lower_quartile = quantile(finite, 0.25);
    summary.median = quantile(finite, 0.5);
    summary.upper_quartile = quantile(finite, 0.75);
  }
}

void add_moments(NumberSummary& summary, std::span<const double> finite) {
  const auto rows = static_cast<double>(finite.size());
  const double scale = std::max(std::abs(summary.smallest), std::abs(summary.largest));
  if (scale == 0) return;
  // Numbers near the largest double are scaled down, or their sum would be infinite; others keep their bits.
  const double unit = scale > 1e150 ? scale : 1;
  double sum = 0;
  for (const double number : finite) sum += number / unit;
  const double mean = sum / rows;
  double squares = 0, cubes = 0;
  for (const double number : finite) {
    const double d = number / unit - mean;
    squares += d * d;
    cubes += d * d * d;
  }
  const double variance = squares / rows;
  summary.mean = std::clamp(mean * unit, summary.smallest, summary.largest);
  if (summary.smallest == summary.largest) return;
  summary.deviation = std::sqrt(variance) * unit;
  const double skew = cubes / rows / (variance * std::sqrt(variance));
  summary.skew = std::isfinite(skew) ? skew : 0;
}

void add_histogram(NumberSummary& summary, std::span<const double> finite) {
  if (summary.smallest == summary.largest) return;
  // Halves, because the whole width may be beyond the largest double.
  const double half = summary.largest / 2 - summary.smallest / 2;
  const bool one_each = summary.whole && half < static_cast<double>(NumberSummary::kBins) / 2;
  if (half == 0) return;  // two denormal numbers
  const auto bins = one_each ? static_cast<int64_t>(2 * half) + 1 : NumberSummary::kBins;
  summary.histogram.assign(static_cast<size_t>(bins), 0);
  const double step = one_each ? 2 * half : static_cast<double>(bins);
  for (const double number : finite) {
    const double place = (number / 2 - summary.smallest / 2) / half * step;
    ++summary.histogram[static_cast<size_t>(
        std::clamp<int64_t>(static_cast<int64_t>(one_each ? std::round(place) : place), 0, bins - 1))];
  }
}

}  // namespace

NumberSummary summarise(Numbers numbers) {
  NumberSummary summary;
  std::vector<double> finite;
  finite.reserve(numbers.size());
  DistinctCounter distinct;
  bool whole = true, from_zero = true, from_one = true;
  int64_t zeros = 0;
  for (size_t row = 0; row < numbers.size(); ++row) {
    const double number = numbers[row];
    if (std::isnan(number)) {
      from_zero = from_one = false;
      continue;
    }
    if (std::isinf(number)) {
      if (summary.infinite++ == 0) summary.first_infinite = static_cast<int64_t>(row);
      from_zero = from_one = false;
      continue;
    }
    finite.push_back(number);
    distinct.add(number);
    whole = whole && is_whole(number);
    zeros += number == 0 ? 1 : 0;
    from_zero = from_zero && number == static_cast<double>(row);
    from_one = from_one && number == static_cast<double>(row + 1);
  }
  summary.present = static_cast<int64_t>(finite.size()) + summary.infinite;
  if (finite.empty()) return summary;
  summary.distinct = distinct.count();
  summary.whole = whole;
  summary.numbered = from_zero || from_one;
  summary.zeros = static_cast<double>(zeros) / static_cast<double>(finite.size());
  const auto [smallest, largest] = std::ranges::minmax(finite);
  summary.smallest = smallest + 0.0;
  summary.largest = largest + 0.0;
  add_moments(summary, finite);
  add_histogram(summary, finite);
  if (summary.distinct <= NumberSummary::kMostListed) summary.values = distinct.ascending();
  add_quantiles(summary, finite);
  return summary;
}

}  // namespace kette::data
