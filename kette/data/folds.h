// Cross-validation: rows in parts of about equal size, each of which is held out once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/data/dataset.h"

namespace kette::data {

/// `rows` (of the dataset) in k parts, each ascending; every row is in exactly one. Classes are spread
/// evenly; rows of one group stay together. The same for the same seed. Throws Error unless 2 ≤ k ≤ rows, or
/// with groups ≤ their number.
std::vector<std::vector<int64_t>> split_folds(const Dataset& dataset, std::span<const int64_t> rows,
                                              int64_t k, uint64_t seed);

/// The rows that are in none of the given part, in their order; `part` ascending.
std::vector<int64_t> without(std::span<const int64_t> rows, std::span<const int64_t> part);

}  // namespace kette::data
