#include "kette/explain/trace.h"

#include <algorithm>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/compile/program.h"
#include "kette/explain/needed.h"
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {
namespace {

std::vector<int> leaves_of(const Graph& graph, std::span<const Value> values) {
  const std::vector<bool> needed = needed_by(graph, values);
  std::vector<int> leaves;
  for (int id = 0; id < graph.size(); ++id)
    if (needed[static_cast<size_t>(id)] && graph.node(id).inputs.empty()) leaves.push_back(id);
  return leaves;
}

void set_inputs(Program& program, const Subject& subject, std::span<const int> leaves) {
  for (const int id : leaves) {
    const Node& node = subject.graph->node(id);
    if (node.kind == NodeKind::input && subject.inputs.contains(node.name))
      program.set(node.name, subject.inputs.at(node.name));
  }
}

/// What gradient() gives where the loss does not depend on a value.
bool is_zero(Value gradient) {
  const Graph& graph = *gradient.graph;
  const Node* node = &graph.node(gradient);
  if (node->op == &kBroadcast) node = &graph.node(node->inputs[0]);
  return node->kind == NodeKind::constant && node->value->size() > 0 && node->value->at(0) == 0;
}

}  // namespace

Backward backward_of(Subject& subject, std::span<const int> nodes) {
  if (!subject.loss) fail("{}: has no loss to differentiate", subject.source);
  Graph& graph = *subject.graph;
  if (subject.backward_from < 0) subject.backward_from = graph.size();
  gradient(subject.loss, subject.trained);  // first, so that training's nodes come in training's order
  std::vector<Value> wrt;
  for (const int id : nodes)
    if (is_float(graph.node(id).shape.dtype()) && graph.node(id).kind != NodeKind::constant)
      wrt.push_back(graph.value(id));
  const std::vector<Value> gradients = gradient(subject.loss, wrt);
  Backward backward;
  for (size_t i = 0; i < wrt.size(); ++i)
    if (!is_zero(gradients[i])) backward.gradient.emplace(wrt[i].id, gradients[i]);
  for (const auto& [id, gradient] : backward.gradient)
    if (graph.node(id).kind == NodeKind::operation)
      backward.parts.emplace(id, cotangents(graph.value(id), gradient));
  return backward;
}

std::map<int, Tensor> values_of(const Subject& subject, std::span<const int> nodes) {
  const Graph& graph = *subject.graph;
  std::map<int, Tensor> values;
  std::vector<Value> computed;
  std::vector<Value> all;
  for (const int id : nodes) all.push_back(graph.value(id));
  const std::vector<int> leaves = leaves_of(graph, all);
  expect_bound(subject, leaves);
  for (const int id : nodes) {
    const Node& node = graph.node(id);
    if (values.contains(id)) continue;
    if (node.kind == NodeKind::input)
      values.emplace(id, subject.inputs.at(node.name));
    else if (node.kind == NodeKind::parameter)
      values.emplace(id, subject.parameters.at(node.name));
    else if (node.kind == NodeKind::constant)
      values.emplace(id, *node.value);
    else {
      values.emplace(id, Tensor());
      computed.push_back(graph.value(id));
    }
  }
  if (computed.empty()) return values;
  Parameters parameters = subject.parameters;
  Program program(computed, {}, [&](std::string_view name) { return parameters.find(name); });
  set_inputs(program, subject, leaves_of(graph, computed));
  program.run();
  for (size_t i = 0; i < computed.size(); ++i)
    values.insert_or_assign(computed[i].id, program.output_tensor(i));
  return values;
}

Descent descend(Subject& subject, double learning_rate) {
  if (!subject.loss) fail("{}: has no loss to make small", subject.source);
  Descent descent{.parameters = subject.parameters};
  const std::vector<int> leaves = leaves_of(*subject.graph, std::vector{subject.loss});
  expect_bound(subject, leaves);
  const TrainingStep step = training_step(subject.loss, subject.trained, {&kSgd});
  Program program(std::vector{subject.loss}, step.updates,
                  [&](std::string_view name) { return descent.parameters.find(name); });
  Tensor rate(step.learning_rate.shape());
  rate.set(0, learning_rate);
  program.set(step.learning_rate.name(), rate);
  set_inputs(program, subject, leaves);
  program.run();
  const auto loss = [&] { return program.output_tensor(0).at(0); };
  descent.loss_before = loss();
  Program after(std::vector{subject.loss}, {},
                [&](std::string_view name) { return descent.parameters.find(name); });
  set_inputs(after, subject, leaves);
  after.run();
  descent.loss_after = after.output_tensor(0).at(0);
  return descent;
}

}  // namespace kette
