#include "kette/data/feature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::data::feature_test {
namespace {

using Kind = Feature::Kind;
using Features = std::vector<Feature>;
using Numbers = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Encoded encoded(std::string_view text, const Features& features) {
  return encode(parse_csv(text, "f.csv"), features);
}

/// The matrix of a file, row by row.
Numbers matrix(std::string_view text, const Features& features) {
  const Tensor m = encoded(text, features).matrix.unpacked();
  return {m.values<float>().begin(), m.values<float>().end()};
}

void expect_same(const Numbers& found, const Numbers& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i])))
        << "element " << i << " is " << found[i] << "; expected " << expected[i];
}

std::string refusal(const Table& table, const Features& features) {
  try {
    encode(table, features);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
std::string refusal(std::string_view text, const Features& features) {
  return refusal(parse_csv(text, "f.csv"), features);
}

Feature category(std::vector<std::string> categories, int64_t kept) {
  return {.name = "c", .kind = Kind::category, .categories = std::move(categories), .kept = kept};
}
Feature date(std::string format) {
  return {.name = "d", .kind = Kind::date, .date_format = std::move(format)};
}

TEST(EncodeNumbers, are_found_by_name_and_missing_ones_are_NaN) {
  expect_same(matrix("b,more,a\n1,x,2\n,y,4\n5,z,?\n", {{.name = "a"}, {.name = "b"}}),
              {2, 1, 4, kNaN, kNaN, 5});
}

TEST(EncodeNumbers, infinite_ones_are_refused_with_their_place) {
  EXPECT_EQ(refusal("a,b\n1,2\n3,inf\n", {{.name = "a"}, {.name = "b"}}),
            "f.csv:3:2: expected a number within ±3.4e38 (float32), found inf in column \"b\"");
  EXPECT_EQ(refusal("a\n1\n-1e39\n", {{.name = "a"}}),
            "f.csv:3:1: expected a number within ±3.4e38 (float32), found -1e+39 in column \"a\"");
}

TEST(EncodeNumbers, a_text_is_refused_with_its_place) {
  EXPECT_EQ(refusal("a\n1\nx\n", {{.name = "a"}}),
            "f.csv:3:1: expected a number, found \"x\" in column \"a\"");
}

TEST(EncodeCategories, are_positions_and_rare_ones_unknown_ones_and_missing_ones_have_their_own) {
  const Feature c = category({"u", "v", "w", "rare", "rarer"}, 3);
  expect_same(matrix("c,x\nw,1\nu,1\nv,1\nrare,1\nrarer,1\nnew,1\n,1\n", {c}), {2, 0, 1, 3, 3, 3, 4});
}

TEST(EncodeCategories, that_were_never_seen_are_reported_but_rare_ones_are_not) {
  const Encoded found = encoded("c,x\nu,1\nrare,1\n  new ,1\nnewer,1\nnew,1\n", {category({"u", "rare"}, 1)});
  ASSERT_EQ(found.unseen.size(), 1u);
  EXPECT_EQ(found.unseen[0].column, "c");
  EXPECT_EQ(found.unseen[0].rows, 3);
  EXPECT_EQ(found.unseen[0].place, "f.csv:4:1");
  EXPECT_NE(found.unseen[0].example.find("new"), std::string::npos);
  EXPECT_TRUE(encoded("c,x\nu,1\nrare,1\n,1\n", {category({"u", "rare"}, 1)}).unseen.empty());
}

TEST(EncodeCategories, that_are_numbers_may_be_written_differently) {
  const Feature c = category({"1", "2", "10"}, 3);
  expect_same(matrix("c\n10\n1\n2\n", {c}), {2, 0, 1});
  expect_same(matrix("c,x\n1.0,a\n1e1,b\n,c\n3,d\n", {c}), {0, 2, 4, 3});
  // The same in a column that a text makes one of texts.
  expect_same(matrix("c,x\n02,a\n10.0,b\nten,c\n", {c}), {1, 2, 3});
}

TEST(EncodeCategories, blanks_around_do_not_matter_but_case_does) {
  expect_same(matrix("c,x\n\" u \",1\nU,1\n", {category({"u"}, 1)}), {0, 1});
}

TEST(EncodeDates, are_days_and_the_parts_of_the_calendar) {
  // 2024-03-05 was a Tuesday, day 19787; 1969-12-31 a Wednesday, day −1; 2000-02-29 a Tuesday, day 11016.
  expect_same(matrix("d,x\n2024-03-05,1\n1969-12-31,2\n2000-02-29,3\n1970-01-01,4\n", {date("YYYY-MM-DD")}),
              {19787, 2, 1, -1, 11, 2, 11016, 1, 1, 0, 0, 3});
}

TEST(EncodeDates, with_a_time_have_an_hour) {
  const Feature d = date("DD.MM.YYYY time");
  EXPECT_EQ(d.width(), 4);
  expect_same(matrix("d,x\n05.03.2024 23:59,1\n05.03.2024 00:00:01,2\n05.03.2024,3\n", {d}),
              {19787, 2, 1, 23, 19787, 2, 1, 0, 19787, 2, 1, 0});
}

TEST(EncodeDates, that_are_missing_have_codes_of_their_own) {
  expect_same(matrix("d,x\n2024-03-05,1\n,2\n", {date("YYYY-MM-DD")}), {19787, 2, 1, kNaN, 12, 7});
  expect_same(matrix("x,d\n1,2024-03-05 07:30\n2,\n", {date("YYYY-MM-DD time")}),
              {19787, 2, 1, 7, kNaN, 12, 7, 24});
  // A column without any value is one of numbers.
  expect_same(matrix("d,x\n,1\n,2\n", {date("YYYY-MM-DD")}), {kNaN, 12, 7, kNaN, 12, 7});
}

TEST(EncodeDates, what_is_no_date_is_refused_with_its_place) {
  EXPECT_EQ(refusal("x,d\n1,2024-03-05\n2,2024-02-30\n", {date("YYYY-MM-DD")}),
            "f.csv:3:2: expected a date such as YYYY-MM-DD, found \"2024-02-30\" in column \"d\"");
  EXPECT_EQ(refusal("x,d\n1,\n2,17\n", {date("YYYY-MM-DD")}),
            "f.csv:3:2: expected a date such as YYYY-MM-DD, found 17 in column \"d\"");
}

TEST(EncodeWords, are_1_where_the_text_holds_the_word) {
  const Feature words{.name = "t", .kind = Kind::words, .categories = {"blue", "house", "öl"}};
  expect_same(matrix("t,x\n\"A blue, BLUE House!\",1\nbluehouse,2\n,3\nöl-House,4\n", {words}),
              {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1});
}

TEST(EncodeWords, may_be_numbers) {
  const Feature words{.name = "t", .kind = Kind::words, .categories = {"7"}};
  expect_same(matrix("t\n7\n8\n", {words}), {1, 0});
}

TEST(WordsOf, are_runs_of_letters_and_digits_in_lower_case) {
  EXPECT_EQ(words_of("Don't stop—2nd try, Ärger_x"),
            (std::vector<std::string>{"don", "t", "stop—2nd", "try", "Ärger", "x"}));
  EXPECT_TRUE(words_of(" .,;\n").empty());
}

TEST(Encode, features_of_all_kinds_stand_side_by_side) {
  const Features features = {{.name = "n"},
                             date("YYYY-MM-DD"),
                             category({"u"}, 1),
                             {.name = "t", .kind = Kind::words, .categories = {"a", "b"}},
                             {.name = "m"}};
  EXPECT_EQ(total_width(features), 8);
  EXPECT_EQ(names_of(features), (std::vector<std::string>{"n", "d", "c", "t", "m"}));
  expect_same(matrix("m,t,c,d,n\n9,b a,u,1970-01-02,8\n7,b,v,1970-02-01,6\n", features),
              {8, 1, 0, 4, 0, 1, 1, 9, 6, 31, 1, 6, 1, 0, 1, 7});
}

TEST(Encode, names_every_missing_column_and_one_that_may_have_been_renamed) {
  EXPECT_EQ(refusal("b,c\n1,2\n", {{.name = "a"}, {.name = "b"}, {.name = "zeta"}}),
            "f.csv: missing columns \"a\", \"zeta\"");
  EXPECT_EQ(refusal("Height,c\n1,2\n", {{.name = "height"}}),
            "f.csv: missing column \"height\"; was \"Height\" renamed?");
  EXPECT_EQ(refusal("quite,other\n1,2\n", {{.name = "height"}}), "f.csv: missing column \"height\"");
}

TEST(Encode, a_table_without_rows_is_a_matrix_without_rows) {
  Table table("f.csv");
  table.add_numbers("n", std::vector<double>{});
  table.add_numbers("d", std::vector<double>{});
  EXPECT_EQ(encode(table, Features{{.name = "n"}, date("YYYY-MM-DD")}).matrix.shape(), Shape({0, 4}));
}

TEST(FeatureKind, names_read_back) {
  for (const Kind kind : {Kind::number, Kind::category, Kind::date, Kind::words})
    EXPECT_EQ(parse_feature_kind(to_string(kind)), kind);
  EXPECT_THROW(parse_feature_kind("image"), Error);
}

}  // namespace
}  // namespace kette::data::feature_test
