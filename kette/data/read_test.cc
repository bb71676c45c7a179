#include "kette/data/read.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/csv.h"

namespace kette::data::read_test {
namespace {

TableFile read(std::string_view text, const ReadOptions& options = {}) {
  return parse_table(text, "f.csv", options);
}

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}
std::string read_error(std::string_view text, const ReadOptions& options = {}) {
  return error_of([&] { read(text, options); });
}

/// A file that is there while the test runs.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, std::string_view content)
      : path_(testing::TempDir() + fmt::format("kette_{}_", ::getpid()) + name) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void expect_same(const Table& a, const Table& b) {
  ASSERT_EQ(a.names(), b.names());
  ASSERT_EQ(a.rows(), b.rows());
  for (int64_t c = 0; c < a.columns(); ++c) {
    ASSERT_EQ(a.is_numeric(c), b.is_numeric(c)) << a.name(c);
    for (int64_t r = 0; r < a.rows(); ++r) {
      ASSERT_EQ(a.field(r, c), b.field(r, c)) << r << ' ' << c;
      ASSERT_EQ(a.line(r), b.line(r));
    }
  }
}

TEST(Read, finds_the_delimiter_that_gives_every_row_as_many_fields) {
  for (const char d : {',', '\t', ';', '|', '~', '\x01', ' '}) {
    const std::string text = fmt::format("a{0}b{0}c\n1{0}2{0}3.5\n4{0}5{0}6\n", d);
    const TableFile file = read(text);
    EXPECT_EQ(file.dialect.delimiter, d);
    ASSERT_EQ(file.table.columns(), 3);
    EXPECT_EQ(file.table.numbers(2)[0], 3.5);
  }
  EXPECT_EQ(read("text;n\na, b, c;1\nd;2\n").dialect.delimiter, ';');
  EXPECT_EQ(read("1,5;2,5\n3,5;4,5\n").dialect.delimiter, ';');
  EXPECT_EQ(read("first last\nAda Lovelace\nAlan Turing\n").table.columns(), 1);
  EXPECT_EQ(read("a b,c\nd e,f\n", {.delimiter = ' '}).table.columns(), 2);
}

TEST(Read, runs_of_blanks_separate_fields_and_quotes_hold_them) {
  const TableFile file = read("x  y\tname\n 1.5 \t 2.  \"a b\"  \n3 4 c\n");
  ASSERT_EQ(file.table.columns(), 3);
  EXPECT_EQ(file.table.numbers(1)[0], 2);
  EXPECT_EQ(file.table.text(2)[0], "a b");
}

TEST(Read, finds_out_whether_the_first_line_is_a_header) {
  for (const char* text : {"a,b\n1,2\n", "a,b\nx,1\n", "name,town\nAda,London\nAlan,London\n",
                           "month,day,1978\nx,1,2\n", "a\n1\n", "v1,v2,\nham,text,\n", "a,b\n?,1\n3,\n"})
    EXPECT_TRUE(read(text).dialect.header) << text;
  for (const char* text : {"1,2\n3,4\n", "1,2\n", "5.1,setosa\n4.9,setosa\n", "ham\tx\nspam\ty\nham\tz\n",
                           "a,1\nb,2\n", "?,1\n2,3\n"})
    EXPECT_FALSE(read(text).dialect.header) << text;
  EXPECT_EQ(read("1,2\n3,4\n", {.header = true}).table.names(), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(read("a,b\n3,4\n", {.header = false}).table.rows(), 2);
  EXPECT_EQ(read("1,2\n3,4\n").table.names(), (std::vector<std::string>{"column_1", "column_2"}));
}

/// A column of words and one of their kinds below `first`, in so many rows.
std::string words_and_kinds(const std::string& first, int rows) {
  std::string text = first + "\n";
  const char* const kWords[] = {"the",   "word",   "sees", "a",   "cat", "and",
                                "word2", "before", "I",    "the", "dog"};
  const char* const kKinds[] = {"DET", "NOUN", "VERB"};
  for (int i = 0; i < rows; ++i)
    text += fmt::format("{}{},{}\n", kWords[i % 11], i >= 11 ? "s" : "", kKinds[i % 3]);
  return text;
}

TEST(Read, a_column_of_words_may_hold_its_name) {
  const auto has_header = [](const std::string& text) { return read(text).dialect.header; };
  EXPECT_TRUE(has_header(words_and_kinds("word,tag", 11)));
  EXPECT_TRUE(has_header(words_and_kinds("word,tag", 300)));
  EXPECT_TRUE(has_header("word,length\na,1\nword,4\nthe,3\ncat,3\nI,1\nit,2\nhe,2\nshe,3\nus,2\nyou,3\n"));
  EXPECT_FALSE(has_header(words_and_kinds("word,DET", 300))) << "a row";
  EXPECT_FALSE(has_header(words_and_kinds("word,word", 300))) << "no names: the same twice";
  EXPECT_FALSE(has_header(words_and_kinds("word,a tag", 300))) << "no names: a blank";
  EXPECT_FALSE(has_header("word,tag\nword,NOUN\na,DET\nword,NOUN\nb,DET\n")) << "too often";
  std::string pairs = "hund,dog\nhund,hound\n";  // a dictionary: no column says that the first is no row
  for (int i = 0; i < 30; ++i) pairs += fmt::format("wort{0},word{0}\n", i);
  EXPECT_FALSE(has_header(pairs));
}

TEST(Read, missing_words_are_missing_in_numbers_and_text) {
  const TableFile file = read("a,b\n1,x\nNA,?\n nan ,\"n/a\"\n?,NULL\n5,\n");
  ASSERT_TRUE(file.table.is_numeric(0));
  for (const int64_t row : {1, 2, 3}) {
    EXPECT_TRUE(file.table.is_missing(row, 0)) << row;
    EXPECT_TRUE(file.table.is_missing(row, 1)) << row;
  }
  EXPECT_TRUE(file.table.is_missing(4, 1));
  const TableFile own = read("a\n1\n-999\n-99\n", {.missing = {"-999"}});
  EXPECT_TRUE(own.table.is_missing(1, 0));
  EXPECT_EQ(own.table.numbers(0)[2], -99);
}

TEST(Read, blank_rows_comments_and_nameless_empty_columns_are_left_out) {
  const TableFile file = read("# made by hand\n\n#\na,b,,\n1,2,,\n,,,\n \n3,4,,\n,,,\n");
  EXPECT_EQ(file.table.names(), (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(file.table.rows(), 2);
  EXPECT_EQ(file.table.line(0), 5);
  EXPECT_EQ(file.table.line(1), 8);
  EXPECT_EQ(file.notes, (std::vector<std::string>{"2 empty columns without a name at the end dropped",
                                                  "2 comment lines before the table skipped"}));
}

TEST(Read, blanks_around_fields_are_padding_where_every_field_has_them) {
  const TableFile padded = read("39, State-gov, \" x\"\n40, Private, y\n");
  EXPECT_EQ(padded.table.text(1)[0], "State-gov");
  EXPECT_EQ(padded.table.text(2)[0], " x");
  EXPECT_EQ(read("a,b\n1, x\n2,y\n3,z\n").table.text(1)[0], " x");
}

TEST(Read, thousands_and_decimal_commas_are_numbers_when_the_whole_column_agrees) {
  const TableFile tabs = read("a\tb\n1,064.350\tx\n599.994\ty\n-12,345,678\tz\n");
  ASSERT_TRUE(tabs.table.is_numeric(0));
  EXPECT_EQ(tabs.table.numbers(0)[0], 1064.35);
  EXPECT_EQ(tabs.table.numbers(0)[2], -12345678);
  EXPECT_EQ(tabs.notes, std::vector<std::string>{"column \"a\" holds numbers with thousands commas"});
  const TableFile semicolons = read("a;b\n3,14;1.234,5\n1,234;7\n");
  EXPECT_EQ(semicolons.table.numbers(0)[0], 3.14);
  EXPECT_EQ(semicolons.table.numbers(0)[1], 1.234);
  EXPECT_EQ(semicolons.table.numbers(1)[0], 1234.5);
  EXPECT_FALSE(read("a\tb\n1,06\tx\n1,0,6\ty\n").table.is_numeric(0));
}

TEST(Read, bad_rows_are_refused_or_skipped_and_counted) {
  const std::string text = "a,b\n1,2\n3\n4,\"x\"y\n5,6\n7,8,9\n";
  EXPECT_EQ(read_error(text), "f.csv:3:2: expected 2 fields, found 1");
  const TableFile file = read(text, {.bad_rows = BadRows::skip});
  ASSERT_EQ(file.table.rows(), 2);
  EXPECT_EQ(file.table.numbers(1)[1], 6);
  EXPECT_EQ(file.table.line(1), 5);
  EXPECT_EQ(file.skipped_rows, 3);
  EXPECT_EQ(file.notes.back(), "3 rows skipped (first: f.csv:3: expected 2 fields, found 1)");
}

TEST(Read, quotes_that_come_in_no_pairs_are_ordinary_characters) {
  const TableFile file = read("ham\t\"hello\nspam\tsay \"yes\"\nham\t\"a\" b\nham\tc\n");
  EXPECT_FALSE(file.dialect.quotes);
  ASSERT_EQ(file.table.rows(), 4);
  EXPECT_EQ(file.table.text(1)[0], "\"hello");
  EXPECT_EQ(file.table.text(1)[2], "\"a\" b");
}

TEST(Read, an_unpaired_quote_far_from_the_start_is_an_ordinary_character_too) {
  std::string text = "k\tv\n";
  for (int i = 0; i < 60'000; ++i) text += fmt::format("{}\ttext\n", i);
  text += "7\t\"open\n8\tx\n";
  const TableFile file = read(text);
  ASSERT_EQ(file.table.rows(), 60'002);
  EXPECT_EQ(file.table.text(1)[60'000], "\"open");
}

TEST(Read, a_column_that_turns_out_to_be_text_late_keeps_all_its_fields) {
  std::string text = "a,b,c\n";
  for (int i = 0; i < 400'000; ++i) text += fmt::format("{},0{},{}\n", i, i % 7, i);
  text += "x,1,1\n";
  Threads threads(2);
  const TableFile file = read(text, {.threads = &threads});
  ASSERT_EQ(file.table.rows(), 400'001);
  ASSERT_FALSE(file.table.is_numeric(0));
  EXPECT_EQ(file.table.text(0)[399'999], "399999");
  EXPECT_EQ(file.table.text(0)[400'000], "x");
  EXPECT_EQ(file.table.numbers(2)[399'999], 399'999);
  EXPECT_EQ(error_of([&] { file.table.numbers(0); }),
            "f.csv:400002:1: expected a number, found \"x\" in column \"a\"");
}

TEST(Read, any_number_of_threads_and_streaming_give_the_same_rows) {
  const Random random(3);  // the seed
  std::string text = "n,quoted,t\n";
  for (uint64_t i = 0; i < 250'000; ++i) {
    text += random.below(50, i) == 0 ? "" : fmt::format("{:.7g}", random.normal(i));
    text += fmt::format(",\"a {}{}\"\"b, c\",{}\n", random.below(9, i), random.below(3, i) == 0 ? "\r\n" : "",
                        random.below(100, i) == 0 ? "?" : "word");
    if (random.below(1000, i) == 7) text += "\n";
  }
  const TemporaryFile source("stream.csv", text);
  Threads two(2), five(5);
  const TableFile alone = read_table(source.path());
  EXPECT_EQ(alone.table.rows(), 250'000);
  expect_same(alone.table, read_table(source.path(), {.threads = &two}).table);
  expect_same(alone.table, read_table(source.path(), {.threads = &five}).table);
  TableReader reader({source.path()}, {.threads = &two});
  std::optional<Table> whole = reader.next();
  int blocks = 1;
  for (std::optional<Table> more; (more = reader.next()); ++blocks) whole->append_rows(std::move(*more));
  EXPECT_GT(blocks, 1);
  for (int64_t row : {0, 60'000, 249'999}) EXPECT_EQ(whole->place(row, 0), alone.table.place(row, 0));
  EXPECT_EQ(to_csv(*whole), to_csv(alone.table));
}

TEST(Read, streaming_refuses_a_text_that_comes_too_late_for_its_column) {
  std::string text = "a,b\n";
  while (text.size() < 6'000'000) text += "1,2\n";
  const auto line = static_cast<int64_t>(std::ranges::count(text, '\n')) + 1;
  const TemporaryFile source("late.csv", text + "3,x\n");
  TableReader reader({source.path()});
  EXPECT_EQ(
      error_of([&] {
        while (reader.next()) {
        }
      }),
      fmt::format("{}:{}:2: expected a number as in the rows before, found \"x\"", source.path(), line));
}

TEST(Read, files_are_joined_by_column_names_and_keep_their_places) {
  const TemporaryFile a("a.csv", "x,kind\n1,7\n2,8\n"), b("b.csv", "\nkind,x\nseven,3\n"),
      c("c.csv", "x,other\n1,2\n");
  const std::vector<std::string> paths = {a.path(), b.path()};
  const TableFile file = read_table(paths);
  ASSERT_EQ(file.table.rows(), 3);
  EXPECT_EQ(file.table.numbers(0)[2], 3);
  ASSERT_FALSE(file.table.is_numeric(1));
  EXPECT_EQ(file.table.text(1)[0], "7");
  EXPECT_EQ(file.table.place(2, 0), b.path() + ":3:1");
  EXPECT_EQ(file.table.place(1, 0), a.path() + ":3:1");
  const std::vector<std::string> other = {a.path(), c.path()};
  EXPECT_EQ(
      error_of([&] { read_table(other); }),
      fmt::format("{}: no column \"kind\", which is in {}; expected the same columns", c.path(), a.path()));
  TableReader reader(paths, {.text_columns = {"kind"}});
  EXPECT_EQ(reader.next()->rows(), 2);
  EXPECT_EQ(reader.next()->text(1)[0], "seven");
  EXPECT_FALSE(reader.next());
}

TEST(Read, unwanted_columns_are_missing_and_may_hold_anything) {
  const TableFile file = read("a,b,c\n1,x,3\n4,\"5,5\",6\n", {.wanted = {{{"c"}, {"a", true}}}});
  EXPECT_EQ(file.table.names(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(file.table.text(0)[1], "4");
  EXPECT_TRUE(file.table.is_missing(0, 1) && file.table.is_missing(1, 1));
  EXPECT_EQ(file.table.numbers(2)[1], 6);
  EXPECT_EQ(read_error("a,b\n1,2\n3\n", {.wanted = {{{"a"}}}}), "f.csv:3:2: expected 2 fields, found 1");
}

/// Some groups of rows in two files whose columns stand in different orders.
struct NumberFiles {
  std::deque<TemporaryFile> files;
  std::vector<std::string> paths;
  std::vector<float> expected;  // of c and a

  explicit NumberFiles(const std::string& last) {
    const Random random(29);  // the seed
    for (int file = 0; file < 2; ++file) {
      std::string text = file == 0 ? "a,b,c\n" : "c,a,b\n";
      for (uint64_t row = 0; row < 300'000; ++row) {
        const auto a = static_cast<float>(random.below(1000, row)),
                   c = static_cast<float>(random.normal(row));
        text += file == 0 ? fmt::format("{},x{},{}\n", a, row % 7, c) : fmt::format("{},{},\n", c, a);
        expected.insert(expected.end(), {c, a});
      }
      if (file == 1) text += last;
      files.emplace_back(fmt::format("numbers_{}.csv", file), text);
    }
    for (const TemporaryFile& file : files) paths.push_back(file.path());
  }
};

std::vector<float> all_numbers(TableReader& reader) {
  const std::vector<std::string> columns = {"c", "a"};
  std::vector<float> found;
  while (const std::optional<Tensor> part = reader.next_numbers(columns)) {
    EXPECT_EQ(part->shape()[1], 2);
    found.insert(found.end(), part->values<float>().begin(), part->values<float>().end());
  }
  return found;
}

TEST(Read, numbers_come_as_rows_group_by_group) {
  const NumberFiles files("");
  Threads threads(3);
  TableReader reader(files.paths, {.wanted = {{{"a"}, {"c"}}}, .threads = &threads});
  EXPECT_EQ(all_numbers(reader), files.expected);
}

TEST(Read, a_text_or_too_large_number_among_rows_of_numbers_is_refused_at_its_place) {
  for (const auto& [last, message] :
       {std::pair{"1,x,\n", ":300002:2: expected a number as in the rows before, found \"x\""},
        std::pair{"1,1e39,\n",  // columns count as in the first file
                  ":300002:1: expected a number within ±3.4e38 (float32), found 1e+39 in column \"a\""},
        std::pair{"1,2\n", ":300002:3: expected 3 fields, found 2"}}) {
    const NumberFiles files(last);
    TableReader reader(files.paths, {.wanted = {{{"a"}, {"c"}}}});
    EXPECT_EQ(error_of([&] { all_numbers(reader); }), files.paths[1] + message);
  }
}

TEST(Read, text_columns_stay_text_and_a_wrong_name_is_refused) {
  const TableFile file = read("id,x\n007,1\n", {.text_columns = {"id"}});
  EXPECT_EQ(file.table.text(0)[0], "007");
  EXPECT_EQ(read_error("id,x\n007,1\n", {.text_columns = {"idd"}}),
            "f.csv: no column \"idd\" to be read as text; did you mean \"id\"?");
}

TEST(Read, numbers_have_the_bits_that_the_c_library_reads) {
  const Random random(23);  // the seed
  std::string text = "a\n";
  std::vector<double> expected;
  for (uint64_t i = 0; i < 20'000; ++i) {
    std::string written;
    if (i % 2 == 0) {
      const double scale = std::pow(10.0, static_cast<double>(random.below(30, i)) - 15);
      written = fmt::format("{:.{}g}", random.normal(i) * scale, 1 + random.below(19, i));
    } else {  // digits of any number on both sides of the point
      if (random.below(2, 7 * i) == 0) written = "-";
      for (uint64_t k = 0; k <= random.below(22, 3 * i); ++k)
        written += static_cast<char>('0' + random.below(10, 100 * i + k));
      written += '.';
      for (uint64_t k = 0; k < random.below(25, 5 * i); ++k)
        written += static_cast<char>('0' + random.below(10, 100 * i + 50 + k));
    }
    text += written + "\n";
    expected.push_back(std::strtod(written.c_str(), nullptr));
  }
  const TableFile file = read(text);
  ASSERT_TRUE(file.table.is_numeric(0));
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(std::bit_cast<uint64_t>(file.table.numbers(0)[i]), std::bit_cast<uint64_t>(expected[i])) << i;
}

TEST(Read, other_kinds_of_files_are_named) {
  EXPECT_EQ(read_error("PK\x03\x04 [Content_Types].xml"),
            "f.csv: is an Excel workbook (xlsx); save its sheet as CSV");
  EXPECT_EQ(read_error("PK\x03\x04 stuff"), "f.csv: is a zip archive; unpack it first");
  EXPECT_EQ(read_error("\xD0\xCF\x11\xE0 stuff"), "f.csv: is an Excel workbook (xls); save its sheet as CSV");
  EXPECT_EQ(read_error("PAR1 stuff"), "f.csv: is a Parquet file; convert it to CSV or NPZ");
}

TEST(Read, the_dialect_is_told_in_words) {
  EXPECT_EQ(to_string(read("a;b\n1;2\n").dialect), "semicolon-separated, header line, UTF-8");
  EXPECT_EQ(to_string(read("1\t2\n").dialect), "tab-separated, no header line, UTF-8");
}

}  // namespace
}  // namespace kette::data::read_test
