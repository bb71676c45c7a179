// From a trained graph to one that only predicts.
#include "kette/ops/ops.h"
#include "kette/source/c_graph.h"

namespace kette {
namespace {

Module with_constants(const Module& module, const Parameters& parameters) {
  const Graph& old = *module.graph;
  Module result{.graph = std::make_unique<Graph>()};
  Graph& graph = *result.graph;
  std::vector<Value> copies, operands;
  for (const Node& node : old.nodes()) {
    operands.clear();
    for (const int input : node.inputs) operands.push_back(copies[static_cast<size_t>(input)]);
    Value copy;
    if (node.kind == NodeKind::input)
      copy = graph.input(node.name, node.shape);
    else if (node.kind == NodeKind::parameter)
      copy = graph.constant(parameters.at(node.name));
    else if (node.kind == NodeKind::constant)
      copy = graph.constant(*node.value);
    else
      copy = graph.apply(*node.op, operands, node.attributes);
    if (!node.name.empty() && graph.node(copy).name.empty() && !graph.find(node.name))
      graph.name(copy, node.name);
    copies.push_back(copy);
  }
  for (const Value& output : module.outputs) result.outputs.push_back(copies[static_cast<size_t>(output.id)]);
  return result;
}

Tensor transposed(const Tensor& x) {
  const int64_t rows = x.shape()[0], columns = x.shape()[1];
  Tensor result(Shape({columns, rows}, x.dtype()));
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) result.set(j * rows + i, x.at(i * columns + j));
  return result;
}

/// Weights [in, out], so that the inner loop over outputs reads them one after the other.
Value with_weights_in_order(Graph& graph, const Node& node, std::span<const Value> operands) {
  const Node* weights = node.op == &kMatmul ? &graph.node(operands[1]) : nullptr;
  if (!weights || weights->kind != NodeKind::constant || node.attributes.integer("transpose_b") == 0)
    return graph.apply(*node.op, operands, node.attributes);
  const std::string name = weights->name;
  std::vector<Value> x(operands.begin(), operands.end());
  x[1] = graph.constant(transposed(*weights->value));
  if (!name.empty() && graph.node(x[1]).name.empty()) graph.name(x[1], name + "_transposed");
  Attributes attributes = node.attributes;
  attributes.set("transpose_b", int64_t{0});
  return graph.apply(*node.op, x, attributes);
}

}  // namespace

Module frozen(std::span<const Value> outputs, const Parameters& parameters, std::span<const Value> given) {
  PassLog log;
  const Module simple = simplify(with_constants(prune(outputs, {}, given), parameters), log);
  return rewrite(simple.outputs, {}, with_weights_in_order);
}

}  // namespace kette
