// Which results need memory of their own, and which updates can overwrite their parameter as they are
// computed.
#include <set>

#include "kette/compile/plan.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// For every node, the groups that read its memory.
std::vector<std::vector<int>> readers(const CompiledGraph& compiled, const std::vector<int>& group_of) {
  const Graph& graph = *compiled.module.graph;
  std::vector<std::vector<int>> result(static_cast<size_t>(graph.size()));
  for (int id = 0; id < graph.size(); ++id) {
    const int group = group_of[static_cast<size_t>(id)];
    if (group < 0) continue;
    for (int input : graph.node(id).inputs)
      result[static_cast<size_t>(compiled.source(input))].push_back(group);
  }
  return result;
}

/// May this group write the result `id` straight over the parameter `target`?
bool may_overwrite(const CompiledGraph& compiled, const Group& group, int group_index, int id, int target,
                   const std::vector<int>& readers_of_target) {
  const Graph& graph = *compiled.module.graph;
  for (int reader : readers_of_target)
    if (reader > group_index) return false;
  if (group.head == id) return graph.node(id).op == &kAssignRows && graph.node(id).inputs[0] == target;
  if (group.head >= 0)
    for (int input : graph.node(group.head).inputs)
      if (compiled.source(input) == target) return false;
  for (int map : group.maps) {
    const Node& node = graph.node(map);
    for (int input : node.inputs) {
      if (compiled.source(input) != target) continue;
      // Element i may be read up to the moment element i is written, and not be repeated over others.
      if (map > id || !graph.node(input).shape.same_dims(node.shape)) return false;
    }
  }
  return true;
}

}  // namespace

int CompiledGraph::source(int id) const {
  while (module.graph->node(id).op && module.graph->node(id).op->is_view)
    id = module.graph->node(id).inputs[0];
  return id;
}

Placement place_results(const CompiledGraph& compiled) {
  const Graph& graph = *compiled.module.graph;
  const auto nodes = static_cast<size_t>(graph.size());
  Placement result{
      std::vector<bool>(nodes, false), std::vector<int>(nodes, -1), std::vector<int>(nodes, -1), {}, {}};
  for (size_t g = 0; g < compiled.groups.size(); ++g) {
    const Group& group = compiled.groups[g];
    if (group.head >= 0) result.group_of[static_cast<size_t>(group.head)] = static_cast<int>(g);
    for (int id : group.maps) result.group_of[static_cast<size_t>(id)] = static_cast<int>(g);
  }
  const auto read_by = readers(compiled, result.group_of);
  for (size_t id = 0; id < nodes; ++id)
    for (int reader : read_by[id])
      if (reader != result.group_of[id]) result.kept[id] = true;
  std::set<int> shown;  // after the step: as an output, or as another parameter's new value
  for (const Value& output : compiled.module.outputs) shown.insert(compiled.source(output.id));
  for (const Update& update : compiled.module.updates) shown.insert(compiled.source(update.next.id));
  for (int id : shown) result.kept[static_cast<size_t>(id)] = true;
  for (size_t i = 0; i < compiled.module.updates.size(); ++i) {
    const Update& update = compiled.module.updates[i];
    const int id = compiled.source(update.next.id), target = update.target.id;
    const int group = result.group_of[static_cast<size_t>(id)];
    if (shown.contains(target)) result.saved.push_back(target);
    const bool in_place = compiled.passes->on("overwrite") && group >= 0 &&
                          result.in_place[static_cast<size_t>(id)] < 0 &&
                          may_overwrite(compiled, compiled.groups[static_cast<size_t>(group)], group, id,
                                        target, read_by[static_cast<size_t>(target)]);
    if (in_place) {
      result.in_place[static_cast<size_t>(id)] = target;
      compiled.passes->count("overwrite", 1);
    } else {
      result.copied.push_back(i);
    }
  }
  return result;
}

}  // namespace kette
