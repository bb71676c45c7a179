#include "kette/data/csv.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/parse_number.h"

namespace kette::data::csv_test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// Header and fields as text.
Rows rows_of(const Table& table) {
  Rows rows = {table.names()};
  for (int64_t r = 0; r < table.rows(); ++r) {
    rows.emplace_back();
    for (int64_t c = 0; c < table.columns(); ++c) rows.back().push_back(table.field(r, c));
  }
  return rows;
}
Rows read(std::string_view text) { return rows_of(parse_csv(text, "f.csv")); }

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
std::string parse_error(std::string_view text) {
  return error_of([&] { parse_csv(text, "f.csv"); });
}

TEST(Csv, numbers_and_text_become_columns) {
  const Table table = parse_csv("a,b,c\n1,x,-2.5e-3\n+4,y, 7 \n", "f.csv");
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.columns(), 3);
  ASSERT_TRUE(table.is_numeric(0) && !table.is_numeric(1) && table.is_numeric(2));
  EXPECT_EQ(table.numbers(0)[1], 4);
  EXPECT_EQ(table.numbers(2)[0], -0.0025);
  EXPECT_EQ(table.numbers(2)[1], 7);
  EXPECT_EQ(table.text(1)[1], "y");
}

TEST(Csv, every_line_end_is_read_with_and_without_a_last_one) {
  const Rows expected = {{"a", "b"}, {"1", "x"}, {"2", "y"}};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(read("a,b" + end + "1,x" + end + "2,y" + end), expected);
    EXPECT_EQ(read("a,b" + end + "1,x" + end + "2,y"), expected);
    EXPECT_EQ(read("\xEF\xBB\xBF"
                   "a,b" +
                   end + "1,x" + end + end + " \t" + end + "2,y" + end + end),
              expected);
  }
}

TEST(Csv, quotes_hide_delimiters_line_ends_and_doubled_quotes) {
  EXPECT_EQ(read("a,\"b,c\"\n1,\"x, \"\"y\"\"\nz\"\n\"2\",\"\"\n"),
            (Rows{{"a", "b,c"}, {"1", "x, \"y\"\nz"}, {"2", ""}}));
  EXPECT_EQ(read("a\n\"\"\"\"\n"), (Rows{{"a"}, {"\""}}));
  EXPECT_TRUE(parse_csv("a\n\"1.5\"\n\" 2 \"\n", "f").is_numeric(0));
}

TEST(Csv, a_quote_within_an_unquoted_field_is_text) {
  EXPECT_EQ(read("a,b\n6\" pipe,37'8.8\"N\n"), (Rows{{"a", "b"}, {"6\" pipe", "37'8.8\"N"}}));
  EXPECT_EQ(read("a,b\n \"x\",1\n"), (Rows{{"a", "b"}, {" \"x\"", "1"}}));
}

TEST(Csv, a_column_that_turns_out_to_be_text_keeps_its_first_fields_as_written) {
  EXPECT_EQ(read("a,b,c\n007,1.50,1\n\n\"+1\",2,\"2\"\nnone,3,3\n4,x,4\n5, y ,5\n"),
            (Rows{{"a", "b", "c"},
                  {"007", "1.50", "1"},
                  {"+1", "2", "2"},
                  {"none", "3", "3"},
                  {"4", "x", "4"},
                  {"5", " y ", "5"}}));
}

TEST(Csv, only_whole_fields_are_numbers) {
  for (const char* text :
       {"1x", "1 2", "1e", "e5", ".", "-", "+-1", "--1", "0x10", "1,0", "1_000", "infinite"}) {
    const Table table = parse_csv("a\n1\n\"" + std::string(text) + "\"\n", "f");
    EXPECT_FALSE(table.is_numeric(0)) << text;
  }
  for (const char* text :
       {"1", "-1", "+1.", ".5", "1e5", "1E-5", "1e-999", "\t1 ", "0", "inf", "-Infinity", "1e999"})
    EXPECT_TRUE(parse_csv("a\n" + std::string(text) + "\n", "f").is_numeric(0)) << text;
}

TEST(Csv, numbers_are_rounded_as_the_c_library_rounds_them) {
  const Random random(17);  // the seed
  std::string text = "a\n";
  std::vector<double> expected;
  for (uint64_t i = 0; i < 3000; ++i) {
    const auto bits = (uint64_t{random.word(2 * i)} << 32) | random.word(2 * i + 1);
    const double value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) continue;
    const std::string written = fmt::format("{:.{}e}", value, 1 + i % 19);
    if (!std::isfinite(std::strtod(written.c_str(), nullptr))) continue;
    text += written + "\n";
    expected.push_back(std::strtod(written.c_str(), nullptr));
  }
  const Table table = parse_csv(text, "f");
  ASSERT_TRUE(table.is_numeric(0));
  ASSERT_EQ(table.numbers(0).size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(table.numbers(0)[i], expected[i]);
}

TEST(Csv, files_without_rows_are_refused) {
  EXPECT_EQ(parse_error(""), "f.csv:1:1: expected a line of column names, found an empty file");
  EXPECT_EQ(parse_error("\xEF\xBB\xBF"), "f.csv:1:1: expected a line of column names, found an empty file");
  EXPECT_EQ(parse_error("a,b"),
            "f.csv:2:1: expected at least one row below the header, found the end of the file");
  EXPECT_EQ(parse_error("a,b\n\n"),
            "f.csv:3:1: expected at least one row below the header, found the end of the file");
}

TEST(Csv, rows_of_another_length_are_refused_at_the_first_field_that_is_wrong) {
  EXPECT_EQ(parse_error("a,b,c\n1,2,3\n1,2\n"), "f.csv:3:3: expected 3 fields, found 2");
  EXPECT_EQ(parse_error("a,b\n1,2\n\n1,2,\"x\",4\n"), "f.csv:4:3: expected 2 fields, found 4");
  EXPECT_EQ(parse_error("a\n1\n2,3\n"), "f.csv:3:2: expected 1 field, found 2");
  EXPECT_EQ(parse_error("a,b\nx,1\ny"), "f.csv:3:2: expected 2 fields, found 1");
}

TEST(Csv, repeated_and_empty_names_are_made_new_ones) {
  EXPECT_EQ(read("a,b, a,\"\",a\n1,2,3,4,5\n").front(),
            (std::vector<std::string>{"a", "b", "a_2", "column_4", "a_3"}));
  EXPECT_EQ(read("a,a,a_2\n1,2,3\n").front(), (std::vector<std::string>{"a", "a_3", "a_2"}));
}

TEST(Csv, broken_quotes_are_refused_where_the_row_starts) {
  EXPECT_EQ(parse_error("a,b\n1,\"x\ny\n2,z\n"),
            "f.csv:2:2: expected a closing quote, found the end of the file");
  EXPECT_EQ(parse_error("a,b\n\"x\n\"y,2\n"),
            "f.csv:2:1: expected a comma or the end of the line behind the closing quote, found \"y\"");
}

TEST(Csv, binary_files_are_refused) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(parse_error("a,b\n1,2\n3,4\0\n"sv), "f.csv:3:2: expected text, found a NUL byte");
  EXPECT_EQ(parse_error("a,b\n1,\"\0\"\n"sv), "f.csv:2:2: expected text, found a NUL byte");
  EXPECT_EQ(parse_error("\0"sv), "f.csv:1:1: expected text, found a NUL byte");
}

TEST(Csv, a_text_column_used_as_numbers_names_its_first_field_that_is_none) {
  const auto use = [](std::string_view text) {
    return error_of([&] { parse_csv(text, "f.csv").numbers(1); });
  };
  EXPECT_EQ(use("a,b\n1,2\n1,n/a\n1,x\n"), "f.csv:4:2: expected a number, found \"x\" in column \"b\"");
  EXPECT_EQ(use("a,b\n1,2\n1,\n"), "");
}

TEST(Csv, places_count_lines_of_the_file_and_not_rows) {
  const Table table = parse_csv("\na,b\n1,\"x\n\ny\"\r\n\n2,z\r3,\"\r\n\"\n4,w\n", "f.csv");
  ASSERT_EQ(table.rows(), 4);
  EXPECT_EQ(table.line(0), 3);
  EXPECT_EQ(table.line(1), 7);
  EXPECT_EQ(table.line(2), 8);
  EXPECT_EQ(table.line(3), 10);
  EXPECT_EQ(table.place(3, 1), "f.csv:10:2");
}

TEST(Csv, a_file_longer_than_the_sampled_rows_is_complete) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("{},{}\n", i, i < 999 ? std::to_string(2 * i) : "end");
  const Table table = parse_csv(text, "f");
  ASSERT_EQ(table.rows(), 1000);
  for (int i = 0; i < 999; ++i) {
    ASSERT_EQ(table.numbers(0)[static_cast<size_t>(i)], i);
    ASSERT_EQ(table.text(1)[i], std::to_string(2 * i));
  }
  EXPECT_EQ(table.text(1)[999], "end");
}

TEST(Csv, what_is_written_reads_back_the_same) {
  const Random random(5);  // the seed
  const std::string letters = "ab ,\"\n\r1\t;";
  Table table("t");
  std::vector<double> numbers;
  std::vector<std::string> text;
  for (uint64_t i = 0; i < 500; ++i) {
    numbers.push_back(random.normal(i) * std::pow(10.0, static_cast<double>(i % 40) - 20));
    std::string field;
    for (uint64_t k = 0; k < random.below(8, 1000 + i); ++k)
      field += letters[random.below(letters.size(), 10'000 + 10 * i + k)];
    text.push_back(trim_blanks(field).empty() ? "x" : field);  // blanks alone would be missing
  }
  table.add_numbers("x,y", numbers);
  table.add_text("the \"text\"", text);
  EXPECT_EQ(rows_of(parse_csv(to_csv(table), "t")), rows_of(table));
  Table alone("t");
  alone.add_text("text", text);
  EXPECT_EQ(rows_of(parse_csv(to_csv(alone), "t")), rows_of(alone));
}

TEST(Csv, written_fields_are_quoted_only_where_needed) {
  Table table("t");
  table.add_numbers("n", std::vector<double>{1, 0.1, -1e300});
  table.add_numbers("f", std::span<const float>(std::vector<float>{0.1f, 16777216, 1e-7f}));
  table.add_text("s", std::vector<std::string>{"plain text", "a,b", "a \"b\""});
  EXPECT_EQ(to_csv(table), "n,f,s\n1,0.1,plain text\n0.1,16777216,\"a,b\"\n-1e+300,1e-07,\"a \"\"b\"\"\"\n");
}

TEST(Csv, missing_fields_are_written_and_read_back) {
  const Table table = parse_csv("a,b\n,x\n1,\n\"\",\n2,y\n", "t");
  ASSERT_EQ(table.rows(), 4);
  EXPECT_EQ(to_csv(table), "a,b\n,x\n1,\n,\"\"\n2,y\n");
  EXPECT_EQ(rows_of(parse_csv(to_csv(table), "t")), rows_of(table));
  EXPECT_TRUE(std::isnan(table.numbers(0)[0]) && table.is_missing(1, 1) && table.is_missing(2, 0));
}

TEST(Csv, a_first_name_like_a_byte_order_mark_reads_back) {
  const Rows expected = {{"\xEF\xBB\xBFx"}, {"1"}};
  EXPECT_EQ(read(to_csv(parse_csv("\"\xEF\xBB\xBFx\"\n1\n", "t"))), expected);
}

TEST(Csv, a_file_is_written_and_read) {
  const std::string path = testing::TempDir() + "kette_csv_test.csv";
  Table table("t");
  table.add_numbers("a", std::vector<double>{1, 2});
  write_csv(table, path);
  const Table back = read_csv(path);
  EXPECT_EQ(rows_of(back), rows_of(table));
  EXPECT_EQ(back.source(), path);
  std::filesystem::remove(path);
}

TEST(Csv, a_missing_or_unreadable_file_is_named) {
  EXPECT_EQ(error_of([] { read_csv("/no/such.csv"); }),
            "/no/such.csv: cannot be read: No such file or directory");
  EXPECT_EQ(error_of([] { read_csv("/tmp"); }), "/tmp: cannot be read: Is a directory");
  EXPECT_EQ(error_of([] { read_csv("/dev/null"); }),
            "/dev/null:1:1: expected a line of column names, found an empty file");
}

}  // namespace
}  // namespace kette::data::csv_test
