// Which rows to learn from and which to hold out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/data/dataset.h"

namespace kette::data {

/// Shares of all rows, each in [0, 1), together below 1; the rest is for training. 0: no such part.
struct HoldOut {
  double test = 0.2;
  double validation = 0;
};

/// Row numbers, ascending in each part; every row is in exactly one.
struct Split {
  std::vector<int64_t> train, validation, test;
};

/// A random split, the same for the same seed. A part that is asked for has at least one row, as has
/// training; throws Error when there are too few rows for that, or for shares out of range.
Split split_rows(int64_t rows, const HoldOut& hold_out, uint64_t seed);

/// The same, stratified: of each class, `test` and `validation` hold its share to within one row, and at
/// least one row stays in training. `classes[i]` is the class of row i, in [0, class_count).
Split split_rows_by_class(std::span<const int64_t> classes, int64_t class_count, const HoldOut& hold_out,
                          uint64_t seed);

/// The same for rows that belong together: those of one group are in one part. `groups[i]` is the group of
/// row i, any number. Groups are taken in random order as long as each brings a part nearer to its share,
/// which is so met to within half of the largest group unless even the smallest is too large for it. A part
/// that is asked for has at least one group, as has training; throws Error when there are too few groups for
/// that.
Split split_rows_by_group(std::span<const int64_t> groups, const HoldOut& hold_out, uint64_t seed);

/// By groups where the data set has them; else stratified for classification, plain for regression.
Split split_dataset(const Dataset& dataset, const HoldOut& hold_out, uint64_t seed);

}  // namespace kette::data
