// How a number is written in a data file.
#pragma once

#include <fast_float/fast_float.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace kette::data {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Of ASCII, whatever the locale.
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

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

/// Whether the next eight bytes are digits, whose value then replaces `value`. Each of the three steps adds
/// neighbours: digits to pairs, pairs to fours, fours to the whole.
inline bool eight_digits(const char* place, uint64_t& value) {
  uint64_t word = 0;
  std::memcpy(&word, place, sizeof word);  // the first digit in the lowest byte
  const uint64_t digits = word - 0x3030303030303030u;
  if ((((word + 0x4646464646464646u) | digits) & 0x8080808080808080u) != 0) return false;
  const uint64_t pairs = digits * 10 + (digits >> 8);
  constexpr uint64_t kEverySecondPair = 0x000000FF000000FFu;
  value = (((pairs & kEverySecondPair) * 0x000F424000000064u) +
           (((pairs >> 16) & kEverySecondPair) * 0x0000271000000001u)) >>
          32;
  return true;
}

/// As parse_number_prefix for the common case: a decimal number at `place` itself, no blanks around. Eight
/// bytes behind `last` must be readable, and *last no part of a number. A number of few digits is the
/// quotient or product of two integers that double holds exactly, so one division rounds it right [Clinger
/// 1990]; others take the general way.
inline const char* parse_decimal(const char* place, const char* last, double& value) {
  static constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char* start = place;
  const auto digit = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)) - '0'; };
  const bool negative = *place == '-';
  if (negative || *place == '+') ++place;
  uint64_t mantissa = 0;
  const char* first_digit = place;
  for (unsigned d; (d = digit(*place)) < 10; ++place) mantissa = 10 * mantissa + d;
  auto digits = place - first_digit;
  int64_t exponent = 0;
  if (*place == '.') {
    const char* fraction = ++place;
    for (uint64_t eight = 0; eight_digits(place, eight); place += 8)
      mantissa = 100'000'000 * mantissa + eight;
    for (unsigned d; (d = digit(*place)) < 10; ++place) mantissa = 10 * mantissa + d;
    exponent = fraction - place;
    digits -= exponent;
  }
  if (digits == 0) return nullptr;
  if (*place == 'e' || *place == 'E') {
    ++place;
    const bool shrinks = *place == '-';
    if (shrinks || *place == '+') ++place;
    if (digit(*place) >= 10) return nullptr;
    int64_t power = 0;
    for (unsigned d; (d = digit(*place)) < 10; ++place)
      if (power < 10'000) power = 10 * power + d;
    exponent += shrinks ? -power : power;
  }
  constexpr uint64_t kMostExact = uint64_t{1} << 53;
  if (digits > 19 || mantissa > kMostExact || exponent < -22 || exponent > 22) {
    if (*start == '+') ++start;
    const auto [end, error] = fast_float::from_chars(start, last, value);
    return error == std::errc::invalid_argument ? nullptr : end;
  }
  const auto whole = static_cast<double>(mantissa);
  value = exponent < 0 ? whole / kPowers[static_cast<size_t>(-exponent)]
                       : whole * kPowers[static_cast<size_t>(exponent)];
  if (negative) value = -value;
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
