// What there is to know about each column of a table before anything learns from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/column_type.h"
#include "kette/data/table.h"

namespace kette::data {

/// The first text in a column of numbers that is none: --missing takes it as missing, --categorical the
/// column as a category.
struct Stray {
  std::string text;
  int64_t row;
  int64_t fields;    // how many fields are no numbers
  int64_t distinct;  // how many different texts they hold
};

struct ValueCount {
  std::string value;
  int64_t rows;
};

struct ColumnProfile {
  std::string name;
  ColumnType type = ColumnType::empty;
  std::string reason;  // why this type, in a few words
  int64_t rows = 0, missing = 0;
  int64_t distinct = 0;  // of the values present; one beyond NumberSummary::kMostCounted stands for more
  /// Of the numbers of a column of numbers, also when some texts among them are none, and of the days since
  /// 1970-01-01 of one of dates; none present otherwise.
  NumberSummary numbers;
  std::optional<DateFormat> dates;
  std::vector<ValueCount> most_frequent;  // at most 10, falling; empty when there are too many to count
  std::vector<std::string> examples;      // the first 3 distinct values
  int64_t shortest = 0, longest = 0;      // of texts, in characters
  double words = 0;                       // of texts, on average
  std::optional<Stray> stray;

  int64_t present() const { return rows - missing; }
  bool has_exact_distinct() const { return distinct <= NumberSummary::kMostCounted; }
};

/// One profile for each column, in their order; the same at any number of threads (nullptr: the caller
/// alone). Any table will do; infinite numbers are counted in `numbers.infinite`.
std::vector<ColumnProfile> profile(const Table& table, Threads* threads = nullptr);

/// The profile of one column.
ColumnProfile profile_column(const Table& table, int64_t column);

/// One line with the place of a text in a column of numbers, and what to do:
/// `file:line:col: expected a number, found "x" in column "b"; --missing x takes it as missing, --categorical
/// b as a category`. The profile must have a stray.
std::string describe_stray(const Table& table, int64_t column, const ColumnProfile& profile);

}  // namespace kette::data
