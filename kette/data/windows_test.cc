#include "kette/data/windows.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::data {
namespace {

TEST(Windows, have_a_row_for_each_word_and_its_neighbours) {
  EXPECT_EQ(to_csv(windows("the/DET dog/NOUN ./PUNCT\n", "t")),
            "before,word,after,tag\n<s>,the,dog,DET\nthe,dog,.,NOUN\ndog,.,</s>,PUNCT\n");
}

TEST(Windows, do_not_look_beyond_the_ends_of_a_sentence) {
  EXPECT_EQ(to_csv(windows("\na/A b/B\r\n\n  \t\nc/C", "t", {.numbers_lines = true})),
            "sentence,before,word,after,tag\n1,<s>,a,b,A\n1,a,b,</s>,B\n2,<s>,c,</s>,C\n");
}

TEST(Windows, reach_as_far_as_asked) {
  EXPECT_EQ(to_csv(windows("a/A b/B c/C", "t", {.context = 2})),
            "before2,before,word,after,after2,tag\n"
            "<s>,<s>,a,b,c,A\n<s>,a,b,c,</s>,B\na,b,c,</s>,</s>,C\n");
}

TEST(Windows, the_last_slash_divides_word_and_tag) {
  const Table table = windows("1/2/NUM ,/PUNCT", "t");
  EXPECT_EQ(table.field(0, table.index("word")), "1/2");
  EXPECT_EQ(table.field(0, table.index("tag")), "NUM");
  EXPECT_EQ(table.field(1, table.index("word")), ",");
}

std::string refusal(std::string_view text, const WindowOptions& options = {}) {
  try {
    windows(text, "t.txt", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Windows, what_is_no_tagged_text_is_refused_at_its_place) {
  EXPECT_EQ(refusal("a/A\nb/B dog c/C"),
            "t.txt:2:5: expected a word and its tag, as in dog/NOUN, found \"dog\"");
  EXPECT_NE(refusal("/A"), "");
  EXPECT_NE(refusal("a/"), "");
  EXPECT_EQ(refusal(" \n\n"), "t.txt: holds no word");
  EXPECT_EQ(refusal("a/A", {.context = 0}), "[windows] a context of 0 words; expected 1 to 50");
}

}  // namespace
}  // namespace kette::data
