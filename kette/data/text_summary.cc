#include "kette/data/text_summary.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

struct BooleanPair {
  std::string_view yes, no;
};
constexpr std::array<BooleanPair, 8> kPairs = {{{"true", "false"},
                                                {"yes", "no"},
                                                {"y", "n"},
                                                {"t", "f"},
                                                {"1", "0"},
                                                {"on", "off"},
                                                {"ja", "nein"},
                                                {"j", "n"}}};

std::string lower_case(std::string_view text) {
  std::string lower(trim_blanks(text));
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

int64_t characters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

int64_t words(std::string_view text) {
  int64_t count = 0;
  bool within = false;
  for (const char c : text) {
    const bool letter = !is_blank(c) && c != '\n' && c != '\r';
    if (letter && !within) ++count;
    within = letter;
  }
  return count;
}

}  // namespace

TextSummary summarise(const TextColumn& column) {
  TextSummary summary;
  summary.rows_of.assign(static_cast<size_t>(column.distinct_count()), 0);
  for (const int32_t code : column.codes())
    if (code != TextColumn::kMissing) ++summary.rows_of[static_cast<size_t>(code)];
  std::vector<bool> is_number(summary.rows_of.size());
  std::vector<std::string_view> texts;
  int64_t all_characters = 0, all_words = 0;
  summary.shortest = std::numeric_limits<int64_t>::max();
  for (int32_t code = 0; code < static_cast<int32_t>(column.distinct_count()); ++code) {
    const int64_t rows = summary.rows_of[static_cast<size_t>(code)];
    if (rows == 0) continue;
    const std::string_view text = trim_blanks(column.distinct(code));
    texts.push_back(text);
    const int64_t length = characters(text);
    summary.shortest = std::min(summary.shortest, length);
    summary.longest = std::max(summary.longest, length);
    all_characters += rows * length;
    all_words += rows * words(text);
    summary.present += rows;
    is_number[static_cast<size_t>(code)] = parse_number(text).has_value();
    (is_number[static_cast<size_t>(code)] ? summary.numbers : summary.other_texts) +=
        is_number[static_cast<size_t>(code)] ? rows : 1;
  }
  if (texts.empty()) summary.shortest = 0;
  summary.distinct = static_cast<int64_t>(texts.size());
  const auto present = static_cast<double>(std::max<int64_t>(summary.present, 1));
  summary.length = static_cast<double>(all_characters) / present;
  summary.words = static_cast<double>(all_words) / present;
  if (summary.other_texts > 0) {
    const auto codes = column.codes();
    const auto other = std::ranges::find_if(codes, [&](int32_t code) {
      return code != TextColumn::kMissing && !is_number[static_cast<size_t>(code)];
    });
    summary.first_other = other - codes.begin();
    summary.dates = recognise_dates(texts);
  }
  return summary;
}

std::vector<double> numbers_in(const TextColumn& column, const std::optional<DateFormat>& dates) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> of_code(static_cast<size_t>(column.distinct_count()), kNone);
  for (int32_t code = 0; code < static_cast<int32_t>(column.distinct_count()); ++code) {
    double& number = of_code[static_cast<size_t>(code)];
    if (!dates) {
      number = parse_number(column.distinct(code)).value_or(kNone);
    } else if (const auto moment = parse_date(column.distinct(code), *dates)) {
      number = static_cast<double>(moment->days);
    }
  }
  std::vector<double> numbers;
  numbers.reserve(static_cast<size_t>(column.size()));
  for (const int32_t code : column.codes())
    numbers.push_back(code == TextColumn::kMissing ? kNone : of_code[static_cast<size_t>(code)]);
  return numbers;
}

std::optional<bool> parse_boolean(std::string_view text) {
  const std::string lower = lower_case(text);
  for (const auto& [yes, no] : kPairs)
    if (lower == yes || lower == no) return lower == yes;
  return std::nullopt;
}

bool are_boolean(std::string_view a, std::string_view b) {
  const std::string first = lower_case(a), second = lower_case(b);
  return std::ranges::any_of(kPairs, [&](const BooleanPair& pair) {
    return (first == pair.yes && second == pair.no) || (first == pair.no && second == pair.yes);
  });
}

}  // namespace kette::data
