// What a column of texts holds, in a few figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "kette/data/date.h"
#include "kette/data/text_column.h"

namespace kette::data {

/// Of the texts that are present.
struct TextSummary {
  int64_t present = 0;
  int64_t distinct = 0;
  std::vector<int64_t> rows_of;       // how many rows hold each of the column's distinct texts, by code
  int64_t shortest = 0, longest = 0;  // characters (UTF-8 code points), blanks at the ends left out
  double length = 0, words = 0;       // means over the rows
  int64_t numbers = 0;                // rows whose text is a number
  int64_t other_texts = 0;            // distinct texts that are none
  int64_t first_other = -1;           // row of the first of them
  std::optional<DateFormat> dates;    // when every text is a date
};

TextSummary summarise(const TextColumn& column);

/// The number, or the days since 1970-01-01 if `dates`, of each row; NaN where it is missing or neither.
std::vector<double> numbers_in(const TextColumn& column, const std::optional<DateFormat>& dates);

/// Which of a pair such as yes and no the text is, in any case; nothing when it is of no pair. The pairs:
/// true false, yes no, y n, t f, 1 0, on off, ja nein, j n.
std::optional<bool> parse_boolean(std::string_view text);
/// Whether the two are the two sides of one pair.
bool are_boolean(std::string_view a, std::string_view b);

}  // namespace kette::data
