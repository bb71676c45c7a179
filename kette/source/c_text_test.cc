#include "kette/source/c_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "kette/base/random.h"

namespace kette::c_text_test {
namespace {

TEST(CText, names_are_words_in_lower_case) {
  EXPECT_EQ(c_identifier("Year built (AD)", "column"), "year_built_ad");
  EXPECT_EQ(c_identifier("__x__Y", "column"), "x_y");
  EXPECT_EQ(c_identifier("1st floor", "column"), "column_1st_floor");
  EXPECT_EQ(c_identifier("größe", "column"), "gr_e");
  EXPECT_EQ(c_identifier("  ", "column"), "column");
  EXPECT_EQ(c_identifier("NULL", "column"), "null");
  for (const char* keyword : {"class", "Int", "UNIX", "Template", "restrict"})
    EXPECT_EQ(c_identifier(keyword, "column").back(), '_') << keyword;
}

TEST(CText, distinct_names_never_meet_one_that_is_taken) {
  std::set<std::string> taken = {"x_2"};
  EXPECT_EQ(distinct_name("x", taken), "x");
  EXPECT_EQ(distinct_name("x", taken), "x_3");
  EXPECT_EQ(distinct_name("x_2", taken), "x_2_2");
}

TEST(CText, numbers_are_read_back_as_the_same) {
  const Random random(20240801, 1);
  for (uint64_t i = 0; i < 20'000; ++i) {
    const auto bits = random.word(i);
    float value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = c_number(static_cast<double>(value), DType::f32);
    ASSERT_EQ(text.back(), 'f') << text;
    ASSERT_NE(text.find_first_of(".e"), text.npos) << text;
    ASSERT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
  }
  EXPECT_EQ(c_number(1, DType::f32), "1.0f");
  EXPECT_EQ(c_number(0.1, DType::f64), "0.1");
  EXPECT_EQ(c_number(-0.0, DType::f32), "-0.0f");
  EXPECT_EQ(c_number(std::nan(""), DType::f32), "NAN");
  EXPECT_EQ(c_number(-std::numeric_limits<double>::infinity(), DType::f64), "-(double)INFINITY");
  EXPECT_EQ(c_number(7, DType::i64), "7");
}

TEST(CText, strings_hold_only_what_every_compiler_reads_alike) {
  EXPECT_EQ(c_string("a\"b\\c?\?/\n1\xC3\xBC"
                     "2"),
            R"("a\"b\\c\?\?/\0121\303\2742")");
}

TEST(CText, comments_cannot_be_left) {
  EXPECT_EQ(in_comment("a\nb\\"), R"("a\nb\\")");
  EXPECT_EQ(in_comment("x\xE2\x80\xAEy\xE2\x81\xA6z\xE2\x82\xAC"), "\"x?y?z€\"");
}

TEST(CText, indentation_leaves_empty_lines_empty) { EXPECT_EQ(indented("a\n\nb\n", 2), "  a\n\n  b\n"); }

}  // namespace
}  // namespace kette::c_text_test
