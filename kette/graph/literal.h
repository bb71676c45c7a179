// Numbers, texts and names as they stand in the text form of a graph. What is written is read back bit for
// bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kette {

/// The shortest digits that give the same number; `nan`, `-nan`, `inf`, `-inf`; the bits as `0x…` for any
/// other NaN.
std::string literal(float value);
std::string literal(double value);
std::string literal(int64_t value);

/// Reads all of `text`; nothing when it is not such a number or out of range.
template <class T>
std::optional<T> read_literal(std::string_view text);
extern template std::optional<float> read_literal<float>(std::string_view);
extern template std::optional<double> read_literal<double>(std::string_view);
extern template std::optional<int64_t> read_literal<int64_t>(std::string_view);

/// In double quotes; `"`, `\` and control characters escaped as \" \\ \n \r \t \xHH.
std::string in_quotes(std::string_view text);

inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// [A-Za-z_][A-Za-z0-9_.]*: names that need no quotes.
bool is_plain_name(std::string_view text);

}  // namespace kette
