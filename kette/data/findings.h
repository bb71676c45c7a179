// What a person should know about a table before training on it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/column_profile.h"
#include "kette/data/table.h"

namespace kette::data {

enum class FindingKind {
  target_missing,   // rows without a target
  infinite,         // infinite numbers
  mixed,            // texts among numbers
  leak,             // a column that alone tells the target
  empty,            // no value at all
  constant,         // one value in every row
  identifier,       // names the rows
  duplicate,        // says the same as an earlier column
  mostly_missing,   // missing in at least half of the rows
  imbalance,        // a class far rarer than others
  many_categories,  // texts that hardly repeat
  heavy_tail,       // a few numbers far beyond the others
  ambiguous_dates,  // day and month could be exchanged
};

/// "leak", "mostly missing"
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind;
  bool is_serious = false;  // training fails or its result cannot be trusted, unless something is done
  std::string column;
  std::string text;    // one line, starts with the column's name in quotes
  std::string advice;  // what to do, one phrase; may be empty
};

/// In the order of the kinds, then of the columns. `profiles` must be those of the table; `target` may be
/// empty: then nothing that concerns it is looked for. Throws Error for a target that is no column.
///
/// - duplicate: the same values in every row, or values that belong together one to one (0 and "no", 1 and
///   "yes"), in at least 20 rows of which at least 1 in 100 differs from the most frequent value, where
///   missing ones are missing in both, and at most half of the values are distinct.
/// - leak: see find_leaks.
/// - imbalance: the rarest class has fewer than a tenth of the rows it would have if all were equally
/// frequent,
///   or one row only.
/// - heavy_tail: numbers from 0 on with skew above 3, the largest at least 20 times the lower quartile of
/// those
///   above 0.
/// - many_categories: a category with at least 20 distinct texts that stand in 3 rows or fewer on average.
std::vector<Finding> find_problems(const Table& table, std::span<const ColumnProfile> profiles,
                                   const std::string& target);

}  // namespace kette::data
