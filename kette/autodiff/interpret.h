// The reference interpreter: every node in float64 by its operation's reference, one after the other. Slow,
// simple, and the oracle for everything that computes faster.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "kette/graph/op_def.h"

namespace kette {

/// Values of inputs and parameters by name, of any element type. Dims must equal the leaf's with N bound to
/// the same batch size everywhere.
using Bindings = std::map<std::string, Tensor>;

/// The batch size that the bindings give to N; 1 when no bound input has the dim N. Throws Error when two
/// disagree, or when a binding's dims do not fit.
int64_t batch_of(const Graph& graph, const Bindings& bindings);

/// Values of all nodes that `wanted` need, by id (the others stay empty). Throws Error naming an unbound
/// leaf.
std::vector<Reference> interpret(const Graph& graph, std::span<const Value> wanted, const Bindings& bindings);

/// One operation: fills `out.values`, already of the right size for its concrete shape.
void interpret_node(const Node& node, std::span<const Reference* const> in, Reference& out);

/// The value of one node.
Reference interpret(Value wanted, const Bindings& bindings);

}  // namespace kette
