// Numbers of one to three digits in delimited text, such as pixels: many fields at once.
#pragma once

#include <cstdint>

namespace kette::kernels {

/// How far past its last value parse_short_numbers may write.
inline constexpr int64_t kShortNumbersSlack = 65;
/// How many bytes of text must be left for it to read on.
inline constexpr int64_t kShortNumbersWindow = 64;

struct ShortNumbers {
  int64_t count = 0;
  const char* behind = nullptr;  // the end of the last one: a delimiter or the end of a line
};

/// The fields from `text` on, the first byte of one, up to the first that is no short number, the end of the
/// line or of the text, or the `most`-th; the last bytes before `end` are not looked at. A field ends at a
/// `delimiter`, which is no digit, or a line end, CR or LF. Two bytes behind `end` are readable, and `values`
/// has room for kShortNumbersSlack beyond `most`.
ShortNumbers parse_short_numbers(const char* text, const char* end, char delimiter, int32_t* values,
                                 int64_t most);

}  // namespace kette::kernels
