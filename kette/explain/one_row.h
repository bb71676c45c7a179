// A graph applied to one row.
#pragma once

#include <span>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

/// Copies the nodes that `wanted` need into an empty graph, with N = 1: names, operations and their order
/// stay. Gives the copy of every node by its old id; an empty Value where it was not needed.
std::vector<Value> copy_for_one_row(const Graph& from, std::span<const Value> wanted, Graph& into);

/// Which of the nodes the values need, themselves included.
std::vector<bool> needed_by(const Graph& graph, std::span<const Value> values);

}  // namespace kette
