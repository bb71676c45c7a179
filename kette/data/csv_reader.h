// A delimited text, read in groups of blocks that are parsed on all threads.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/byte_source.h"
#include "kette/data/csv_block.h"
#include "kette/data/encoding.h"
#include "kette/data/read_options.h"
#include "kette/data/sniff.h"

namespace kette::data {

/// Thrown where a text is broken only if quotes are syntax.
class BrokenQuotes : public Error {
 public:
  using Error::Error;
};

/// Memory does not grow with the file: two buffers of a few megabytes, and the numbers of one of them. While
/// one buffer is parsed the next is filled. Blocks do not depend on the number of threads.
class CsvReader {
 public:
  /// Reads the beginning: dialect, names, and the kinds of columns as far as it shows them.
  CsvReader(std::unique_ptr<ByteSource> bytes, std::string name, const ReadOptions& options);
  ~CsvReader();

  /// The encoding is that of the text so far.
  Dialect dialect() const {
    Dialect dialect = plan_.dialect;
    dialect.encoding = text_.encoding();
    return dialect;
  }
  const std::vector<std::string>& names() const { return names_; }
  /// Columns without a name behind the last one with a name.
  size_t nameless() const { return nameless_; }
  const std::vector<std::string>& notes() const { return notes_; }
  /// Positions of the columns that have no name in the header.
  const std::vector<size_t>& unnamed() const { return unnamed_; }
  std::vector<ColumnKind>& kinds() { return plan_.kinds; }
  ColumnKind kind(size_t column) const { return plan_.kinds[column]; }

  /// Parses the next group; false when there is none. Throws Error `file:line:column: expected …, found …`
  /// for the first bad row.
  bool next();
  /// Parses the present group again, after a change of kinds.
  void parse_again();
  /// From now on a text in a column of numbers is an Error.
  void fix_kinds() { plan_.strict = true; }
  /// How the numbers of the blocks of the groups that follow lie, see Block.
  void set_row_major(bool row_major) { plan_.row_major = row_major; }
  bool is_row_major() const { return plan_.row_major; }

  [[noreturn]] void fail_without_rows() const;

  /// The blocks of the present group.
  std::span<const Block> blocks() const { return {blocks_.data(), pieces_.size()}; }
  /// The line of the file on which the present group starts.
  int64_t first_line() const { return group_line_; }
  /// Rows of the file as the present group lets expect; 0 when its size is not known.
  int64_t expected_rows() const;
  /// Bad rows up to the end of the present group, and a line on the first.
  int64_t skipped() const { return skipped_; }
  std::string first_skipped() const;

 private:
  struct Buffer;
  struct Piece {
    const char *begin, *end;
  };
  void fill(Buffer& buffer);
  void read_header();
  void name_columns(std::vector<std::string> header);
  void guess_kinds(const ReadOptions& options);
  bool cut_group();
  void parse_pieces(Buffer* to_fill);
  void check_blocks();
  [[noreturn]] void fail_at(int64_t line, size_t column, std::string_view expected, std::string_view found,
                            bool quoting) const;
  [[noreturn]] void fail_in_encoding() const;

  std::string name_;
  Threads* threads_;
  Utf8Text text_;
  int64_t size_;  // of the file, −1 when unknown
  BlockPlan plan_;
  std::vector<std::string> names_, notes_;
  size_t nameless_ = 0;
  std::vector<size_t> unnamed_;
  std::unique_ptr<Buffer> present_, ahead_;
  std::exception_ptr reading_failed_;  // thrown when the blocks before are through
  std::vector<Piece> pieces_;
  std::vector<Block> blocks_;
  int64_t group_line_ = 1;  // of the present group's first line
  int64_t next_line_ = 1;   // of that behind it
  int64_t rows_ = 0;        // before the present group
  int64_t skipped_ = 0;
  std::optional<BadRow> first_skipped_;  // its line counts from 1, in the file
};

}  // namespace kette::data
