// Comma-separated values [RFC 4180], read into columns and written back.
#pragma once

#include <string>
#include <string_view>

#include "kette/data/table.h"

namespace kette::data {

/// Reads a file with a header line: quoted fields, doubled quotes and line ends within quotes, line ends LF,
/// CRLF or CR, a leading byte order mark, an end without a line end. Blank lines are skipped, and blanks
/// around column names dropped. A quote inside an unquoted field is an ordinary character. A column is
/// numeric when every field is a finite number (blanks around it allowed), otherwise text.
///
/// Throws Error `file:line:column: expected …, found …` for an empty file, one without rows, a row with
/// another number of fields than the header, an empty or repeated column name, an unterminated quote, text
/// behind a closing quote, a NUL byte. `line` is that on which the row starts, `column` counts fields; both
/// from 1.
Table read_csv(const std::string& path);

/// The same for text in memory; `source` stands for the file's name in messages.
Table parse_csv(std::string_view text, std::string source);

/// The table as CSV, lines ending in LF, fields quoted only where they must be, numbers in their shortest
/// form that reads back the same. Reading the result gives the same table, unless a text column holds only
/// numbers.
std::string to_csv(const Table& table);

/// Writes to_csv(table) to the file, all or nothing (see write_file_atomically).
void write_csv(const Table& table, const std::string& path);

}  // namespace kette::data
