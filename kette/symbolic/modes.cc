#include "kette/symbolic/modes.h"

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/graph/op_def.h"

namespace kette {

std::vector<ModesRow> modes_at(Value result, const std::vector<Value>& variables, const Point& point) {
  Graph& graph = *result.graph;
  const auto count = static_cast<size_t>(result.id) + 1;
  std::vector<bool> needed(count, false);
  needed.back() = true;
  for (int id = result.id; id >= 0; --id)
    if (needed[static_cast<size_t>(id)])
      for (int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;

  // All local derivatives as nodes first, so that one pass of the interpreter gives their numbers.
  std::vector<Value> wanted = {result};
  std::vector<std::vector<Value>> partials(count);
  for (int id = 0; id <= result.id; ++id) {
    if (!needed[static_cast<size_t>(id)] || graph.node(id).kind != NodeKind::operation) continue;
    const OpDef& op = *graph.node(id).op;
    if (!op.partials) fail("[modes] {} is not an element-wise operation of scalars", op.name);
    const Attributes attributes = graph.node(id).attributes;
    std::vector<Value> x;
    for (int input : graph.node(id).inputs) x.push_back(graph.value(input));
    partials[static_cast<size_t>(id)] = op.partials({x, graph.value(id), attributes});
    for (const Value& partial : partials[static_cast<size_t>(id)])
      if (partial) wanted.push_back(partial);
  }
  const std::vector<Reference> values = interpret(graph, wanted, bindings_of(point));
  const auto number = [&](Value x) { return x ? values[static_cast<size_t>(x.id)].values[0] : 0.0; };

  std::vector<ModesRow> rows(count);
  for (int id = 0; id <= result.id; ++id) {
    if (!needed[static_cast<size_t>(id)]) continue;
    ModesRow& row = rows[static_cast<size_t>(id)];
    row.node = graph.value(id);
    row.value = number(row.node);
    row.forward.resize(variables.size(), 0);
    for (size_t v = 0; v < variables.size(); ++v) row.forward[v] = variables[v].id == id ? 1 : 0;
    for (size_t i = 0; i < partials[static_cast<size_t>(id)].size(); ++i) {
      const Value operand = graph.value(graph.node(id).inputs[i]);
      const double slope = number(partials[static_cast<size_t>(id)][i]);
      row.edges.push_back({operand, slope});
      for (size_t v = 0; v < variables.size(); ++v)
        if (const double t = rows[static_cast<size_t>(operand.id)].forward[v]; t != 0)
          row.forward[v] += slope * t;
    }
  }
  rows.back().reverse = 1;
  for (int id = result.id; id >= 0; --id) {
    const ModesRow& row = rows[static_cast<size_t>(id)];
    if (row.reverse == 0) continue;
    for (const ModesEdge& edge : row.edges)
      rows[static_cast<size_t>(edge.operand.id)].reverse += row.reverse * edge.slope;
  }
  std::erase_if(rows, [&](const ModesRow& row) {
    return !row.node || graph.node(row.node).kind == NodeKind::constant;
  });
  return rows;
}

}  // namespace kette
