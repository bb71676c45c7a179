// What kind of thing a column tells: the rules by which numbers and texts become features or are left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kette/data/number_summary.h"
#include "kette/data/text_summary.h"

namespace kette::data {

enum class ColumnType {
  number,      // amounts: more and less mean something
  codes,       // whole numbers that look like the names of categories
  category,    // texts that repeat
  boolean,     // yes or no
  date,        // days, perhaps with a time
  text,        // sentences
  identifier,  // names the row: another value in (nearly) every one, and no order worth learning
  empty,       // no row holds a value
};

std::string_view to_string(ColumnType type);

struct TypeDecision {
  ColumnType type;
  std::string reason;  // a few words: "3 whole numbers from 1 to 3 that repeat"
};

/// The first that holds, for a numeric column of `rows` rows:
/// - empty: nothing is present;
/// - boolean: 0 and 1 only;
/// - identifier: at least 20 rows numbered from 0 or 1 in their order, unless the name speaks of time or
/// place
///   (x, t, step, day, …); or a name such as id, key or number, and whole numbers of which 9 in 10 differ;
/// - codes: 3 to 12 distinct whole numbers within a range of 24, at least 30 rows for each of them, the most
///   frequent in at most 99 of 100 rows, and no counts (0 most frequent, then 1, and a long tail: skew
///   above 1.5);
/// - number.
TypeDecision type_of_numbers(std::string_view name, int64_t rows, const NumberSummary& summary);

/// The first that holds, for a text column:
/// - empty: nothing is present;
/// - boolean: two words that mean yes and no, in any case;
/// - number, although some texts are none: more than half are, the others are at most 3 distinct texts or
/// fewer
///   than 5 of 100 fields, and the numbers do not look like names (at most 12 whole ones that repeat);
/// - date: every text is one;
/// - text: at least 4 words or 40 characters on average, and at least half of the texts differ;
/// - identifier: in at least 10 rows with a value 19 of 20 differ; or half of them, if the name says so;
/// - category.
TypeDecision type_of_texts(const TextColumn& column, std::string_view name, const TextSummary& summary);

/// Whether a name contains the word id, uuid, guid or key, or ends in number, no, nr, index: "PassengerId".
bool is_named_like_identifier(std::string_view name);

}  // namespace kette::data
