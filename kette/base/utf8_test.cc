#include "kette/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace kette::utf8_test {
namespace {

TEST(Utf8, lengths_and_characters) {
  EXPECT_EQ(character_length("a"), 1u);
  EXPECT_EQ(character_length("σ(x)"), 2u);
  EXPECT_EQ(character_length("−1"), 3u);
  EXPECT_EQ(character_length("😀"), 4u);
  EXPECT_EQ(first_character("a"), U'a');
  EXPECT_EQ(first_character("σ"), U'σ');
  EXPECT_EQ(first_character("−"), U'−');
  EXPECT_EQ(first_character("😀"), U'😀');
}

/// [RFC 3629]
TEST(Utf8, what_is_no_character_has_no_length) {
  for (const char* text :
       {"", "\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    EXPECT_EQ(character_length(text), 0u) << text;
  EXPECT_EQ(character_length("\xEE\x80\x80"), 3u);      // behind the surrogates
  EXPECT_EQ(character_length("\xF4\x8F\xBF\xBF"), 4u);  // the last one
}

TEST(Utf8, widths) {
  EXPECT_EQ(width_of(""), 0u);
  EXPECT_EQ(width_of("∂L/∂x"), 5u);
}

}  // namespace
}  // namespace kette::utf8_test
