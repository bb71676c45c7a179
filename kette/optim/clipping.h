// Gradients kept short, so that one bad batch cannot throw the weights far away.
#pragma once

#include <span>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

/// The gradient of a looked-up table: a scatter_add of rows, which may repeat an index.
bool is_sparse(Value gradient);

/// ‖g‖ over all gradients together, a scalar; sparse ones count as the tables they stand for, at the cost of
/// their rows. At least one; of one element type.
Value global_norm(std::span<const Value> gradients);

/// Every gradient times min(1, limit/‖g‖), with limit > 0. Sparse ones stay sparse.
std::vector<Value> clipped_by_norm(std::span<const Value> gradients, double limit);

}  // namespace kette
