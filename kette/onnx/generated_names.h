// Names of ONNX values that nobody gave: `_Add_3`, after the node's type. They are dropped when a file is
// read, so that a graph read back has just the names it had.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace kette {

inline std::string generated_name(std::string_view type, int number) {
  return fmt::format("_{}_{}", type, number);
}

/// _[A-Za-z]+_[0-9]+
inline bool is_generated_name(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  if (!name.starts_with('_')) return false;
  const size_t number = name.find('_', 1);
  return number != name.npos && number > 1 && number + 1 < name.size() &&
         name.substr(1, number - 1).find_first_not_of(kLetters) == name.npos &&
         name.substr(number + 1).find_first_not_of(kDigits) == name.npos;
}

}  // namespace kette
