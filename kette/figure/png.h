// Small pictures as PNG files [ISO/IEC 15948]. Only repetition is compressed, of a pixel beside and of a line
// above: pictures of large cells have little else.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace kette {

/// One byte for each pixel, line by line, an index into `palette` of at most 256 colours (red, green, blue).
/// `pixels` holds whole lines, at least one.
std::string encode_png(int64_t width, std::span<const uint8_t> pixels,
                       std::span<const std::array<uint8_t, 3>> palette);

}  // namespace kette
