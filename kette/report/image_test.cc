#include "kette/report/image.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kette::image_test {
namespace {

std::vector<std::string> grid(int64_t height, int64_t width, int64_t from) {
  std::vector<std::string> names;
  for (int64_t line = 0; line < height; ++line)
    for (int64_t column = 0; column < width; ++column)
      names.push_back(fmt::format("pixel_{}_{}", line + from, column + from));
  return names;
}

std::vector<std::string> numbered(int64_t count, int64_t from) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) names.push_back(fmt::format("Pixel{}", i + from));
  return names;
}

TEST(Image, lines_and_columns_in_names_are_its_form_in_any_order) {
  for (const int64_t from : {0, 1}) {
    const std::vector<std::string> names = grid(4, 6, from);
    std::vector<std::string> shuffled = names;
    std::ranges::reverse(shuffled);
    const std::optional<ImageForm> form = image_form(shuffled);
    ASSERT_TRUE(form);
    EXPECT_EQ(form->width, 6);
    EXPECT_EQ(form->height, 4);
    EXPECT_EQ(form->columns, names);
  }
}

TEST(Image, numbers_in_names_are_those_of_a_square) {
  for (const int64_t from : {0, 1}) {
    const std::optional<ImageForm> form = image_form(numbered(784, from));
    ASSERT_TRUE(form);
    EXPECT_EQ(form->width, 28);
    EXPECT_EQ(form->height, 28);
    EXPECT_EQ(form->columns, numbered(784, from));
  }
}

TEST(Image, other_columns_are_none) {
  EXPECT_FALSE(image_form({}));
  EXPECT_FALSE(image_form(numbered(17, 0)));  // no square
  EXPECT_FALSE(image_form(numbered(9, 0)));   // too few
  EXPECT_FALSE(image_form(numbered(16, 2)));  // does not begin
  std::vector<std::string> names = grid(4, 4, 0);
  names[3] = "pixel_0_9";  // outside
  EXPECT_FALSE(image_form(names));
  names[3] = "pixel_0_2";  // twice
  EXPECT_FALSE(image_form(names));
  names[3] = "price";
  EXPECT_FALSE(image_form(names));
  names[3] = "pixel";
  EXPECT_FALSE(image_form(names));
  names[3] = "pixel_0_3_1";
  EXPECT_FALSE(image_form(names));
  names[3] = "pixel_0_99999999999999999999999";
  EXPECT_FALSE(image_form(names));
}

}  // namespace
}  // namespace kette::image_test
