#include "kette/data/number_summary.h"

#include <algorithm>
#include <array>
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

double quantile(std::vector<double>& finite, int64_t rows, double q) {
  const auto wanted = static_cast<int64_t>(std::ceil(q * static_cast<double>(rows))) - 1;
  const auto place = finite.begin() + std::max<int64_t>(wanted, 0);
  std::nth_element(finite.begin(), place, finite.end());
  return *place;
}

// Figures are taken from the numbers one by one, or from each distinct one and its count.
double value_of(double number) { return number; }
int64_t rows_of(double) { return 1; }
double value_of(const NumberCount& count) { return count.value; }
int64_t rows_of(const NumberCount& count) { return count.rows; }

template <class Range>
void add_moments(NumberSummary& summary, const Range& numbers, double rows) {
  const double scale = std::max(std::abs(summary.smallest), std::abs(summary.largest));
  if (scale == 0) return;
  // Numbers near the largest double are scaled down, or their sum would be infinite; others keep their bits.
  const double unit = scale > 1e150 ? scale : 1;
  double sum = 0;
  for (const auto& number : numbers) sum += static_cast<double>(rows_of(number)) * (value_of(number) / unit);
  const double mean = sum / rows;
  double squares = 0, cubes = 0;
  for (const auto& number : numbers) {
    const double d = value_of(number) / unit - mean;
    squares += static_cast<double>(rows_of(number)) * (d * d);
    cubes += static_cast<double>(rows_of(number)) * (d * d * d);
  }
  const double variance = squares / rows;
  summary.mean = std::clamp(mean * unit, summary.smallest, summary.largest);
  if (summary.smallest == summary.largest) return;
  summary.deviation = std::sqrt(variance) * unit;
  const double skew = cubes / rows / (variance * std::sqrt(variance));
  summary.skew = std::isfinite(skew) ? skew : 0;
}

template <class Range>
void add_histogram(NumberSummary& summary, const Range& numbers) {
  if (summary.smallest == summary.largest) return;
  // Halves, because the whole width may be beyond the largest double.
  const double half = summary.largest / 2 - summary.smallest / 2;
  const bool one_each = summary.whole && half < static_cast<double>(NumberSummary::kBins) / 2;
  if (half == 0) return;  // two denormal numbers
  const auto bins = one_each ? static_cast<int64_t>(2 * half) + 1 : NumberSummary::kBins;
  summary.histogram.assign(static_cast<size_t>(bins), 0);
  const double step = one_each ? 2 * half : static_cast<double>(bins);
  for (const auto& number : numbers) {
    const double place = (value_of(number) / 2 - summary.smallest / 2) / half * step;
    summary.histogram[static_cast<size_t>(std::clamp<int64_t>(
        static_cast<int64_t>(one_each ? std::round(place) : place), 0, bins - 1))] += rows_of(number);
  }
}

template <class Range>
void add_figures(NumberSummary& summary, Range& numbers, int64_t rows) {
  add_moments(summary, numbers, static_cast<double>(rows));
  add_histogram(summary, numbers);
  summary.lower_quartile = quantile(numbers, rows, 0.25);
  summary.median = quantile(numbers, rows, 0.5);
  summary.upper_quartile = quantile(numbers, rows, 0.75);
}

/// Whether the numbers are those of the rows, counted from 0 or from 1.
template <class Values>
bool are_row_numbers(const Values& values) {
  if (values.empty() || (values[0] != 0 && values[0] != 1)) return false;
  for (size_t row = 1; row < values.size(); ++row)
    if (static_cast<double>(values[row]) != static_cast<double>(row) + static_cast<double>(values[0]))
      return false;
  return true;
}

NumberSummary summarise_bytes(std::span<const uint8_t> bytes) {
  NumberSummary summary;
  if (bytes.empty()) return summary;
  // Four counts side by side: the same number often follows itself.
  std::array<std::array<int64_t, 256>, 4> counts{};
  for (size_t row = 0; row < bytes.size(); ++row) ++counts[row % 4][bytes[row]];
  for (size_t value = 0; value < 256; ++value)
    if (const int64_t rows = counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
        rows > 0)
      summary.values.push_back({static_cast<double>(value), rows});
  const auto rows = static_cast<int64_t>(bytes.size());
  summary.present = rows;
  summary.distinct = std::ssize(summary.values);
  summary.smallest = summary.values.front().value;
  summary.largest = summary.values.back().value;
  summary.whole = true;
  summary.numbered = are_row_numbers(bytes);
  if (summary.smallest == 0)
    summary.zeros = static_cast<double>(summary.values.front().rows) / static_cast<double>(rows);
  add_figures(summary, summary.values, rows);
  return summary;
}

NumberSummary summarise_doubles(std::span<const double> numbers) {
  NumberSummary summary;
  std::vector<double> finite;
  finite.reserve(numbers.size());
  DistinctCounter distinct;
  bool whole = true;
  int64_t zeros = 0;
  for (size_t row = 0; row < numbers.size(); ++row) {
    const double number = numbers[row];
    if (std::isnan(number)) continue;
    if (std::isinf(number)) {
      if (summary.infinite++ == 0) summary.first_infinite = static_cast<int64_t>(row);
      continue;
    }
    finite.push_back(number);
    distinct.add(number);
    whole = whole && is_whole(number);
    zeros += number == 0 ? 1 : 0;
  }
  const auto rows = std::ssize(finite);
  summary.present = rows + summary.infinite;
  if (finite.empty()) return summary;
  summary.distinct = distinct.count();
  summary.whole = whole;
  summary.numbered = are_row_numbers(numbers);
  summary.zeros = static_cast<double>(zeros) / static_cast<double>(rows);
  const auto [smallest, largest] = std::ranges::minmax(finite);
  summary.smallest = smallest + 0.0;
  summary.largest = largest + 0.0;
  if (summary.distinct <= NumberSummary::kMostListed) {
    summary.values = distinct.ascending();
    add_figures(summary, summary.values, rows);
  } else {
    add_figures(summary, finite, rows);
  }
  return summary;
}

}  // namespace

NumberSummary summarise(Numbers numbers) {
  return numbers.visit([]<class T>(std::span<const T> values) {
    if constexpr (sizeof(T) == 1)
      return summarise_bytes(values);
    else
      return summarise_doubles(values);
  });
}

}  // namespace kette::data
