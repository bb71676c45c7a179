// The part of a graph that some values need, for one row.
#pragma once

#include <span>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

/// Copies the nodes that `wanted` need into an empty graph, with N = `batch` (kBatch leaves it open): names,
/// operations and their order stay. Gives the copy of every node by its old id; an empty Value where it was
/// not needed.
/// `given`: nodes that become inputs "given 0", "given 1", …; what they are computed from is not needed.
std::vector<Value> copy_needed(const Graph& from, std::span<const Value> wanted, Graph& into, int64_t batch,
                               std::span<const Value> given = {});

/// Which of the nodes the values need, themselves included; `given` ones need nothing.
std::vector<bool> needed_by(const Graph& graph, std::span<const Value> values,
                            std::span<const Value> given = {});

}  // namespace kette
