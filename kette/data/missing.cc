#include "kette/data/missing.h"

#include <algorithm>
#include <cmath>

namespace kette::data {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

MissingFields::MissingFields(std::span<const std::string> words) {
  for (const std::string& written : words) {
    std::string word(trim_blanks(written));
    std::ranges::transform(word, word.begin(), lower);
    if (word.empty()) {
      empty_ = true;
      continue;
    }
    longest_ = std::max(longest_, word.size());
    starts_[static_cast<unsigned char>(word.front())] = true;
    starts_[static_cast<unsigned char>(upper(word.front()))] = true;
    if (const auto number = parse_number(word); number && !std::isnan(*number)) numbers_ = true;
    words_.push_back(std::move(word));
  }
}

bool MissingFields::is_word(std::string_view field) const {
  return std::ranges::any_of(
      words_, [&](const std::string& word) { return std::ranges::equal(word, field, {}, {}, lower); });
}

std::optional<double> parse_grouped_number(std::string_view text, char group, char point) {
  text = trim_blanks(text);
  std::string plain;
  size_t i = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') plain += '-';
    ++i;
  }
  size_t digits = 0, groups = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == group); ++i) {
    if (is_digit(text[i])) {
      plain += text[i];
      ++digits;
      continue;
    }
    if (digits == 0 || digits > 3 || (groups > 0 && digits != 3)) return std::nullopt;
    ++groups;
    digits = 0;
  }
  if (groups > 0 && digits != 3) return std::nullopt;
  if (i < text.size() && text[i] == point) {
    plain += '.';
    ++i;
  }
  for (; i < text.size() && is_digit(text[i]); ++i) plain += text[i];
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E'))
    plain.append(text.substr(i));
  else if (i < text.size())
    return std::nullopt;
  return parse_number(plain);
}

bool looks_numeric(std::string_view field) {
  field = trim_blanks(field);
  if (field.empty()) return false;
  if (const auto number = parse_number(field)) return !std::isnan(*number);
  return parse_grouped_number(field, ',', '.') || parse_grouped_number(field, '.', ',');
}

}  // namespace kette::data
