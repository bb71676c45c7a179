#include "kette/data/encoding.h"

#include <gtest/gtest.h>

#include <string>

#include "kette/base/error.h"
#include "kette/data/read.h"

namespace kette::data::encoding_test {
namespace {

using std::string_view_literals::operator""sv;

/// All of the text, read in steps of `step` bytes.
std::string decoded(std::string_view bytes, size_t step, std::string* broken = nullptr) {
  Input input(bytes, "f");
  Utf8Text text(input.open_raw());
  std::string all(bytes.size() * 3 + step + 64, '\0');
  size_t size = 0;
  for (size_t count = 1; count > 0; size += count) count = text.read(all.data() + size, step);
  all.resize(size);
  if (broken != nullptr) *broken = text.broken();
  return all;
}

TEST(Encoding, utf8_passes_unchanged_in_steps_of_any_size) {
  const std::string text = "plain text, then ä € 𝄞 and more: " + std::string(50, 'x') + "äöü€𝄞";
  for (size_t step : {16u, 17u, 18u, 19u, 23u, 1000u}) {
    EXPECT_EQ(decoded(text, step), text) << step;
    EXPECT_EQ(decoded("\xEF\xBB\xBF" + text, step), text) << step;
  }
}

TEST(Encoding, utf16_becomes_utf8) {
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0\xE4\0\xAC\x20\x34\xD8\x1E\xDD"sv,
                    16),
            "aä€𝄞");
  EXPECT_EQ(decoded("\xFE\xFF"
                    "\0a\0\xE4\x20\xAC\xD8\x34\xDD\x1E"sv,
                    16),
            "aä€𝄞");
  std::string broken;
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0\x34\xD8 \0"sv,
                    16, &broken),
            "a");
  EXPECT_EQ(broken, "a lone surrogate 0xD834");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "a\0b"sv,
                    16, &broken),
            "a");
  EXPECT_EQ(broken, "half a character at the end");
}

TEST(Encoding, what_is_no_utf8_is_windows_1252) {
  EXPECT_EQ(decoded("na\xEFve caf\xE9 \x80 5, \x93quoted\x94", 16), "naïve café € 5, “quoted”");
  EXPECT_EQ(decoded("abc\xE9", 16), "abcé");
}

TEST(Encoding, a_single_wrong_byte_in_utf8_is_refused_at_its_place) {
  const std::string text = "a,b\nä,1\nö,2\nü,3\nx,4\xFF\n";
  try {
    parse_table(text, "f.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "f.csv:5:2: expected text in UTF-8, found a byte 0xFF that is none");
  }
}

TEST(Encoding, overlong_forms_surrogates_and_cut_sequences_are_no_utf8) {
  for (std::string_view bad : {"\xC0\x80"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv,
                               "\xE2\x82"sv, "\x80"sv, "\xF8\x88\x80\x80\x80"sv})
    EXPECT_EQ(valid_utf8_prefix(bad), 0u);
  EXPECT_EQ(valid_utf8_prefix("\xF4\x8F\xBF\xBF"), 4u);
}

}  // namespace
}  // namespace kette::data::encoding_test
