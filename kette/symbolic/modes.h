// Forward and reverse mode side by side on one graph [Olah 2015, "Calculus on Computational Graphs"]: forward
// mode gives what one input does to every node, reverse mode what every node does to the result.
#pragma once

#include <vector>

#include "kette/symbolic/point.h"

namespace kette {

/// The factor ∂node/∂operand on one edge of the graph.
struct ModesEdge {
  Value operand;
  double slope = 0;
};

struct ModesRow {
  Value node;
  double value = 0;
  std::vector<ModesEdge> edges;  // to its operands, in their order
  std::vector<double> forward;   // ∂node/∂variable, for each variable
  double reverse = 0;            // ∂result/∂node
};

/// One row for each node that the result depends on, in topological order; constants left out. Slopes are
/// those of OpDef::partials. Scalar element-wise operations only; throws Error for others, and for an input
/// without a number.
std::vector<ModesRow> modes_at(Value result, const std::vector<Value>& variables, const Point& point);

}  // namespace kette
