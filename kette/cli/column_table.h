// Column profiles and findings as text for people.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kette/data/column_profile.h"
#include "kette/data/findings.h"

namespace kette::cli {

/// A line for each column: name, type, how many rows lack it, distinct values, the values in short, and a
/// small histogram where `width` leaves room. Beyond 60 columns, unless `all`, the first 20 and what types
/// the others have; the target, if it has a name, is always shown.
std::string column_table(std::span<const data::ColumnProfile> profiles, size_t width, bool all,
                         std::string_view target);

/// A few lines of at most `width` characters for each finding, serious ones marked by "!", advice that
/// repeats given once; unless `all`, of many findings of one kind the first three in full and the names of
/// some others.
std::string finding_list(std::span<const data::Finding> findings, size_t width, bool all);

/// "▁▂▇▃ ▁": the rows of each bin as bars, at most 12 of them; a blank where there are none.
std::string small_histogram(std::span<const int64_t> bins);

/// At most 4 significant digits, whole numbers up to a million in full: "0.4211", "-122.2", "452600",
/// "1.2e+06".
std::string short_number(double number);

}  // namespace kette::cli
