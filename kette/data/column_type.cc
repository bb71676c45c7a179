#include "kette/data/column_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/table.h"

namespace kette::data {
namespace {

constexpr int64_t kFewestNumberedRows = 20, kFewestNamedRows = 10;
constexpr int64_t kFewestCodes = 3, kMostCodes = 12, kRowsForEachCode = 30;
constexpr double kWidestCodes = 24, kMostFrequentCode = 0.99, kSkewOfCounts = 1.5;
constexpr int64_t kFewStrayTexts = 3;
constexpr double kFewStrayFields = 0.05;
constexpr double kWordsOfText = 4, kCharactersOfText = 40;

/// "PassengerId", "passenger_id" → passenger, id.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool fresh = true;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isalnum(c) == 0 && c < 0x80) {
      fresh = true;
      continue;
    }
    if (i > 0 && std::isupper(c) != 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0)
      fresh = true;
    if (fresh) words.emplace_back();
    fresh = false;
    words.back() += static_cast<char>(std::tolower(c));
  }
  return words;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// A row's number under such a name is a place in time or space, which may well be learned from.
bool is_named_like_order(std::string_view name) {
  constexpr std::array<std::string_view, 16> kNames = {
      "x",    "t",      "time",   "step",  "day",     "week",    "month", "year",
      "hour", "minute", "second", "epoch", "minutes", "seconds", "age",   "position"};
  const std::vector<std::string> words = words_of(name);
  return std::ranges::any_of(words, [&](const std::string& word) { return is_one_of(word, kNames); });
}

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool look_like_counts(std::span<const NumberCount> values, double skew) {
  if (values.size() < 4 || values[0].value != 0 || values[1].value != 1 || skew <= kSkewOfCounts)
    return false;
  return values[0].rows >= values[1].rows &&
         std::ranges::all_of(values.subspan(2),
                             [&](const NumberCount& v) { return v.rows <= values[1].rows; });
}

bool look_like_codes(const NumberSummary& numbers) {
  if (!numbers.whole || numbers.infinite > 0 || numbers.distinct < kFewestCodes ||
      numbers.distinct > kMostCodes)
    return false;
  if (numbers.largest - numbers.smallest > kWidestCodes) return false;
  if (numbers.present < kRowsForEachCode * numbers.distinct) return false;
  const int64_t most = std::ranges::max(numbers.values, {}, &NumberCount::rows).rows;
  return share(most, numbers.present) <= kMostFrequentCode && !look_like_counts(numbers.values, numbers.skew);
}

/// Numbers among texts, such as 2, 3, 4 beside "5 or more".
bool are_names(const NumberSummary& numbers) {
  return numbers.whole && numbers.distinct <= kMostCodes && numbers.present >= 2 * numbers.distinct;
}

bool is_boolean(const TextColumn& column, const TextSummary& summary) {
  std::vector<std::string_view> texts;
  for (int32_t code = 0; code < static_cast<int32_t>(summary.rows_of.size()); ++code)
    if (summary.rows_of[static_cast<size_t>(code)] > 0) texts.push_back(column.distinct(code));
  constexpr size_t kMostSpellings = 6;  // Yes, yes, YES, No, no, NO
  if (texts.size() < 2 || texts.size() > kMostSpellings) return false;
  // Two sides of one pair, in however many spellings.
  const auto other =
      std::ranges::find_if(texts, [&](std::string_view t) { return are_boolean(texts[0], t); });
  if (other == texts.end()) return false;
  return std::ranges::all_of(
      texts, [&](std::string_view t) { return are_boolean(texts[0], t) || are_boolean(*other, t); });
}

}  // namespace

std::string_view to_string(ColumnType type) {
  switch (type) {
    case ColumnType::number:
      return "number";
    case ColumnType::codes:
      return "codes";
    case ColumnType::category:
      return "category";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::date:
      return "date";
    case ColumnType::text:
      return "text";
    case ColumnType::identifier:
      return "identifier";
    case ColumnType::empty:
      return "empty";
  }
  return "?";
}

bool is_named_like_identifier(std::string_view name) {
  constexpr std::array<std::string_view, 4> kAnywhere = {"id", "uuid", "guid", "key"};
  constexpr std::array<std::string_view, 5> kAtTheEnd = {"number", "no", "nr", "index", "identifier"};
  const std::vector<std::string> words = words_of(name);
  if (words.empty()) return false;
  return is_one_of(words.back(), kAtTheEnd) ||
         std::ranges::any_of(words, [&](const std::string& word) { return is_one_of(word, kAnywhere); });
}

TypeDecision type_of_numbers(std::string_view name, int64_t rows, const NumberSummary& summary) {
  if (summary.present == 0) return {ColumnType::empty, "no row holds a value"};
  if (summary.distinct == 2 && summary.infinite == 0 && summary.whole && summary.smallest == 0 &&
      summary.largest == 1)
    return {ColumnType::boolean, "0 and 1 only"};
  if (summary.numbered && rows >= kFewestNumberedRows && !is_named_like_order(name))
    return {ColumnType::identifier, "numbers the rows"};
  if (summary.whole && summary.present >= kFewestNamedRows && is_named_like_identifier(name) &&
      10 * summary.distinct >= 9 * std::min(summary.present, NumberSummary::kMostCounted))
    return {ColumnType::identifier, "is named like an identifier, and hardly a value repeats"};
  if (look_like_codes(summary))
    return {ColumnType::codes, fmt::format("{} whole numbers from {} to {} that repeat", summary.distinct,
                                           shortest(summary.smallest), shortest(summary.largest))};
  return {ColumnType::number, summary.whole ? "whole numbers" : "numbers"};
}

TypeDecision type_of_texts(const TextColumn& column, std::string_view name, const TextSummary& summary) {
  if (summary.present == 0) return {ColumnType::empty, "no row holds a value"};
  if (is_boolean(column, summary)) return {ColumnType::boolean, "two words for yes and no"};
  const int64_t others = summary.present - summary.numbers;
  if (others > 0 && 2 * summary.numbers > summary.present &&
      (summary.other_texts <= kFewStrayTexts || share(others, summary.present) < kFewStrayFields) &&
      !are_names(summarise(numbers_in(column, std::nullopt))))
    return {ColumnType::number, fmt::format("all numbers but {} of {}", others, summary.present)};
  if (summary.dates) return {ColumnType::date, "every text is a date: " + to_string(*summary.dates)};
  if ((summary.words >= kWordsOfText || summary.length >= kCharactersOfText) &&
      2 * summary.distinct >= summary.present)
    return {ColumnType::text, fmt::format("{:.0f} words a row, most of them differ", summary.words)};
  if (summary.present >= kFewestNamedRows) {
    if (20 * summary.distinct >= 19 * summary.present)
      return {ColumnType::identifier, "holds another text in nearly every row"};
    if (2 * summary.distinct >= summary.present && is_named_like_identifier(name))
      return {ColumnType::identifier, "is named like an identifier, and few texts repeat"};
  }
  return {ColumnType::category, fmt::format("{} texts", summary.distinct)};
}

}  // namespace kette::data
