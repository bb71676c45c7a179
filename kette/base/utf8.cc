#include "kette/base/utf8.h"

#include <algorithm>

namespace kette {
size_t character_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length > text.size()) return 0;
  if (!std::ranges::all_of(text.substr(std::min<size_t>(length, 1), length > 0 ? length - 1 : 0),
                           continues_character))
    return 0;
  if (length < 3) return length;
  const char32_t character = first_character(text);
  const bool is_surrogate = character >= 0xD800 && character < 0xE000;
  const char32_t least = length == 3 ? 0x800 : 0x10000;
  return character < least || character > 0x10FFFF || is_surrogate ? 0 : length;
}

char32_t first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t character = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return character;
}

size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

}  // namespace kette
