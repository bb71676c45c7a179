// Preprocessing as nodes of the graph.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kette/data/preparation.h"
#include "kette/graph/graph.h"
#include "kette/nn/parameters.h"

namespace kette {

/// Appends what `columns` (one for each column of the matrix) say to features [N, columns] → the node
/// "prepared" [N, width]: numbers, indicators and one-hot columns first, then the codes of embedded
/// categories. Several preparations of the same features stand side by side.
Value add_preparation(Value features, std::span<const std::vector<data::Preparation>> preparations);

/// The part of `prepared` that preparation number `i` gives.
Value preparation_part(Value prepared, std::span<const std::vector<data::Preparation>> preparations,
                       size_t i);

struct FirstInputs {
  Value inputs;                       // [N, width]: what the first layer sees
  std::vector<Parameter> embeddings;  // tables "E1", "E2", … behind the prefix
};

/// Embedded codes at the end of `prepared` replaced by the rows of their tables; `prepared` itself where
/// there are none. A second use with the same prefix shares the tables.
FirstInputs first_inputs(Value prepared, std::span<const data::Preparation> columns,
                         std::string_view prefix = "");

}  // namespace kette
