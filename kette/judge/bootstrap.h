// How much a measure would vary with other rows of the same kind: it is computed anew on as many rows, drawn
// with replacement, many times [Efron 1979, "Bootstrap methods: another look at the jackknife"].
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "kette/base/threads.h"

namespace kette {

/// How often each row is drawn for resample `number`, as many draws as rows: a function of seed, number and
/// rows alone. Draw i is row (word i · rows) >> 32 of the random words of Random(seed, stream), the stream
/// 0xB0075 · 2³² + number; at most 2³² − 1 rows.
void draw_rows(uint64_t seed, uint32_t number, std::span<uint32_t> counts);

/// Computes measures from how often each row counts; NaN where one is undefined. Called on several threads
/// at once.
using Remeasure = std::function<void(std::span<const uint32_t> counts, std::span<double> measures)>;

/// For each of the measures its values in the resamples, ascending, undefined ones left out. The same bits at
/// any number of threads.
std::vector<std::vector<double>> bootstrap(int64_t rows, int64_t resamples, uint64_t seed, size_t measures,
                                           const Remeasure& remeasure, Threads* threads = nullptr);

/// The middle `level` of the values: their quantiles (1 − level)/2 and (1 + level)/2. None without values.
std::optional<std::pair<double, double>> percentile_interval(std::span<const double> ascending, double level);

}  // namespace kette
