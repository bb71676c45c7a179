// Characters of UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace kette {

/// Whether the byte goes on with a character that began before it.
inline bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes of the character at the start of the text; 0 where none begins there: nothing, a byte too few,
/// an overlong form, a surrogate, or beyond U+10FFFF.
size_t character_length(std::string_view text);

/// The character at the start, of character_length() > 0.
char32_t first_character(std::string_view text);

/// Columns that a text takes on a terminal, one for each character.
size_t width_of(std::string_view text);

}  // namespace kette
