// Named columns of numbers or text, and where in a file they came from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/numbers.h"
#include "kette/data/text_column.h"

namespace kette::data {

/// Numeric when every field that is not missing is a number; otherwise text, every field exactly as it was
/// written.
struct Column {
  std::string name;
  std::vector<double> numbers;      // NaN where missing, infinite where the file says so; empty when text
  TextColumn text;                  // empty when numeric
  int64_t first_non_number = -1;    // row of the first field that makes it text; −1 when numeric
  std::vector<uint8_t> bytes = {};  // instead of `numbers`, where all are whole and from 0 to 255

  bool is_numeric() const { return first_non_number < 0; }
  Numbers values() const { return bytes.empty() ? Numbers(numbers) : Numbers(std::span(bytes)); }
  int64_t size() const { return is_numeric() ? static_cast<int64_t>(values().size()) : text.size(); }
};

/// From `row` on, rows stand on consecutive lines of the file, the first of them on `line` (1-based).
struct LineMark {
  int64_t row, line;
};

/// From `row` on, rows come from another file.
struct SourceMark {
  int64_t row;
  std::string source;
};

class Table {
 public:
  /// An empty table; `source` names it in messages, e.g. a path.
  explicit Table(std::string source) : source_(std::move(source)) {}
  /// `lines` ascending, the first for row 0; empty: row r stands on line r + 2. All columns of one length.
  Table(std::string source, std::vector<Column> columns, std::vector<LineMark> lines = {});

  /// Appends a column; its length must be that of the others. Numbers must be finite; NaN stands for missing.
  void add_numbers(std::string name, std::vector<double> numbers);
  /// As above; each float becomes the double with the float's shortest decimal form (0.1f → 0.1, not
  /// 0.10000000149011612), so that it prints short and converts back to the same float.
  void add_numbers(std::string name, std::span<const float> numbers);
  void add_text(std::string name, std::span<const std::string> fields);

  /// Replaces a column's fields by as many numbers, infinite ones among them, NaN where missing.
  void set_numbers(int64_t column, std::vector<double> numbers);
  void drop_last_column();
  /// The table with its columns in another order; throws Error when the names are not the same.
  Table in_order(std::span<const std::string> names) &&;
  /// Appends the rows of a table with the same columns, in any order: rows of another file. A column that is
  /// text in one of the two must be so in both, unless all its fields are missing there. Throws Error when a
  /// column is missing or in excess.
  void append_rows(Table other);

  const std::string& source() const { return source_; }
  int64_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }
  int64_t columns() const { return static_cast<int64_t>(columns_.size()); }
  const std::string& name(int64_t column) const { return at(column).name; }
  std::vector<std::string> names() const;

  bool contains(std::string_view name) const { return find(name) >= 0; }
  /// Position of the column called `name`; −1 when there is none.
  int64_t find(std::string_view name) const;
  /// As find, but throws Error that suggests the nearest name.
  int64_t index(std::string_view name) const;

  bool is_numeric(int64_t column) const { return at(column).is_numeric(); }
  /// The column's numbers, NaN where missing; throws Error at the place of the first field that is no number.
  Numbers numbers(int64_t column) const;
  bool is_missing(int64_t row, int64_t column) const;
  /// The column's fields; the column must be text.
  const TextColumn& text(int64_t column) const { return at(column).text; }
  /// The field as text, a number in its shortest form; empty where missing.
  std::string field(int64_t row, int64_t column) const;

  /// Line of the file on which the row starts, 1-based.
  int64_t line(int64_t row) const;
  /// "file:line:column" of a field, for messages; columns count from 1.
  std::string place(int64_t row, int64_t column) const;

 private:
  const Column& at(int64_t column) const { return columns_[static_cast<size_t>(column)]; }
  void add(Column column);
  bool are_named(std::span<const std::string> names) const;  // in this order
  void expect_columns(std::span<const std::string> names, const std::string& of) const;
  std::string source_;
  std::vector<Column> columns_;
  std::vector<LineMark> lines_;
  std::vector<SourceMark> sources_;  // of the rows that are not from source_
};

/// Shortest text that reads back as the same number.
std::string shortest(double number);
std::string shortest(float number);

/// The text for a message: control characters escaped, shortened past 60 bytes.
std::string on_one_line(std::string_view text);
/// The same in double quotes.
std::string quote(std::string_view text);

/// Member of `names` that a user may have meant by `name` (few letters changed, any case); empty when none is
/// near.
std::string_view nearest_name(std::string_view name, std::span<const std::string> names);

}  // namespace kette::data
