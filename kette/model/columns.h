// Columns of a model that knows them by position only.
#pragma once

#include <string_view>

#include "kette/data/table.h"
#include "kette/model/model.h"

namespace kette {

/// Gives the columns of a schema by_position the names that they have in the table; other schemas stay as
/// they are. Where the table has columns of the schema's own names, those it is. Else the features are the
/// other columns in their order, and the targets those named `target` (several: a,b), or without a name the
/// schema's target if the table has it, or as many as are left at the end.
///
/// Throws Error when the numbers of columns do not fit. `needs_targets`: the table must hold them.
void take_column_names(Schema& schema, const data::Table& table, std::string_view target, bool needs_targets);

}  // namespace kette
