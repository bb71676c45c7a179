#include "kette/graph/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

namespace kette {
namespace {

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

template <class T>
std::string real_literal(T value) {
  if (!std::isnan(value)) return fmt::format("{}", value);
  constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
  const auto bits = std::bit_cast<Bits<T>>(value);
  if (bits == std::bit_cast<Bits<T>>(kNan)) return "nan";
  if (bits == std::bit_cast<Bits<T>>(-kNan)) return "-nan";
  return fmt::format("{:#x}", bits);
}

template <class T, class... Format>
std::optional<T> read_all(std::string_view text, Format... format) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format...);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string literal(float value) { return real_literal(value); }
std::string literal(double value) { return real_literal(value); }
std::string literal(int64_t value) { return fmt::format("{}", value); }

template <class T>
std::optional<T> read_literal(std::string_view text) {
  if constexpr (std::is_integral_v<T>) {
    return read_all<T>(text);
  } else {
    if (text == "nan") return std::numeric_limits<T>::quiet_NaN();
    if (text == "-nan") return -std::numeric_limits<T>::quiet_NaN();
    if (text == "inf") return std::numeric_limits<T>::infinity();
    if (text == "-inf") return -std::numeric_limits<T>::infinity();
    if (text.starts_with("0x")) {
      const auto bits = read_all<Bits<T>>(text.substr(2), 16);
      return bits ? std::optional(std::bit_cast<T>(*bits)) : std::nullopt;
    }
    // from_chars also knows "infinity" and "nan(...)", which are not of this form.
    if (text.find_first_not_of("+-.0123456789eE") != text.npos) return std::nullopt;
    return read_all<T>(text);
  }
}
template std::optional<float> read_literal<float>(std::string_view);
template std::optional<double> read_literal<double>(std::string_view);
template std::optional<int64_t> read_literal<int64_t>(std::string_view);

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '.'; });
}

}  // namespace kette
