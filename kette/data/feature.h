// How the columns of a table become the numbers of the matrix "features": the same for training and
// prediction.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/matrix.h"
#include "kette/data/read_options.h"
#include "kette/data/table.h"

namespace kette::data {

/// A column as a model reads it.
///
/// | kind     | in the matrix |
/// |----------|----------------------------------------------------------------------------------------------|
/// | number   | the number; NaN where missing | | category | its position among `categories` if it is one of
/// the first `kept`; else `kept` (any other), or `kept` + 1 (missing) | | date     | days since 1970-01-01
/// (NaN where missing); month 0–11 (12 where missing); weekday 0–6 from Monday (7); with a time of day: hour
/// 0–23 (24) | | words    | for each of `categories`: 1 if the text holds the word, else 0 |
struct Feature {
  enum class Kind : uint8_t { number, category, date, words };
  std::string name;
  Kind kind = Kind::number;
  /// Categories: `kept` that count for themselves, then rare ones that count as "any other". Words: the
  /// vocabulary.
  std::vector<std::string> categories = {};
  int64_t kept = 0;
  /// Categories, such as the words of a window: they are those of all features that say so, and so is their
  /// embedding.
  bool shared = false;
  std::string date_format = {};  // to_string(DateFormat)

  bool has_time() const;
  /// Columns of the matrix.
  int64_t width() const;
  friend bool operator==(const Feature&, const Feature&) = default;
};

std::string_view to_string(Feature::Kind kind);
/// Throws Error for any other text.
Feature::Kind parse_feature_kind(std::string_view text);

/// Columns of the matrix that these features fill.
int64_t total_width(std::span<const Feature> features);
std::vector<std::string> names_of(std::span<const Feature> features);

/// Categories of a column that the features do not know.
struct Unseen {
  std::string column;
  std::string example;
  int64_t rows = 0;
  std::string place;  // of the first
};

struct Encoded {
  Matrix matrix;  // f32 [rows, total_width], packed where all features are bytes in the table
  std::vector<Unseen> unseen;
};

/// Adds up what was met in one part of a table after the other.
void add_unseen(std::vector<Unseen>& all, const std::vector<Unseen>& more);

/// How encode() wants the columns to be read.
std::vector<WantedColumn> wanted_columns(std::span<const Feature> features);

/// Columns are found by name in any order, others ignored. Throws Error that names every missing column, or
/// the place of the first field that is no finite number, or no date, where one is needed. Numbers are
/// encoded on all `threads`.
Encoded encode(const Table& table, std::span<const Feature> features, Threads* threads = nullptr);

/// The words of a text, in lower case: runs of letters and digits (any byte of a UTF-8 sequence counts as a
/// letter).
std::vector<std::string> words_of(std::string_view text);

}  // namespace kette::data
