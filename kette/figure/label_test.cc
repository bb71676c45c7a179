#include "kette/figure/label.h"

#include <gtest/gtest.h>

namespace kette::label_test {
namespace {

TEST(Label, one_line_is_valid_utf8_without_control_characters) {
  EXPECT_EQ(one_line("plain ×²𝛿"), "plain ×²𝛿");
  EXPECT_EQ(one_line("a\nb\tc\x7F"), "a b c ");
  EXPECT_EQ(one_line("a\xFF"
                     "b"),
            "a�b");
  EXPECT_EQ(one_line("\xC3"), "�");                 // cut off
  EXPECT_EQ(one_line("\xC0\xAF"), "��");            // overlong
  EXPECT_EQ(one_line("\xE0\x80\xAF"), "���");       // overlong
  EXPECT_EQ(one_line("\xED\xA0\x80"), "���");       // a surrogate
  EXPECT_EQ(one_line("\xF5\x80\x80\x80"), "����");  // beyond Unicode
  EXPECT_EQ(one_line("\xF4\x90\x80\x80"), "����");  // beyond Unicode
  EXPECT_EQ(one_line("\xEF\xBF\xBF"), "�");         // no character, and forbidden in XML
  EXPECT_EQ(one_line("\xC2\x85"), " ");             // a control character beyond ASCII
  EXPECT_EQ(one_line(std::string_view("\0", 1)), " ");
}

TEST(Label, the_middle_of_a_long_text_is_left_out) {
  EXPECT_EQ(shortened("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(shortened("abcdefghij", 9), "abcd…ghij");
  EXPECT_EQ(shortened("abcdefghij", 8), "abcd…hij");
  EXPECT_EQ(shortened("äöüÄÖÜß", 5), "äö…Üß");
  EXPECT_EQ(shortened("abcdefghij", 3), "a…j");
}

TEST(Label, html_is_escaped) {
  EXPECT_EQ(in_html("<b a=\"1\">&\\N\n"), "&lt;b a=&quot;1&quot;&gt;&amp;\\\\N ");
}

TEST(Label, latex_is_escaped) {
  EXPECT_EQ(in_latex("a_b {c} 50% #1 $x$ & y"), "a\\_b \\{c\\} 50\\% \\#1 \\$x\\$ \\& y");
  EXPECT_EQ(in_latex("\\input{x}"), "\\textbackslash{}input\\{x\\}");
  EXPECT_EQ(in_latex("^~<>|"), "\\textasciicircum{}\\textasciitilde{}$<$$>$$|$");
  EXPECT_EQ(in_latex("1×20 −½ äß δ"), "1$\\times$20 $-$$\\frac12$ äß $\\delta$");
  EXPECT_EQ(in_latex("漢ą\xFF"), "???");
}

}  // namespace
}  // namespace kette::label_test
