#include "kette/data/column_profile.h"

#include <algorithm>
#include <numeric>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr size_t kMostFrequent = 10, kExamples = 3;

void profile_numbers(Numbers numbers, ColumnProfile& profile) {
  profile.numbers = summarise(numbers);
  const NumberSummary& summary = profile.numbers;
  profile.missing = profile.rows - summary.present;
  profile.distinct = summary.distinct;
  const TypeDecision decision = type_of_numbers(profile.name, profile.rows, summary);
  profile.type = decision.type;
  profile.reason = decision.reason;
  std::vector<NumberCount> values = summary.values;
  std::ranges::stable_sort(values, std::ranges::greater(), &NumberCount::rows);
  for (size_t i = 0; i < std::min(kMostFrequent, values.size()); ++i)
    profile.most_frequent.push_back({shortest(values[i].value), values[i].rows});
  std::vector<double> seen;
  for (size_t row = 0; row < numbers.size() && seen.size() < kExamples; ++row) {
    const double number = numbers[row];
    if (number != number || std::ranges::find(seen, number) != seen.end()) continue;
    seen.push_back(number);
    profile.examples.push_back(shortest(number));
    constexpr size_t kRowsLookedAt = 1000;
    if (row > kRowsLookedAt) break;
  }
}

void profile_texts(const TextColumn& column, ColumnProfile& profile) {
  const TextSummary summary = summarise(column);
  profile.missing = profile.rows - summary.present;
  profile.distinct = summary.distinct;
  profile.shortest = summary.shortest;
  profile.longest = summary.longest;
  profile.words = summary.words;
  const TypeDecision decision = type_of_texts(column, profile.name, summary);
  profile.type = decision.type;
  profile.reason = decision.reason;
  if (profile.type == ColumnType::date) profile.dates = summary.dates;
  if (profile.type == ColumnType::date || profile.type == ColumnType::number)
    profile.numbers = summarise(numbers_in(column, profile.dates));
  if (profile.type == ColumnType::number)
    profile.stray = Stray{std::string(trim_blanks(column[summary.first_other])), summary.first_other,
                          summary.present - summary.numbers, summary.other_texts};
  std::vector<int32_t> codes;
  for (int32_t code = 0; code < static_cast<int32_t>(summary.rows_of.size()); ++code)
    if (summary.rows_of[static_cast<size_t>(code)] > 0) codes.push_back(code);
  for (size_t i = 0; i < std::min(kExamples, codes.size()); ++i)
    profile.examples.emplace_back(trim_blanks(column.distinct(codes[i])));
  const size_t most = std::min(kMostFrequent, codes.size());
  const auto rows_of = [&](int32_t code) { return summary.rows_of[static_cast<size_t>(code)]; };
  // By code where equally frequent, so that the order does not depend on the library's sort.
  std::ranges::partial_sort(
      codes, codes.begin() + static_cast<std::ptrdiff_t>(most),
      [&](int32_t a, int32_t b) { return rows_of(a) != rows_of(b) ? rows_of(a) > rows_of(b) : a < b; });
  for (size_t i = 0; i < most; ++i)
    profile.most_frequent.push_back({std::string(trim_blanks(column.distinct(codes[i]))), rows_of(codes[i])});
}

}  // namespace

ColumnProfile profile_column(const Table& table, int64_t column) {
  ColumnProfile profile;
  profile.name = table.name(column);
  profile.rows = table.rows();
  if (table.is_numeric(column))
    profile_numbers(table.numbers(column), profile);
  else
    profile_texts(table.text(column), profile);
  return profile;
}

std::vector<ColumnProfile> profile(const Table& table, Threads* threads) {
  std::vector<ColumnProfile> profiles(static_cast<size_t>(table.columns()));
  for_each_tile(threads, table.columns(), [&](int64_t column, int) {
    profiles[static_cast<size_t>(column)] = profile_column(table, column);
  });
  return profiles;
}

std::string describe_stray(const Table& table, int64_t column, const ColumnProfile& profile) {
  const Stray& stray = profile.stray.value();
  const auto word = [](const std::string& text) {
    return text.find_first_of(" \t") == std::string::npos ? on_one_line(text) : quote(text);
  };
  const std::string place = table.place(stray.row, column);
  if (stray.text.empty())
    return fmt::format(
        "{}: expected a number, found an empty field in column {}; --categorical {} takes it as a category",
        place, quote(profile.name), word(profile.name));
  return fmt::format(
      "{}: expected a number, found {} in column {}; --missing {} takes it as missing, --categorical {} as a "
      "category",
      place, quote(stray.text), quote(profile.name), word(stray.text), word(profile.name));
}

}  // namespace kette::data
