// Functions of generated code that read texts as data/feature.h and data/date.h describe; C99 that is C++11,
// too. {s} stands before a definition, {p} before a name.
#pragma once

#include <string>
#include <string_view>

#include "kette/data/date.h"

namespace kette {

/// is_infinite(x)
extern const std::string_view kInfinityFunction;
/// code_of_{type}(number, numbers, kept): of a category that is a number.
extern const std::string_view kNumberCategoryFunction;
/// trimmed, find: of texts among sorted ones.
extern const std::string_view kFindFunctions;
/// code_of(text, texts, codes, count, kept)
extern const std::string_view kCategoryFunctions;
/// decimal, code_of_text_or_number: categories that are numbers among others that are not.
extern const std::string_view kDecimalFunctions;
/// mark_words(text, words, places, count, width, features)
extern const std::string_view kWordFunctions;

/// Dates: pieces of a text, a month's name where a pattern has one, date_parts_function of each pattern,
/// read_date.
extern const std::string_view kDatePieces, kMonthFunction;
std::string date_parts_function(data::DatePattern pattern);
extern const std::string_view kDateFunctions;

}  // namespace kette
