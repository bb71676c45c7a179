// Which columns of a table become features, and of what kind.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kette/data/dataset.h"

namespace kette::data {

struct FeatureChoice {
  std::vector<Feature> features;      // without categories and vocabularies, which fit_categories fills in
  std::vector<std::string> notes;     // one line for each column left out
  std::vector<std::string> warnings;  // one line each: columns of one value
};

/// By the rules of column_type.h, unless the options say otherwise: numbers, codes, categories, dates and
/// free text become features; columns without a value or of a single one, and identifiers, are left out
/// unless DatasetOptions::features names them. In large tables the kind of a number column is read off a
/// sample of its rows.
///
/// Throws Error for an unknown column, one in two contradicting roles, one that shares an
/// embedding and is no feature, a text in a column of numbers (with
/// its place and what can be done), and when nothing is left.
FeatureChoice choose_features(const Table& table, const DatasetOptions& options,
                              std::span<const std::string> targets);

/// Fills in the categories and vocabularies as found in the given rows. Those that are shared are of all
/// shared features together; one is as frequent as where it is most frequent. Features without any word to
/// look for are dropped; throws Error when nothing is left, and when not a single category is kept of those
/// that are shared.
void fit_categories(std::vector<Feature>& features, const Table& table, std::span<const int64_t> rows,
                    const DatasetOptions& options);

}  // namespace kette::data
