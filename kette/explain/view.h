// Which nodes of a graph are shown.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/explain/subject.h"

namespace kette {

struct ViewOptions {
  /// A model's preprocessing, too; else it begins at what its first layers see.
  bool preprocessing = false;
  std::string from = {};          // the node of this name is shown as an input
  std::optional<int> layer = {};  // only nodes of this layer, and what they read
  std::string node = {};          // only the node of this name, and with `depth` …
  std::optional<int> depth = {};  // … the nodes at most so many edges below it, or below the end
};

struct View {
  std::vector<int> nodes;     // ascending, so in topological order
  std::vector<bool> is_leaf;  // of each of them: its operands are not shown
};

/// Of what the loss needs, or the result where there is no loss. Throws Error for a node or layer that is not
/// there.
View view_of(const Subject& subject, const ViewOptions& options = {});

/// Places in the view, each leaf just before the first operation that reads it.
std::vector<size_t> in_order_of_use(const Graph& graph, const View& view);

/// The layer of every node, by id: how many products with a parameter lie on the way to
/// it; −1 for nodes of no layer: those before the first product, and those that the result does not need.
std::vector<int> layers_of(const Subject& subject);

/// The node of that name, or `%id`; throws Error that suggests the nearest name.
Value find_node(const Subject& subject, std::string_view name);

}  // namespace kette
