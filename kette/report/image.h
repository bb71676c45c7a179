// Columns that are the pixels of an image are better seen as one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kette {

struct ImageForm {
  int64_t width = 0, height = 0;
  std::vector<std::string> columns;  // of each pixel, line by line
};

/// When these are the names of pixels: "pixel_0_0" to "pixel_7_7" (line and column), or "pixel1" to
/// "pixel784" of a square image, with anything but digits between the parts, from 0 or from 1, in any order;
/// at least 16, at most 4096 pixels. As the IDX reader and many files name them.
std::optional<ImageForm> image_form(std::span<const std::string> names);

}  // namespace kette
