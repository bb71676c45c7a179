#include "kette/figure/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kette/figure/png.h"

namespace kette {
namespace {

constexpr int64_t kMostCells = 48;    // on a side
constexpr int64_t kShortVector = 32;  // one line
constexpr double kMostPoints = 96, kMostCellPoints = 10, kLeastPoints = 28, kLinePoints = 16;

struct Grid {
  int64_t width = 0, height = 0;
};

/// The side of the square of that many cells, or 0.
int64_t square_side(int64_t cells) {
  const int64_t side = std::llround(std::sqrt(static_cast<double>(cells)));
  return side * side == cells ? side : 0;
}

Grid vector_grid(int64_t size) {
  if (const int64_t side = square_side(size); side >= 4) return {side, side};
  if (size <= kShortVector) return {size, 1};
  // The squarest rectangle that is full, where it is not too long; else one with a last line that is not.
  const auto root = static_cast<int64_t>(std::sqrt(static_cast<double>(size)));
  for (int64_t height = root; height > root / 2; --height)
    if (size % height == 0) return {size / height, height};
  const auto width = static_cast<int64_t>(std::ceil(std::sqrt(1.5 * static_cast<double>(size))));
  return {width, (size + width - 1) / width};
}

Grid grid_of(const Shape& shape) {
  const int64_t size = shape.size(), width = shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
  return width == size || width == 1 ? vector_grid(size) : Grid{width, size / width};
}

std::array<uint8_t, 3> colour(size_t index) {
  constexpr std::array<double, 3> kBlue = {20, 84, 163}, kOrange = {214, 92, 8};
  if (index == HeatMap::kBlank) return {255, 255, 255};
  if (index == HeatMap::kNotFinite) return {200, 0, 160};
  const double share =
      (static_cast<double>(index) - HeatMap::kZero) / (HeatMap::kNotFinite - 1 - HeatMap::kZero);
  const auto& end = share < 0 ? kBlue : kOrange;
  std::array<uint8_t, 3> mixed{};
  // Slightly bent: the eye is to see small numbers, too.
  const double strength = std::min(1.0, std::pow(std::abs(share), 0.8));
  for (size_t i = 0; i < 3; ++i)
    mixed[i] = static_cast<uint8_t>(std::lround(255 + strength * (end[i] - 255)));
  return mixed;
}

}  // namespace

HeatMap heat_map(const Tensor& tensor) {
  HeatMap map;
  if (tensor.size() == 0) return map;
  const Grid grid = grid_of(tensor.shape());
  const int64_t step_x = (grid.width + kMostCells - 1) / kMostCells;
  const int64_t step_y = (grid.height + kMostCells - 1) / kMostCells;
  map.width = (grid.width + step_x - 1) / step_x;
  map.height = (grid.height + step_y - 1) / step_y;

  const auto count = static_cast<size_t>(map.width * map.height);
  std::vector<double> sums(count), largest(count);
  std::vector<int64_t> members(count);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const int64_t x = i % grid.width / step_x, y = i / grid.width / step_y;
    const auto cell = static_cast<size_t>(y * map.width + x);
    sums[cell] += tensor.at(i) / static_cast<double>(step_x * step_y);
    ++members[cell];
  }
  double scale = 0;
  for (size_t cell = 0; cell < count; ++cell) {
    sums[cell] *=
        static_cast<double>(step_x * step_y) / static_cast<double>(std::max<int64_t>(members[cell], 1));
    if (std::isfinite(sums[cell])) scale = std::max(scale, std::abs(sums[cell]));
  }
  for (size_t cell = 0; cell < count; ++cell) {
    uint8_t index = HeatMap::kBlank;
    if (members[cell] > 0) {
      const double share = scale > 0 ? sums[cell] / scale : 0;
      index = std::isfinite(sums[cell]) ? static_cast<uint8_t>(HeatMap::kZero + std::lround(126 * share))
                                        : HeatMap::kNotFinite;
    }
    map.cells.push_back(index);
  }

  const auto side = [](int64_t cells) {
    return std::min(kMostCellPoints, kMostPoints / static_cast<double>(cells));
  };
  const double both = std::min(side(map.width), side(map.height));
  // Narrow ones are stretched.
  const double least = std::min(map.width, map.height) > 1 ? kLeastPoints : kLinePoints;
  const auto size = [&](int64_t cells) { return std::max(both, least / static_cast<double>(cells)); };
  map.cell_width = size(map.width);
  map.cell_height = size(map.height);
  return map;
}

std::string png_of(const HeatMap& map, int scale) {
  std::vector<std::array<uint8_t, 3>> palette;
  for (size_t index = 0; index < 256; ++index) palette.push_back(colour(index));
  std::vector<uint8_t> pixels;
  for (int64_t y = 0; y < map.height * scale; ++y)
    for (int64_t x = 0; x < map.width * scale; ++x)
      pixels.push_back(map.cells[static_cast<size_t>(y / scale * map.width + x / scale)]);
  return encode_png(map.width * scale, pixels, palette);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

}  // namespace kette
