// A graph on its way to a program, and the passes that rewrite it.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/graph/update.h"

namespace kette {

/// What a program computes: `outputs` are kept readable, `updates` are carried out together at the end.
struct Module {
  std::unique_ptr<Graph> graph;
  std::vector<Value> outputs;
  std::vector<Update> updates;
};

/// A rewriting of the graph that keeps the values of outputs and updates.
struct Pass {
  std::string_view name;
  Module (*run)(const Module&);
};

/// The passes in their order. (Common subexpressions need none: the graph interns.)
std::span<const Pass> passes();

/// A module of the nodes that outputs and updates need, copied into a graph of its own.
Module prune(std::span<const Value> outputs, std::span<const Update> updates);
Module prune(const Module& module);

/// Cheaper forms of the same values: x+0 → x, a transpose taken by a matmul, log softmax in one stable
/// operation, constants folded, broadcasts left to the operation that does them anyway …
Module simplify(const Module& module);

/// Copies the needed nodes into a new graph, each as `rule(new graph, old node, new operands)` says.
Module rewrite(std::span<const Value> outputs, std::span<const Update> updates,
               Value (*rule)(Graph& graph, const Node& node, std::span<const Value> operands));

}  // namespace kette
