// Columns put together from the blocks of a delimited text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kette/data/byte_source.h"
#include "kette/data/csv_reader.h"
#include "kette/data/read.h"

namespace kette::data {

/// The columns of the blocks of one reader. Where a column that began with numbers turns out to be text, its
/// kind becomes skipped and its fields are lost: `turned` names it, for another pass.
class ColumnsOfBlocks {
 public:
  /// Room for which rows is made at the beginning.
  enum class Room { file, group };
  explicit ColumnsOfBlocks(const CsvReader& reader, Room room = Room::file);
  /// Adds the reader's present group.
  void append(CsvReader& reader, Threads* threads);

  int64_t rows() const { return rows_; }
  const std::vector<size_t>& turned() const { return turned_; }
  std::vector<Column>& columns() { return columns_; }
  std::vector<LineMark>& marks() { return marks_; }

 private:
  void reserve(const CsvReader& reader);
  void append_column(const CsvReader& reader, size_t c);
  std::vector<Column> columns_;
  std::vector<LineMark> marks_;
  std::vector<size_t> turned_;
  std::vector<size_t> slots_;  // how many columns of numbers stand before each in a block
  Room room_;
  int64_t rows_ = 0;
};

/// What was done to the file, one line each; `dropped` of its last columns were empty.
void add_notes(const CsvReader& reader, int64_t dropped, std::vector<std::string>& notes);

/// All of one delimited text.
TableFile read_delimited(Input& input, const ReadOptions& options);

/// Makes numbers of the text columns whose style is found out, or fixed by options.types; throws Error at
/// the first field that does not fit a fixed one. Returns the style of each column, and adds notes.
std::vector<NumberStyle> apply_number_styles(Table& table, const Dialect& dialect, const ReadOptions& options,
                                             std::vector<std::string>& notes);

}  // namespace kette::data
