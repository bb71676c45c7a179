// The columns of a table as generated code takes them, and how it makes the matrix row "features" of them:
// the same as data::encode does.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/feature.h"

namespace kette {

/// A member of the struct that holds a row.
struct CColumn {
  const data::Feature* feature;
  std::string member;  // its name, distinct
  /// "float" for numbers and for categories that are numbers ("double" where float cannot tell them apart);
  /// else "const char*".
  std::string_view type;
};
/// The features must outlive the result.
std::vector<CColumn> c_columns(std::span<const data::Feature> features);

/// More than 32 columns, all of them numbers: a row is then an array, not a struct.
bool are_an_array(std::span<const data::Feature> features);

/// How names stand in the language: what is before the definition of an inner function, before its name there
/// and where it is called from outside, and before a member of the row.
struct CNames {
  std::string_view head, prefix, call, row;
};

/// Definitions of the inner functions that c_encoding's statements call.
std::string c_encoding_functions(std::span<const data::Feature> features, const CNames& names);

/// Statements that fill `features` from the row, or return the number, from 1 on, of a column that holds an
/// infinite number or a text that is no date.
std::string c_encoding(std::span<const CColumn> columns, const CNames& names);

/// A few words on a column, for a comment: `"built": date YYYY-MM-DD`.
std::string c_description(const data::Feature& feature);

}  // namespace kette
