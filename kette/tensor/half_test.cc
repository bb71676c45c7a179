#include "kette/tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kette {
namespace {

TEST(Half, is_read_as_the_standard_says) {
  EXPECT_EQ(from_half(0x3C00), 1.0f);
  EXPECT_EQ(from_half(0xC000), -2.0f);
  EXPECT_EQ(from_half(0x7BFF), 65504.0f);         // the largest
  EXPECT_EQ(from_half(0x0400), 0x1p-14f);         // the least normal one
  EXPECT_EQ(from_half(0x0001), 0x1p-24f);         // the least of all
  EXPECT_EQ(from_half(0x3555), 0.333251953125f);  // nearest to 1/3
  EXPECT_TRUE(std::signbit(from_half(0x8000)));
  EXPECT_EQ(from_half(0xFC00), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(from_half(0x7E00)));
}

TEST(Half, bfloat_is_the_upper_part_of_a_float) {
  EXPECT_EQ(from_bfloat(0x3F80), 1.0f);
  EXPECT_EQ(from_bfloat(0xC049), -3.140625f);
  EXPECT_EQ(from_bfloat(0x7F80), HUGE_VALF);
}

}  // namespace
}  // namespace kette
