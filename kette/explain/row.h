// Tables of one row.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/read_options.h"
#include "kette/data/table.h"
#include "kette/model/model.h"

namespace kette {

/// One row of a table, with the place of its fields.
data::Table row_of(const data::Table& table, int64_t row);

/// Row number `row`, from 1, of the files; reads no further than needed. Throws Error when there are fewer.
data::Table read_row(std::span<const std::string> paths, int64_t row, const data::ReadOptions& options = {});

/// The row that a text means for a model whose columns are all texts: one word for each, or the whole text
/// for a single column. Throws Error when the number of words is another; `source` names the model.
data::Table row_of_words(const Schema& schema, std::string_view words, std::string_view source);

/// The row with another text in a column, which may be new; missing where it is empty.
data::Table with_field(const data::Table& row, std::string_view column, std::string_view field);

/// The row as the schema reads it: numbers where it asks for numbers, whatever other rows of the table hold.
data::Table with_types(const data::Table& row, const Schema& schema);

/// The parts of a text between separators, empty ones left out.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace kette
