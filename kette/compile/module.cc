#include "kette/compile/module.h"

#include "kette/base/error.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

const Graph& graph_of(std::span<const Value> outputs, std::span<const Update> updates) {
  const Graph* graph = !outputs.empty()   ? outputs.front().graph
                       : !updates.empty() ? updates.front().next.graph
                                          : nullptr;
  if (!graph) fail("[compile] a program needs an output or an update");
  for (const Value& v : outputs)
    if (v.graph != graph) fail("[compile] the outputs belong to different graphs");
  for (const Update& u : updates) {
    if (u.target.graph != graph || u.next.graph != graph)
      fail("[compile] the updates belong to different graphs");
    const Node& target = graph->node(u.target);
    if (target.kind != NodeKind::parameter)
      fail("[compile] \"{}\" cannot be updated; it is not a parameter", graph->label(u.target.id));
    if (target.shape != u.next.shape())
      fail("[compile] the update of \"{}\" is {}; expected {}", target.name, to_string(u.next.shape()),
           to_string(target.shape));
  }
  return *graph;
}

/// Which nodes of the graph are given.
std::vector<bool> marked(const Graph& graph, std::span<const Value> given) {
  std::vector<bool> marks(static_cast<size_t>(graph.size()), false);
  for (const Value& v : given) {
    if (v.graph != &graph) fail("[compile] a given node belongs to another graph");
    if (graph.node(v).name.empty()) fail("[compile] the given node {} has no name", graph.label(v.id));
    marks[static_cast<size_t>(v.id)] = true;
  }
  return marks;
}

Value copy_leaf(Graph& graph, const Node& node) {
  switch (node.kind) {
    case NodeKind::input:
      return graph.input(node.name, node.shape);
    case NodeKind::parameter:
      return graph.parameter(node.name, node.shape);
    default:
      return graph.constant(*node.value);
  }
}

Value copy_operation(Graph& graph, const Node& node, std::span<const Value> operands) {
  return graph.apply(*node.op, operands, node.attributes);
}

}  // namespace

Module rewrite(std::span<const Value> outputs, std::span<const Update> updates, const RewriteRule& rule,
               std::span<const Value> given) {
  const Graph& old = graph_of(outputs, updates);
  const std::vector<bool> is_given = marked(old, given);
  std::vector<bool> needed(static_cast<size_t>(old.size()), false);
  for (const Value& v : outputs) needed[static_cast<size_t>(v.id)] = true;
  for (const Update& u : updates)
    needed[static_cast<size_t>(u.target.id)] = needed[static_cast<size_t>(u.next.id)] = true;
  for (int id = old.size() - 1; id >= 0; --id)
    if (needed[static_cast<size_t>(id)] && !is_given[static_cast<size_t>(id)])
      for (int input : old.node(id).inputs) needed[static_cast<size_t>(input)] = true;

  Module result{.graph = std::make_unique<Graph>()};
  Graph& graph = *result.graph;
  std::vector<Value> copy(static_cast<size_t>(old.size()));
  std::vector<Value> operands;
  for (int id = 0; id < old.size(); ++id) {
    if (!needed[static_cast<size_t>(id)]) continue;
    const Node& node = old.node(id);
    Value& made = copy[static_cast<size_t>(id)];
    if (is_given[static_cast<size_t>(id)]) {
      made = graph.input(node.name, node.shape);
    } else if (node.kind == NodeKind::operation) {
      operands.clear();
      for (int input : node.inputs) operands.push_back(copy[static_cast<size_t>(input)]);
      made = rule(graph, node, operands);
      if (made.shape() != node.shape)
        fail("[compile] {} became {} where {} was", node.op->name, to_string(made.shape()),
             to_string(node.shape));
    } else {
      made = copy_leaf(graph, node);
    }
    if (!node.name.empty() && graph.node(made).name.empty() && !graph.find(node.name))
      graph.name(made, node.name);
  }
  for (const Value& v : outputs) result.outputs.push_back(copy[static_cast<size_t>(v.id)]);
  for (const Update& u : updates)
    result.updates.push_back({copy[static_cast<size_t>(u.target.id)], copy[static_cast<size_t>(u.next.id)]});
  return result;
}

Module prune(std::span<const Value> outputs, std::span<const Update> updates, std::span<const Value> given) {
  return rewrite(outputs, updates, copy_operation, given);
}
Module prune(const Module& module) { return prune(module.outputs, module.updates); }

}  // namespace kette
