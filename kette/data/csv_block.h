// A piece of a delimited text, parsed into the columns it holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kette/data/missing.h"
#include "kette/data/read_options.h"
#include "kette/data/table.h"

namespace kette::data {

/// What is made of a column's fields; those of a skipped one are only counted, for good where nobody wants
/// them.
enum class ColumnKind : uint8_t { number, text, skipped, unwanted };

/// What is the same for all blocks of a file.
struct BlockPlan {
  Dialect dialect;
  MissingFields missing{{}};
  std::vector<ColumnKind> kinds;  // of each column
  bool strict = false;            // a text in a column of numbers is an error
  bool row_major = false;         // how the block's numbers lie
  BadRows bad_rows = BadRows::fail;
};

struct BadRow {
  int64_t line = 0;   // 0 for the block's first
  size_t column = 0;  // 0 for the first
  std::string expected, found;
  bool quoting = false;  // it would be none if quotes were ordinary characters
};

/// The rows of a block.
struct Block {
  int64_t rows = 0;
  int64_t lines = 0;  // of the file, those within quotes among them
  /// Columns of numbers one behind the other, each `stride` ≥ rows apart; or row-major, a row for each
  /// `stride`.
  std::unique_ptr<double[]> numbers;
  size_t capacity = 0;  // of numbers
  size_t stride = 0;
  std::vector<TextColumn> texts;    // of every column; empty when it is no text
  std::vector<int64_t> first_text;  // row of the first field that is no number, −1 when there is none
  std::vector<LineMark> marks;      // lines count from 0 for the block's first
  std::optional<BadRow> error;      // where the parser stopped
  int64_t skipped = 0;              // bad rows
  std::optional<BadRow> first_skipped;
};

/// Replaces the block by the rows in [begin, end). Whole records, the last one with its line end; eight bytes
/// behind `end` must be readable. In a column of numbers nothing is kept from the first text on. Does not
/// throw but for want of memory.
void parse_block(const char* begin, const char* end, const BlockPlan& plan, Block& block);

}  // namespace kette::data
