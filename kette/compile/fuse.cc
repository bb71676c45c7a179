#include "kette/compile/fuse.h"

#include <algorithm>
#include <queue>
#include <set>

#include "kette/graph/op_def.h"

namespace kette {
namespace {

/// Groups under construction. A group runs as a whole, so merging two is legal only if no path leads from one
/// through a third to the other.
class Grouping {
 public:
  explicit Grouping(const Module& module)
      : graph_(*module.graph), of_(static_cast<size_t>(graph_.size()), -1) {
    users_.resize(static_cast<size_t>(graph_.size()));
    const std::vector<bool> is_static = static_nodes(graph_);
    for (int id = 0; id < graph_.size(); ++id) {
      const Node& node = graph_.node(id);
      if (node.kind != NodeKind::operation || is_static[static_cast<size_t>(id)]) continue;
      for (int input : node.inputs) users_[static_cast<size_t>(source(input))].push_back(id);
      if (node.op->is_view) continue;
      of_[static_cast<size_t>(id)] = static_cast<int>(groups_.size());
      Group group;
      (node.op->is_elementwise() ? group.maps.emplace_back() : group.head) = id;
      groups_.push_back(group);
    }
    // What a view is read by, its source is read by.
    for (int id = graph_.size() - 1; id >= 0; --id)
      if (is_view(id)) {
        auto& to = users_[static_cast<size_t>(source(id))];
        std::erase(to, id);
      }
    for (const Update& update : module.updates) updated_.insert(source(update.next.id));
  }

  /// An element-wise operation joins the group that alone reads it; so does a general operation as that
  /// group's head.
  void sink() {
    for (int id = graph_.size() - 1; id >= 0; --id) {
      if (group(id) < 0) continue;
      std::set<int> readers;
      for (int user : users_[static_cast<size_t>(id)]) readers.insert(group(user));
      if (readers.size() == 1) merge(group(id), *readers.begin());
    }
  }

  /// Then neighbours join wherever that is legal, so that a value is read while it is at hand.
  void join_neighbours() {
    for (int id = 0; id < graph_.size(); ++id) {
      if (group(id) < 0) continue;
      for (int user : users_[static_cast<size_t>(id)]) merge(group(id), group(user));
    }
  }

  int merged() const { return merged_; }

  std::vector<Group> ordered() const {
    std::vector<std::set<int>> successors(groups_.size());
    std::vector<int> waiting(groups_.size(), 0);
    for (size_t g = 0; g < groups_.size(); ++g)
      for (int next : successors_of(static_cast<int>(g)))
        if (successors[g].insert(next).second) ++waiting[static_cast<size_t>(next)];
    using Entry = std::pair<int, int>;  // priority, group
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    const auto push = [&](int g) { ready.emplace(priority(g), g); };
    for (size_t g = 0; g < groups_.size(); ++g)
      if (!empty(static_cast<int>(g)) && waiting[g] == 0) push(static_cast<int>(g));
    std::vector<Group> result;
    while (!ready.empty()) {
      const int g = ready.top().second;
      ready.pop();
      result.push_back(groups_[static_cast<size_t>(g)]);
      std::ranges::sort(result.back().maps);
      for (int next : successors[static_cast<size_t>(g)])
        if (--waiting[static_cast<size_t>(next)] == 0) push(next);
    }
    return result;
  }

 private:
  bool is_view(int id) const { return graph_.node(id).op && graph_.node(id).op->is_view; }
  int source(int id) const {
    while (is_view(id)) id = graph_.node(id).inputs[0];
    return id;
  }
  int group(int id) const { return of_[static_cast<size_t>(id)]; }
  bool empty(int g) const {
    return groups_[static_cast<size_t>(g)].head < 0 && groups_[static_cast<size_t>(g)].maps.empty();
  }
  const Shape& space(int g) const {
    const Group& group = groups_[static_cast<size_t>(g)];
    return graph_.node(group.head >= 0 ? group.head : group.maps.front()).shape;
  }
  template <class Visit>
  void for_members(int g, Visit visit) const {
    const Group& group = groups_[static_cast<size_t>(g)];
    if (group.head >= 0) visit(group.head);
    for (int id : group.maps) visit(id);
  }
  std::set<int> successors_of(int g) const {
    std::set<int> result;
    for_members(g, [&](int id) {
      for (int user : users_[static_cast<size_t>(id)])
        if (group(user) != g) result.insert(group(user));
    });
    return result;
  }
  int priority(int g) const {
    int last = 0;
    bool updates = false;
    for_members(g, [&](int id) {
      last = std::max(last, id);
      updates |= updated_.contains(id);
    });
    return updates ? graph_.size() + last : last;
  }

  bool reaches_through_third(int from, int to) const {
    std::vector<bool> seen(groups_.size(), false);
    std::vector<int> stack;
    for (int next : successors_of(from))
      if (next != to) stack.push_back(next);
    while (!stack.empty()) {
      const int g = stack.back();
      stack.pop_back();
      if (g == to) return true;
      if (seen[static_cast<size_t>(g)]) continue;
      seen[static_cast<size_t>(g)] = true;
      for (int next : successors_of(g)) stack.push_back(next);
    }
    return false;
  }

  /// Maps may read whatever; a head must not read what its own group computes.
  bool head_reads(int reader, int written) const {
    const int head = groups_[static_cast<size_t>(reader)].head;
    if (head < 0) return false;
    for (int input : graph_.node(head).inputs)
      if (group(source(input)) == written) return true;
    return false;
  }

  /// A value of the group is read by the other one at its own position, not through a view of another shape.
  bool merge(int a, int b) {
    if (a == b || a < 0 || b < 0) return false;
    const Group &first = groups_[static_cast<size_t>(a)], &second = groups_[static_cast<size_t>(b)];
    if (first.head >= 0 && second.head >= 0) return false;
    if (space(a) != space(b) || head_reads(b, a) || head_reads(a, b)) return false;
    if (reads_through_view(a, b) || reads_through_view(b, a)) return false;
    if (reaches_through_third(a, b) || reaches_through_third(b, a)) return false;
    Group& into = groups_[static_cast<size_t>(b)];
    Group& from = groups_[static_cast<size_t>(a)];
    if (from.head >= 0) into.head = from.head;
    into.maps.insert(into.maps.end(), from.maps.begin(), from.maps.end());
    for_members(a, [&](int id) { of_[static_cast<size_t>(id)] = b; });
    from = {};
    ++merged_;
    return true;
  }
  bool reads_through_view(int reader, int written) const {
    bool found = false;
    for (int id : groups_[static_cast<size_t>(reader)].maps)
      for (int input : graph_.node(id).inputs)
        found |=
            group(source(input)) == written && (is_view(input) || graph_.node(input).shape != space(reader));
    return found;
  }

  const Graph& graph_;
  std::vector<int> of_;                  // group of every node, −1: none
  std::vector<std::vector<int>> users_;  // operations that read a node, directly or through views
  std::vector<Group> groups_;            // emptied when merged away
  int merged_ = 0;
  std::set<int> updated_;  // sources of updates
};

}  // namespace

std::vector<bool> static_nodes(const Graph& graph) {
  std::vector<bool> result(static_cast<size_t>(graph.size()), false);
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind == NodeKind::constant) result[static_cast<size_t>(id)] = true;
    if (node.kind != NodeKind::operation) continue;
    bool all = true;
    for (int input : node.inputs) all = all && result[static_cast<size_t>(input)];
    result[static_cast<size_t>(id)] = all || node.op->reads_shape_only;
  }
  return result;
}

std::vector<Group> fuse(const Module& module, PassLog& log) {
  Grouping grouping(module);
  if (log.on("fuse"))
    log.timed("fuse", [&] {
      grouping.sink();
      grouping.join_neighbours();
    });
  log.count("fuse", grouping.merged());
  return grouping.ordered();
}

}  // namespace kette
