#include "kette/data/table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data::table_test {
namespace {

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Table houses() {
  Table table("houses.csv");
  table.add_numbers("rooms", std::vector<double>{3, 4});
  table.add_numbers("age", std::vector<double>{10, 20});
  table.add_text("town", std::vector<std::string>{"Ulm", "Bonn"});
  return table;
}

TEST(Table, columns_are_found_by_name) {
  const Table table = houses();
  EXPECT_EQ(table.index("town"), 2);
  EXPECT_EQ(table.find("city"), -1);
  EXPECT_TRUE(table.contains("age"));
  EXPECT_EQ(table.field(1, 0), "4");
  EXPECT_EQ(table.field(1, 2), "Bonn");
}

TEST(Table, an_unknown_column_gets_the_nearest_name_or_the_list) {
  EXPECT_EQ(error_of([] { houses().index("Roms"); }),
            "houses.csv: no column \"Roms\"; did you mean \"rooms\"?");
  EXPECT_EQ(error_of([] { houses().index("price"); }),
            "houses.csv: no column \"price\"; the columns are \"rooms\", \"age\", \"town\"");
}

TEST(Table, columns_of_another_length_and_non_finite_numbers_are_refused) {
  EXPECT_EQ(error_of([] { houses().add_numbers("x", std::vector<double>{1}); }),
            "[table] column \"x\" has 1 rows; expected 2");
  EXPECT_NE(error_of([] { houses().add_numbers("x", std::vector<double>{1, INFINITY}); }), "");
  EXPECT_NE(error_of([] { houses().add_numbers("x", std::vector<float>{1, -INFINITY}); }), "");
}

TEST(Table, a_missing_number_is_nan_and_prints_as_nothing) {
  Table table = houses();
  table.add_numbers("price", std::vector<double>{NAN, 1.5});
  EXPECT_TRUE(table.is_missing(0, 3));
  EXPECT_FALSE(table.is_missing(1, 3));
  EXPECT_FALSE(table.is_missing(0, 2));
  EXPECT_EQ(table.field(0, 3), "");
}

TEST(Table, made_up_text_used_as_numbers_is_refused) {
  EXPECT_NE(error_of([] { houses().numbers(2); }).find("expected a number, found \"Ulm\""),
            std::string::npos);
}

TEST(Table, the_nearest_name_needs_to_be_near) {
  const std::vector<std::string> names = {"alpha", "beta", "b"};
  EXPECT_EQ(nearest_name("alhpa", names), "alpha");
  EXPECT_EQ(nearest_name("gamma", names), "");
  EXPECT_EQ(nearest_name("alpa", names), "alpha");
  EXPECT_EQ(nearest_name("BETA", names), "beta");
  EXPECT_EQ(nearest_name("c", names), "");
  EXPECT_EQ(nearest_name("", names), "");
}

TEST(Quote, keeps_messages_on_one_short_line) {
  const auto x = [](size_t count) { return std::string(count, 'x'); };
  EXPECT_EQ(quote("a\nb\r\t\x01"), "\"a\\nb\\r\\t\\x01\"");
  EXPECT_EQ(quote(x(60)), fmt::format("\"{}\"", x(60)));
  EXPECT_EQ(quote(x(61)), fmt::format("\"{}…\"", x(60)));
  EXPECT_EQ(quote(fmt::format("{}éé", x(59))), fmt::format("\"{}…\"", x(59)));
}

TEST(ParseNumber, reads_whole_fields_only) {
  EXPECT_EQ(parse_number(" +1.5e1\t"), 15.0);
  EXPECT_EQ(parse_number("1e-999"), 0.0);
  EXPECT_EQ(parse_number("1e999"), INFINITY);
  EXPECT_EQ(parse_number("-INF"), -INFINITY);
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
  for (const char* text : {"", " ", "+", "+-1", "1 1", "1a"}) EXPECT_FALSE(parse_number(text)) << text;
}

}  // namespace
}  // namespace kette::data::table_test
