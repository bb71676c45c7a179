// Columns that say the same as others, above all as the target.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/data/column_profile.h"
#include "kette/data/table.h"

namespace kette::data {

/// A column as whole numbers: for each row which value stands there, counted from 0 in the order of their
/// first appearance; −1 where it is missing. Two columns whose values belong together one to one give the
/// same.
struct Partition {
  static constexpr int32_t kMissing = -1;
  std::vector<int32_t> of_row;
  std::vector<int64_t> rows_of;  // how many rows hold each value
};

Partition partition(const Table& table, int64_t column);

/// A column that says the same as an earlier one.
struct Duplicate {
  int64_t column, original;
  bool same_values;  // otherwise other names for them
};

/// See find_problems for the rule; ascending by column.
std::vector<Duplicate> find_duplicates(const Table& table, std::span<const ColumnProfile> profiles);

/// A column that alone tells the target.
struct Leak {
  int64_t column;
  std::string how;  // "each of its 2 values belongs to one class"
};

/// Columns that a network could learn the target from alone, of at least two besides it. Rows where either is
/// missing are left out. For a target of classes (text, codes or yes and no; up to 50 of them):
/// - values that repeat: at least 50 rows; per row that is not of the most frequent class at most 1/1000 that
/// is
///   not of its value's most frequent class, or whose value stands in fewer than 5 rows;
/// - numbers: at least 1000 rows and 100 of each class; sorted by the number, each class is one stretch, but
/// for
///   at most 1/1000 as above.
///
/// For a target of numbers: at least 50 rows and 20 distinct values in both, and a rank correlation [Spearman
/// 1904] beyond ±0.9999.
std::vector<Leak> find_leaks(const Table& table, std::span<const ColumnProfile> profiles, int64_t target);

}  // namespace kette::data
