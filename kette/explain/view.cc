#include "kette/explain/view.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/explain/needed.h"
#include "kette/graph/op_def.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

Value end_of(const Subject& subject) { return subject.loss ? subject.loss : subject.result; }

/// Which nodes depend on one that `is_source`.
template <class IsSource>
std::vector<bool> dependents(const Graph& graph, IsSource is_source) {
  std::vector<bool> depends(static_cast<size_t>(graph.size()), false);
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    depends[static_cast<size_t>(id)] =
        is_source(id, node) ||
        std::ranges::any_of(node.inputs, [&](int input) { return depends[static_cast<size_t>(input)]; });
  }
  return depends;
}

/// What preprocessing gives to the layers: nodes that follow from the features alone, and are read by others.
std::vector<bool> ends_of_preprocessing(const Subject& subject) {
  const Graph& graph = *subject.graph;
  const std::vector<bool> reads_features =
      dependents(graph, [&](int id, const Node&) { return id == subject.features.id; });
  const std::vector<bool> reads_more = dependents(graph, [&](int id, const Node& node) {
    return node.kind == NodeKind::parameter || (node.kind == NodeKind::input && id != subject.features.id);
  });
  std::vector<bool> ends(static_cast<size_t>(graph.size()), false);
  for (int id = 0; id < graph.size(); ++id) {
    if (!reads_more[static_cast<size_t>(id)]) continue;
    for (const int input : graph.node(id).inputs) {
      const auto i = static_cast<size_t>(input);
      if (reads_features[i] && !reads_more[i]) ends[i] = true;
    }
  }
  return ends;
}

class Selection {
 public:
  Selection(const Subject& subject, const ViewOptions& options)
      : graph_(*subject.graph),
        is_leaf_(static_cast<size_t>(graph_.size()), false),
        depth_(static_cast<size_t>(graph_.size()), -1) {
    if (subject.is_model && !options.preprocessing) is_leaf_ = ends_of_preprocessing(subject);
    if (!options.from.empty()) is_leaf_[static_cast<size_t>(find_node(subject, options.from).id)] = true;
  }

  /// The nodes at most `most` edges below `end`; all where it is absent.
  void reach(Value end, std::optional<int> most) {
    depth_[static_cast<size_t>(end.id)] = 0;
    for (int id = end.id; id >= 0; --id) {
      const int depth = depth_[static_cast<size_t>(id)];
      if (depth < 0 || is_leaf_[static_cast<size_t>(id)]) continue;
      if (most && depth >= *most) {
        is_leaf_[static_cast<size_t>(id)] = true;
        continue;
      }
      for (const int input : graph_.node(id).inputs) {
        int& below = depth_[static_cast<size_t>(input)];
        below = below < 0 ? depth + 1 : std::min(below, depth + 1);
      }
    }
  }

  /// Of what was reached: nodes of the layer, and what they read as leaves.
  void keep_layer(const std::vector<int>& layers, int layer) {
    std::vector<int> kept(depth_.size(), -1);
    bool is_there = false;
    for (int id = 0; id < graph_.size(); ++id) {
      const auto at = static_cast<size_t>(id);
      if (depth_[at] < 0 || layers[at] != layer) continue;
      is_there = true;
      kept[at] = 0;
      if (is_leaf_[at]) continue;
      for (const int input : graph_.node(id).inputs) {
        const auto i = static_cast<size_t>(input);
        kept[i] = 0;
        if (layers[i] != layer) is_leaf_[i] = true;
      }
    }
    const int last = std::ranges::max(layers);
    if (last < 1) fail("there is no layer {}: the graph has no product with a parameter", layer);
    if (layer > last) fail("there is no layer {}; the layers are 1 to {}", layer, last);
    if (!is_there) fail("layer {} has no node among those shown", layer);
    depth_ = std::move(kept);
  }

  View view() const {
    View view;
    for (int id = 0; id < graph_.size(); ++id) {
      if (depth_[static_cast<size_t>(id)] < 0) continue;
      view.nodes.push_back(id);
      view.is_leaf.push_back(is_leaf_[static_cast<size_t>(id)] ||
                             graph_.node(id).kind != NodeKind::operation);
    }
    return view;
  }

 private:
  const Graph& graph_;
  std::vector<bool> is_leaf_;
  std::vector<int> depth_;  // edges below the end; −1: not reached
};

}  // namespace

Value find_node(const Subject& subject, std::string_view name) {
  if (const Value found = subject.graph->find(name)) return found;
  std::vector<std::string> names;
  for (int id = 0; id < subject.graph->size(); ++id) {
    if (subject.graph->label(id) == name) return subject.graph->value(id);
    if (!subject.graph->node(id).name.empty()) names.push_back(subject.graph->node(id).name);
  }
  const std::string_view near = data::nearest_name(name, names);
  if (!near.empty())
    fail("{}: there is no node {}; did you mean {}?", subject.source, data::quote(name), near);
  std::string list;
  for (size_t i = 0; i < std::min<size_t>(names.size(), 20); ++i) list += (i == 0 ? "" : ", ") + names[i];
  fail("{}: there is no node {}; there are {}{}", subject.source, data::quote(name), list,
       names.size() > 20 ? ", …" : "");
}

std::vector<int> layers_of(const Subject& subject) {
  const Graph& graph = *subject.graph;
  const std::vector<bool> of_result = needed_by(graph, std::vector{subject.result});
  const auto is_parameter = [&](int id) { return graph.node(id).kind == NodeKind::parameter; };
  std::vector<int> layers(static_cast<size_t>(graph.size()), -1);
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind != NodeKind::operation || !of_result[static_cast<size_t>(id)]) continue;
    int& layer = layers[static_cast<size_t>(id)];
    for (const int input : node.inputs)
      if (!is_parameter(input)) layer = std::max(layer, layers[static_cast<size_t>(input)]);
    if (node.op == &kMatmul && std::ranges::any_of(node.inputs, is_parameter)) layer = std::max(layer, 0) + 1;
    if (layer < 1) continue;
    for (const int input : node.inputs)
      if (is_parameter(input) && layers[static_cast<size_t>(input)] < 0)
        layers[static_cast<size_t>(input)] = layer;
  }
  return layers;
}

std::vector<size_t> in_order_of_use(const Graph& graph, const View& view) {
  std::vector<size_t> order;
  std::vector<bool> is_placed(view.nodes.size(), false);
  const auto place = [&](size_t i) {
    if (!is_placed[i]) order.push_back(i);
    is_placed[i] = true;
  };
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    if (view.is_leaf[i]) continue;
    for (const int input : graph.node(view.nodes[i]).inputs)
      place(static_cast<size_t>(std::ranges::lower_bound(view.nodes, input) - view.nodes.begin()));
    place(i);
  }
  for (size_t i = 0; i < view.nodes.size(); ++i) place(i);
  return order;
}

View view_of(const Subject& subject, const ViewOptions& options) {
  Selection selection(subject, options);
  const bool is_node = !options.node.empty();
  const Value end = is_node ? find_node(subject, options.node) : end_of(subject);
  selection.reach(end, options.depth ? options.depth : is_node ? std::optional(1) : std::nullopt);
  if (options.layer) selection.keep_layer(layers_of(subject), *options.layer);
  return selection.view();
}

}  // namespace kette
