#include "kette/figure/heat_map.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>
#include <map>

#include "kette/figure/png.h"

namespace kette::heat_map_test {
namespace {

using Sides = std::pair<int64_t, int64_t>;

Sides sides(const Shape& shape) {
  const HeatMap map = heat_map(Tensor(shape));
  EXPECT_EQ(map.cells.size(), static_cast<size_t>(map.width * map.height));
  EXPECT_LE(map.cell_width * static_cast<double>(map.width), 96.5);
  EXPECT_GE(map.cell_height * static_cast<double>(map.height), 9.5);
  return {map.width, map.height};
}

TEST(HeatMap, shapes_become_readable_rectangles) {
  EXPECT_EQ(sides({1, 784}), (Sides{28, 28}));
  EXPECT_EQ(sides({784}), (Sides{28, 28}));
  EXPECT_EQ(sides({784, 1}), (Sides{28, 28}));
  EXPECT_EQ(sides({20}), (Sides{20, 1}));
  EXPECT_EQ(sides({150}), (Sides{15, 10}));
  EXPECT_EQ(sides({127}), (Sides{14, 10}));  // a prime
  EXPECT_EQ(sides({5, 20}), (Sides{20, 5}));
  EXPECT_EQ(sides({784, 128}), (Sides{43, 47}));  // means of 17×3
  EXPECT_EQ(sides({10000, 50}), (Sides{25, 48}));
  EXPECT_EQ(sides({3, 4, 5}), (Sides{5, 12}));
  EXPECT_EQ(sides({100000}), (Sides{45, 42}));  // 400×250
}

TEST(HeatMap, nothing_of_nothing) { EXPECT_TRUE(heat_map(Tensor(Shape({0, 4}))).cells.empty()); }

TEST(HeatMap, the_scale_is_the_same_on_both_sides_of_zero) {
  const HeatMap map = heat_map(Tensor(Shape({2, 2}), {0.0f, -2.0f, 1.0f, 0.5f}));
  EXPECT_EQ(map.cells, (std::vector<uint8_t>{128, 2, 191, 160}));
  EXPECT_EQ(heat_map(Tensor(Shape({2, 1}))).cells, (std::vector<uint8_t>{128, 128}));
}

TEST(HeatMap, cells_are_means_and_the_rest_is_blank) {
  Tensor large(Shape({2, 96}));  // two columns become one
  large.set(0, 1);
  large.set(1, 3);
  large.set(98, -1);
  large.set(99, -1);
  const HeatMap map = heat_map(large);
  EXPECT_EQ(map.cells[0], 254);
  EXPECT_EQ(map.cells[48 + 1], 128 - 63);
  const HeatMap folded = heat_map(Tensor(Shape({127})));
  EXPECT_EQ(std::ranges::count(folded.cells, HeatMap::kBlank), 140 - 127);
}

TEST(HeatMap, numbers_that_are_not_finite_are_marked) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const HeatMap map = heat_map(Tensor(Shape({2, 2}, DType::f64), {std::nan(""), -kInfinity, 1.0, 1e308}));
  EXPECT_EQ(map.cells, (std::vector<uint8_t>{255, 255, 128, 254}));
}

uint32_t number(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// Chunks by type, their checksums tested with zlib's.
std::map<std::string, std::string> chunks(std::string_view png) {
  std::map<std::string, std::string> found;
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
  for (size_t at = 8; at < png.size();) {
    const size_t length = number(png, at);
    const std::string_view body = png.substr(at + 4, 4 + length);
    EXPECT_EQ(number(png, at + 8 + length),
              ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    found[std::string(body.substr(0, 4))] = body.substr(4);
    at += 12 + length;
  }
  return found;
}

/// What a PNG of one byte for each pixel shows, by zlib.
std::vector<uint8_t> pixels_of(const std::map<std::string, std::string>& parts) {
  const size_t width = number(parts.at("IHDR"), 0), height = number(parts.at("IHDR"), 4);
  std::string lines((width + 1) * height, '?');
  uLongf size = lines.size();
  const std::string& data = parts.at("IDAT");
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(lines.data()), &size,
                       reinterpret_cast<const Bytef*>(data.data()), data.size()),
            Z_OK);
  EXPECT_EQ(size, lines.size());
  std::vector<uint8_t> pixels(width * height);
  for (size_t y = 0; y < height; ++y) {
    const char filter = lines[y * (width + 1)];
    EXPECT_TRUE(filter == 0 || (filter == 2 && y > 0));
    for (size_t x = 0; x < width; ++x)
      pixels[y * width + x] = static_cast<uint8_t>(lines[y * (width + 1) + 1 + x] +
                                                   (filter == 2 ? pixels[(y - 1) * width + x] : 0));
  }
  return pixels;
}

TEST(Png, zlib_reads_back_the_pixels) {
  constexpr int64_t kWidth = 300, kHeight = 31;
  std::vector<uint8_t> pixels(kWidth * kHeight);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * i % 251);
  std::vector<std::array<uint8_t, 3>> palette(251, {1, 2, 3});
  const auto parts = chunks(encode_png(kWidth, pixels, palette));
  EXPECT_EQ(number(parts.at("IHDR"), 0), kWidth);
  EXPECT_EQ(number(parts.at("IHDR"), 4), kHeight);
  EXPECT_EQ(parts.at("IHDR").substr(8), std::string("\x08\x03\0\0\0", 5));
  EXPECT_EQ(parts.at("PLTE").size(), 3 * 251u);
  EXPECT_TRUE(parts.contains("IEND"));
  EXPECT_EQ(pixels_of(parts), pixels);
}

TEST(Png, runs_of_every_length_are_read_back) {
  for (size_t run = 1; run < 600; ++run) {
    std::vector<uint8_t> pixels(run, 200);
    pixels.push_back(7);
    pixels.insert(pixels.end(), run, 7);
    const std::vector<std::array<uint8_t, 3>> palette(256);
    const auto parts = chunks(encode_png(static_cast<int64_t>(pixels.size()), pixels, palette));
    ASSERT_EQ(pixels_of(parts), pixels) << run;
    EXPECT_LT(parts.at("IDAT").size(), 36u) << run;
  }
}

TEST(Png, cells_are_squares_of_pixels_and_zero_is_white) {
  const HeatMap map = heat_map(Tensor(Shape({2, 3}), {0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f}));
  const auto parts = chunks(png_of(map, 4));
  ASSERT_EQ(number(parts.at("IHDR"), 0), 12u);
  ASSERT_EQ(number(parts.at("IHDR"), 4), 8u);
  const std::vector<uint8_t> pixels = pixels_of(parts);
  for (size_t y = 0; y < 8; ++y)
    for (size_t x = 0; x < 12; ++x) EXPECT_EQ(pixels[12 * y + x], map.cells[y / 4 * 3 + x / 4]);
  EXPECT_EQ(parts.at("PLTE").substr(3 * HeatMap::kZero, 3), "\xFF\xFF\xFF");
}

TEST(Base64, test_vectors_of_rfc_4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE"), "//4=");
}

}  // namespace
}  // namespace kette::heat_map_test
