// What is shown of a subject: nodes, their numbers, and what they are called.
#pragma once

#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kette/explain/view.h"
#include "kette/figure/figure.h"

namespace kette {

struct SceneOptions {
  ViewOptions view = {};
  bool values = false;     // of every node; all inputs and parameters must have values
  bool gradients = false;  // of the loss, by every node shown that it follows from
  bool backward = false;   // the nodes of the gradient by the parameters shown, too
};

struct Scene {
  View view;
  int backward_from = std::numeric_limits<int>::max();  // nodes of this id and above are of the backward pass
  std::map<int, Tensor> values;                         // by node
  std::map<int, int> gradients;                         // by node: the node of the loss's gradient
  std::map<int, std::string> captions;  // of nodes that are called otherwise than in the graph
  bool show_values = false, show_gradients = false;
};

/// Appends the backward pass to the subject's graph where it is needed. Throws Error for what is not there:
/// a node, a loss, a value.
Scene scene_of(Subject& subject, const SceneOptions& options);

Figure figure_of(const Subject& subject, const Scene& scene);

/// The scene for programs, as docs/graph.schema.json says. `most_values`: tensors of more elements are
/// summarised.
nlohmann::ordered_json scene_json(const Subject& subject, const Scene& scene, int64_t most_values);

/// A tensor in that document.
nlohmann::ordered_json numbers_json(const Tensor& tensor, int64_t most_values);

}  // namespace kette
