#include "kette/judge/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "kette/base/random.h"
#include "kette/judge/quantile.h"

namespace kette {
namespace {

constexpr uint32_t kBootstrapStream = 0xB0075;

}  // namespace

void draw_rows(uint64_t seed, uint32_t number, std::span<uint32_t> counts) {
  std::ranges::fill(counts, 0u);
  const uint64_t rows = counts.size();
  for (uint64_t drawn = 0; drawn < rows; drawn += 4) {
    const uint64_t block = drawn / 4;
    const auto words = philox(
        seed, {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), number, kBootstrapStream});
    const uint64_t wanted = std::min<uint64_t>(4, rows - drawn);
    for (size_t i = 0; i < wanted; ++i) ++counts[words[i] * rows >> 32];
  }
}

std::vector<std::vector<double>> bootstrap(int64_t rows, int64_t resamples, uint64_t seed, size_t measures,
                                           const Remeasure& remeasure, Threads* threads) {
  const auto count = static_cast<size_t>(resamples);
  std::vector<double> values(count * measures);
  std::vector<std::vector<uint32_t>> counts(static_cast<size_t>(threads == nullptr ? 1 : threads->count()));
  for_each_tile(threads, resamples, [&](int64_t number, int thread) {
    std::vector<uint32_t>& own = counts[static_cast<size_t>(thread)];
    own.resize(static_cast<size_t>(rows));
    draw_rows(seed, static_cast<uint32_t>(number), own);
    remeasure(own, std::span(values).subspan(static_cast<size_t>(number) * measures, measures));
  });
  std::vector<std::vector<double>> result(measures);
  for (size_t m = 0; m < measures; ++m) {
    for (size_t i = m; i < values.size(); i += measures)
      if (std::isfinite(values[i])) result[m].push_back(values[i]);
    std::ranges::sort(result[m]);
  }
  return result;
}

std::optional<std::pair<double, double>> percentile_interval(std::span<const double> ascending,
                                                             double level) {
  if (ascending.empty()) return std::nullopt;
  return std::pair(quantile_of(ascending, (1 - level) / 2), quantile_of(ascending, (1 + level) / 2));
}

}  // namespace kette
