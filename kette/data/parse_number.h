// How a number is written in a data file.
#pragma once

#include <fast_float/fast_float.h>

#include <optional>
#include <string_view>
#include <system_error>

namespace kette::data {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads the number at the start of [first, last), blanks around it included, and returns the place behind;
/// nullptr where there is none. Decimal with optional sign, fraction and exponent, rounded to the nearest
/// double; `nan` and `inf` in any case are read too, and a number beyond the range of double is an infinity.
inline const char* parse_number_prefix(const char* first, const char* last, double& value) {
  while (first != last && is_blank(*first)) ++first;
  if (last - first >= 2 && *first == '+' && first[1] != '-') ++first;
  const auto [end, error] = fast_float::from_chars(first, last, value);
  if (error != std::errc{} && error != std::errc::result_out_of_range) return nullptr;
  const char* place = end;
  while (place != last && is_blank(*place)) ++place;
  return place;
}

/// The number that is the whole of `text`, or nothing.
inline std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* last = text.data() + text.size();
  if (parse_number_prefix(text.data(), last, value) != last || text.empty()) return std::nullopt;
  return value;
}

}  // namespace kette::data
