// Tables from files as they are in the world: delimited text of any dialect, LibSVM, NPY, NPZ and IDX, packed
// with gzip or not.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/read_options.h"
#include "kette/data/table.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

struct TableFile {
  Table table;
  Format format = Format::csv;
  Dialect dialect;                 // of the first file
  int64_t skipped_rows = 0;        // see ReadOptions::bad_rows
  std::vector<std::string> notes;  // what was done that the reader might not expect, one line each
};

/// Reads one or more files, the rows of one behind those of the other; "-" is standard input. What the
/// options leave open is found out from the content. Files must have the same columns, in any order; a column
/// that is text in one of them is text. IDX images go with the labels beside them (train-images-idx3-ubyte,
/// train-labels-idx1-ubyte), or with a file of labels behind them in `paths`.
///
/// A row must have as many fields as the header. Blank lines, rows of delimiters only, and comment lines (#)
/// before the header are skipped; nameless empty columns at the end are dropped; a repeated name gets a
/// number. A column is numeric when every field that is not missing is a number, also with thousands commas
/// or decimal commas throughout. Text is kept as it is written, but for blanks around it where fields are
/// padded with them.
///
/// Throws Error `file:line:column: expected …, found …`, counting lines of the file and fields, both from 1;
/// for other formats and packed data `file: …` with the byte.
TableFile read_table(std::span<const std::string> paths, const ReadOptions& options = {});
TableFile read_table(const std::string& path, const ReadOptions& options = {});

/// The same for a file's bytes in memory; `source` stands for its name in messages, and its ending counts.
TableFile parse_table(std::string_view bytes, std::string source, const ReadOptions& options = {});

/// The rows of text files in blocks of some megabytes, for files larger than memory. The first block decides
/// the columns' types: a text in a column of numbers is later an Error at its place (see
/// ReadOptions::text_columns). Files of other formats come as one block each.
class TableReader {
 public:
  explicit TableReader(std::vector<std::string> paths, ReadOptions options = {});
  ~TableReader();
  TableReader(TableReader&&) noexcept;
  TableReader& operator=(TableReader&&) noexcept;

  /// The next rows; nothing at the end. Every table has the columns of the first, in its order.
  std::optional<Table> next();
  /// The next rows of these columns, which must be numbers in the whole file, as f32 [rows, columns]; nothing
  /// at the end. Faster than by way of a table. Throws Error at the place of a field that is no number, or
  /// none within ±3.4e38, and for a column that is not there.
  std::optional<Tensor> next_numbers(std::span<const std::string> columns);
  /// How the present file is written, and what was done up to now.
  const Dialect& dialect() const;
  int64_t skipped_rows() const;
  const std::vector<std::string>& notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kette::data
