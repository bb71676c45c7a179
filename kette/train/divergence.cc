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
        graph.node(id).kind == NodeKind::operation && graph.node(id).shape.dtype() == DType::f32)
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

/// The row of the batch that element `i` of a node belongs to.
std::optional<int64_t> row_of(Value node, size_t i, size_t elements, std::span<const int64_t> rows) {
  if (!node.shape().has_batch()) return std::nullopt;
  return rows[i / (elements / rows.size())];
}

}  // namespace

std::optional<NonFinite> find_non_finite(const Network& network, const TrainingStep& step,
                                         const Program::Storage& storage, const Prepared& samples,
                                         const Replay& replay, Threads* threads) {
  const std::vector<Value> nodes = computed_nodes(network, step);
  DescentStep descent(network, step, storage, samples, replay.epoch.batch_size(), threads, nodes);
  descent.set_steps(replay.steps_before);
  for (int64_t t = replay.begin; t < replay.end; ++t) {
    const std::span<const int64_t> rows = replay.epoch.step(t);
    descent.run(rows, replay.rate_at(replay.steps_before + t - replay.begin));
    for (size_t n = 0; n < nodes.size(); ++n) {
      const std::span<const float> values = descent.observed(n);
      const auto bad = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
      if (bad == values.end()) continue;
      const auto at = static_cast<size_t>(bad - values.begin());
      return NonFinite{t, describe(step, nodes[n]), *bad, row_of(nodes[n], at, values.size(), rows)};
    }
  }
  return std::nullopt;
}

}  // namespace kette
