// How a table is to be read, and how it was found to be written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/encoding.h"

namespace kette::data {

/// How the fields of a text file are written.
struct Dialect {
  char delimiter = ',';  // ' ' stands for runs of blanks and tabs
  bool header = true;
  bool quotes = true;   // whether "…" holds delimiters and line ends, or quotes are ordinary characters
  bool padded = false;  // blanks stand around fields and are no part of them: `39, Private, 77516`
  char comment = '\0';  // what lines before the header begin with that are skipped; '\0' when there are none
  Encoding encoding = Encoding::utf8;
};

/// For people: `semicolon-separated, header line, UTF-8`.
std::string to_string(const Dialect& dialect);
std::string_view to_string(Encoding encoding);
/// `comma`, `tab`, …, or the character in quotes.
std::string delimiter_name(char delimiter);

enum class Format { csv, libsvm, npy, npz, idx };
enum class BadRows { fail, skip };

/// How numbers of a column are written: 1064.35, 1,064.35 or 1.064,35.
enum class NumberStyle { plain, thousands_commas, decimal_comma };

/// `number` by name: a text in that column is then an Error at its place, and nothing is guessed.
struct FixedColumn {
  std::string name;
  bool numeric = true;
  NumberStyle style = NumberStyle::plain;
};

/// A column by name, and whether it is text whatever it looks like.
struct WantedColumn {
  std::string name;
  bool is_text = false;
};

struct ReadOptions {
  std::optional<char> delimiter;  // absent: found out, as are header and format
  std::optional<bool> header;     // without one the columns are "column_1", "column_2", …
  std::optional<bool> quotes;
  std::optional<Format> format;
  /// Fields that stand for a missing one, also within quotes; blanks around and the case of ASCII letters do
  /// not matter.
  std::vector<std::string> missing = {"", "?", "NA", "N/A", "nan", "null"};
  /// What to do with a row that has another number of fields, or text behind a closing quote.
  BadRows bad_rows = BadRows::fail;
  std::vector<std::string> text_columns;  // kept as text whatever they look like
  /// Of delimited text, the columns that are of use: the fields of others are counted but not read, and
  /// missing throughout. Absent: all.
  std::optional<std::vector<WantedColumn>> wanted = {};
  std::vector<FixedColumn> types;  // of columns that must be as in an earlier file
  Threads* threads = nullptr;      // absent: the caller's thread only; the result is the same
  uint64_t most_unpacked_bytes = uint64_t{1} << 34;  // of a packed file: small ones can hold very many
};

}  // namespace kette::data
