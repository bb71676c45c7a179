// The invariants of a graph, checked one by one: a net under whatever builds or rewrites graphs.
#pragma once

#include <span>

#include "kette/graph/graph.h"

namespace kette {

/// Throws Error naming the first node that breaks an invariant:
/// - operands come before the node, are as many as the operation takes, and its shape inference gives the
/// node's shape
/// - an operation has exactly the attributes of its definition, each of its type
/// - inputs and parameters have a name; parameters and constants no N; a constant has its value, of its shape
/// - a node has nothing that only other kinds have
/// - no two nodes have the same name, none begins with %; no two are the same operation or constant
void verify(std::span<const Node> nodes);

/// In addition, every named node is found by its name.
void verify(const Graph& graph);

}  // namespace kette
