// Differentiation as graph → graph transforms: the derivative's nodes are appended to the same graph, built
// from the same operations, so they can be printed, compiled, exported and differentiated again.
#pragma once

#include <span>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

/// Reverse mode: the gradient of a loss (one element) with respect to each of `wrt` (inputs, parameters or
/// any other nodes), each of its operand's shape. A value that the loss does not depend on has an all-zero
/// gradient. The gradient of a looked-up table is a `scatter_add` node, which optimisers apply to the rows
/// concerned only. Throws Error when the loss has more than one element.
std::vector<Value> gradient(Value loss, std::span<const Value> wrt);
inline std::vector<Value> gradient(Value loss, std::initializer_list<Value> wrt) {
  return gradient(loss, std::span<const Value>(wrt.begin(), wrt.size()));
}

/// Vector–Jacobian product: as gradient(), for a `y` of any shape and a cotangent of y's shape.
std::vector<Value> vjp(Value y, std::span<const Value> wrt, Value cotangent);

/// One step of it: what the operation y passes on to each of its operands, of their shapes, when it is given
/// the cotangent `g`. An empty Value is zero.
std::vector<Value> cotangents(Value y, Value g);

/// Forward mode, the Jacobian–vector product: how y changes when each wrt[i] changes in the direction
/// tangents[i] (of the same shape). Of y's shape.
Value jvp(Value y, std::span<const Value> wrt, std::span<const Value> tangents);

}  // namespace kette
