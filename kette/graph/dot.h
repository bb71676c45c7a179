// A graph as Graphviz text, drawn as in textbooks on computation graphs: operations are ovals, parameters
// shaded boxes, inputs without a frame, constants small and plain; under each label its dims, as N×20. Edges
// point upwards, from operands to results.
#pragma once

#include <string>

namespace kette {

class Graph;

/// Render with `dot -Tsvg`.
std::string dot(const Graph& graph);

}  // namespace kette
