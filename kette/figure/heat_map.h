// A tensor as a small picture: a coloured cell for each element, or for the mean of several.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette {

struct HeatMap {
  static constexpr uint8_t kZero = 128, kBlank = 0, kNotFinite = 255;

  /// Line by line: 1 to 254 of the palette, from the most negative to the most positive of a scale that is
  /// the same on both sides of kZero; kNotFinite where a NaN or an infinite number is in a cell; kBlank
  /// behind the last element.
  std::vector<uint8_t> cells;
  int64_t width = 0, height = 0;           // at most 48
  double cell_width = 0, cell_height = 0;  // in points, as it should be drawn
};

/// A matrix is shown as it stands, several leading axes as one. A vector becomes a square where it is one,
/// 784 as 28×28, else one line where it is short and lines that fill a readable rectangle where it is long.
/// What is larger than 48×48 is averaged over blocks. Empty where the tensor is.
HeatMap heat_map(const Tensor& tensor);

/// The bytes of a PNG file, each cell `scale`×`scale` pixels: blue below zero, white, orange above it.
std::string png_of(const HeatMap& map, int scale = 1);

/// In base64, for data URIs.
std::string base64(std::string_view bytes);

}  // namespace kette
