// Preprocessing as nodes of the graph.
#pragma once

#include <span>
#include <string>
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
  std::vector<Parameter> embeddings;  // the tables, each once
};

/// The table of each embedded column, in their order: "E1", "E2", …, and "E" of all that share one.
std::vector<std::string> embedding_names(std::span<const data::Preparation> columns);

/// Embedded codes at the end of `prepared` replaced by the rows of their tables, whose names stand behind the
/// prefix; `prepared` itself where there are none. Where nothing but such rows goes in, they side by side are
/// the node "x" [Goldberg 2015, figure 2]. A second use with the same prefix shares the tables.
FirstInputs first_inputs(Value prepared, std::span<const data::Preparation> columns,
                         std::string_view prefix = "");

}  // namespace kette
