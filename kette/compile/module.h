// A graph on its way to a program, and how it is rewritten.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "kette/compile/passes.h"
#include "kette/graph/graph.h"
#include "kette/graph/update.h"

namespace kette {

/// What a program computes: `outputs` are kept readable, `updates` are carried out together at the end.
struct Module {
  std::unique_ptr<Graph> graph;
  std::vector<Value> outputs;
  std::vector<Update> updates;
};

/// A module of the nodes that outputs and updates need, copied into a graph of its own. Nodes in `given`
/// (named) become inputs of their name: what they are computed from is not needed.
Module prune(std::span<const Value> outputs, std::span<const Update> updates,
             std::span<const Value> given = {});
Module prune(const Module& module);

/// Cheaper forms of the same values, by local rules, operands first, until none applies; see passes() for the
/// rules.
Module simplify(const Module& module, PassLog& log);

/// Copies the needed nodes into a new graph, each as `rule(new graph, old node, new operands)` says; `given`
/// as for prune.
using RewriteRule = std::function<Value(Graph& graph, const Node& node, std::span<const Value> operands)>;
Module rewrite(std::span<const Value> outputs, std::span<const Update> updates, const RewriteRule& rule,
               std::span<const Value> given = {});

}  // namespace kette
