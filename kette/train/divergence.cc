#include "kette/train/divergence.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

/// Operations on float32 that a step computes, in topological order.
std::vector<Value> computed_nodes(const Network& network, const TrainingStep& step) {
  Graph& graph = *step.loss.graph;
  std::vector<bool> needed(static_cast<size_t>(graph.size()));
  needed[static_cast<size_t>(network.objective.training_loss.id)] = true;
  for (const Update& update : step.updates) needed[static_cast<size_t>(update.next.id)] = true;
  for (int id = graph.size() - 1; id >= 0; --id)
    if (needed[static_cast<size_t>(id)] && id != network.model.prepared.id)
      for (const int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
  std::vector<Value> nodes;
  for (int id = 0; id < graph.size(); ++id)
    if (needed[static_cast<size_t>(id)] && id != network.model.prepared.id &&
        graph.node(id).kind == NodeKind::operation &&
        graph.node(id).shape.dtype() == DType::f32)
      nodes.push_back(graph.value(id));
  return nodes;
}

/// The nearest named node that the unnamed one is computed for.
std::string named_consumer(const Graph& graph, int id, int last) {
  for (int next = id + 1; next <= last; ++next) {
    const std::vector<int>& inputs = graph.node(next).inputs;
    if (std::ranges::find(inputs, id) == inputs.end()) continue;
    if (!graph.node(next).name.empty()) return graph.node(next).name;
    id = next;
  }
  return "";
}

std::string describe(const TrainingStep& step, Value value) {
  const Graph& graph = *value.graph;
  for (const Update& update : step.updates)
    if (update.next == value) return fmt::format("parameter \"{}\"", graph.label(update.target.id));
  const Node& node = graph.node(value);
  if (!node.name.empty()) return fmt::format("node \"{}\" ({})", node.name, node.op->name);
  if (value.id > step.loss.id)
    return fmt::format("node %{} ({}, in the backward pass)", value.id, node.op->name);
  const std::string part_of = named_consumer(graph, value.id, step.loss.id);
  return part_of.empty()
             ? fmt::format("node %{} ({})", value.id, node.op->name)
             : fmt::format("node %{} ({}, on the way to \"{}\")", value.id, node.op->name, part_of);
}

}  // namespace

std::optional<NonFinite> find_non_finite(Network& network, const TrainingStep& step, Parameters& state,
                                         const Prepared& samples, const data::Batches& epoch, int64_t steps,
                                         const Schedule& schedule, int64_t first_step, Threads* threads) {
  const std::vector<Value> nodes = computed_nodes(network, step);
  DescentStep replay(network, step, state, samples, epoch.batch_size(), threads, nodes);
  replay.set_steps(first_step);
  for (int64_t t = 0; t < steps; ++t) {
    replay.run(epoch.step(t), schedule.at(first_step + t));
    for (size_t i = 0; i < nodes.size(); ++i) {
      const std::span<const float> values = replay.observed(i);
      const auto bad = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
      if (bad != values.end()) return NonFinite{t, describe(step, nodes[i]), *bad};
    }
  }
  return std::nullopt;
}

}  // namespace kette
