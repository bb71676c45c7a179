#include "kette/explain/scene.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kette/explain/caption.h"
#include "kette/explain/needed.h"
#include "kette/explain/trace.h"
#include "kette/figure/tensor_summary.h"
#include "kette/graph/json.h"

namespace kette {
namespace {

/// What descent goes by: the parameters; of a graph text without any, its inputs.
std::vector<Value> sought(const Subject& subject) {
  if (!subject.trained.empty()) return subject.trained;
  std::vector<Value> inputs;
  for (int id = 0; id < subject.graph->size(); ++id)
    if (subject.graph->node(id).kind == NodeKind::input) inputs.push_back(subject.graph->value(id));
  return inputs;
}

/// The nodes of their gradients in the view, and what they read.
void add_backward(const Subject& subject, const Backward& backward, Scene& scene) {
  const Graph& graph = *subject.graph;
  const int first = subject.backward_from;
  std::vector<Value> wanted;
  for (const Value& parameter : sought(subject)) {
    const auto gradient = backward.gradient.find(parameter.id);
    if (gradient == backward.gradient.end() || !std::ranges::binary_search(scene.view.nodes, parameter.id))
      continue;
    wanted.push_back(gradient->second);
    scene.captions[gradient->second.id] = "∂L/∂" + parameter.name();
  }
  const std::vector<bool> needed = needed_by(graph, wanted);
  std::map<int, bool> is_leaf;
  for (size_t i = 0; i < scene.view.nodes.size(); ++i) is_leaf[scene.view.nodes[i]] = scene.view.is_leaf[i];
  for (int id = first; id < graph.size(); ++id) {
    if (!needed[static_cast<size_t>(id)]) continue;
    is_leaf.emplace(id, graph.node(id).inputs.empty());
    for (const int input : graph.node(id).inputs)
      if (input < first) is_leaf.emplace(input, true);
  }
  scene.backward_from = first;
  scene.view = {};
  for (const auto& [id, leaf] : is_leaf) {
    scene.view.nodes.push_back(id);
    scene.view.is_leaf.push_back(leaf);
  }
}

}  // namespace

Scene scene_of(Subject& subject, const SceneOptions& options) {
  Scene scene{.view = view_of(subject, options.view),
              .show_values = options.values,
              .show_gradients = options.gradients};
  if (options.gradients || options.backward) {
    const Backward backward = backward_of(subject, scene.view.nodes);
    for (const auto& [id, gradient] : backward.gradient) scene.gradients[id] = gradient.id;
    if (options.backward) add_backward(subject, backward, scene);
  }
  if (options.values || options.gradients) {
    std::vector<int> nodes;
    if (options.values) nodes = scene.view.nodes;
    if (options.gradients)
      for (const auto& [id, gradient] : scene.gradients) nodes.push_back(gradient);
    scene.values = values_of(subject, nodes);
  }
  for (size_t i = 0; i < scene.view.nodes.size(); ++i) {
    const int id = scene.view.nodes[i];
    if (!scene.view.is_leaf[i] || subject.graph->node(id).kind == NodeKind::constant) continue;
    std::string caption = caption_of(subject, id);
    if (caption != subject.graph->label(id)) scene.captions.emplace(id, std::move(caption));
  }
  return scene;
}

Figure figure_of(const Subject& subject, const Scene& scene) {
  const Graph& graph = *subject.graph;
  std::vector<Value> wanted;
  for (const int id : scene.view.nodes) wanted.push_back(graph.value(id));
  const Figure all = figure_of(graph, {.wanted = wanted, .backward_from = scene.backward_from, .batch = 1});

  Figure figure;
  std::map<int, size_t> places;
  for (const size_t i : in_order_of_use(graph, scene.view)) {
    Figure::Node node = *std::ranges::lower_bound(all.nodes, scene.view.nodes[i], {}, &Figure::Node::id);
    const bool is_leaf = scene.view.is_leaf[i];
    // Of a single row there is no other axis to speak of.
    if (node.attributes == "axis=1" && node.shape.starts_with("1×")) node.attributes.clear();
    if (is_leaf && node.kind == NodeKind::operation) {
      node.kind = NodeKind::input;
      if (node.name.empty()) node.name = graph.label(node.id);
      node.operation.clear();
      node.attributes.clear();
    }
    if (const auto caption = scene.captions.find(node.id); caption != scene.captions.end())
      node.name = caption->second;
    if (scene.show_values && node.kind != NodeKind::constant)
      if (const auto value = scene.values.find(node.id); value != scene.values.end())
        node.numbers.push_back({"", value->second, node.backward});
    if (const auto gradient = scene.gradients.find(node.id);
        scene.show_gradients && gradient != scene.gradients.end())
      node.numbers.push_back({"∂L", scene.values.at(gradient->second), true});
    places[node.id] = figure.nodes.size();
    if (!is_leaf)
      for (const int input : graph.node(node.id).inputs)
        figure.edges.push_back({places.at(input), figure.nodes.size()});
    figure.nodes.push_back(std::move(node));
  }
  return figure;
}

nlohmann::ordered_json numbers_json(const Tensor& tensor, int64_t most_values) {
  nlohmann::ordered_json numbers{
      {"dtype", to_string(tensor.dtype())},
      {"shape", std::vector<int64_t>(tensor.shape().dims().begin(), tensor.shape().dims().end())}};
  if (tensor.size() <= most_values) {
    numbers["values"] = values_json(tensor);
    return numbers;
  }
  const TensorSummary summary = summary_of(tensor);
  numbers["summary"] = {{"not_finite", tensor.size() - summary.finite}};
  if (summary.finite > 0)
    numbers["summary"].update(
        {{"min", summary.least}, {"mean", summary.mean}, {"max", summary.largest}});
  return numbers;
}

nlohmann::ordered_json scene_json(const Subject& subject, const Scene& scene, int64_t most_values) {
  using Json = nlohmann::ordered_json;
  const Graph& graph = *subject.graph;
  Json object{{"format", "kette-graph"}, {"version", 1}, {"source", text_json(subject.source)}};
  if (subject.row) {
    Json& row = object["row"];
    row = Json::object();
    for (int64_t c = 0; c < subject.row->columns(); ++c)
      row[text_json(subject.row->name(c)).get<std::string>()] = text_json(subject.row->field(0, c));
  }
  object["result"] = subject.result.id;
  object["loss"] = subject.loss ? Json(subject.loss.id) : Json(nullptr);
  const std::vector<int> layers = layers_of(subject);
  Json& nodes = object["nodes"];
  nodes = Json::array();
  for (size_t i = 0; i < scene.view.nodes.size(); ++i) {
    const int id = scene.view.nodes[i];
    Json node = node_json(graph, id);
    node["pass"] = id >= scene.backward_from ? "backward" : "forward";
    if (scene.view.is_leaf[i] && graph.node(id).kind == NodeKind::operation) node["leaf"] = true;
    if (layers[static_cast<size_t>(id)] > 0 && id < scene.backward_from)
      node["layer"] = layers[static_cast<size_t>(id)];
    if (const auto caption = scene.captions.find(id); caption != scene.captions.end())
      node["caption"] = text_json(caption->second);
    if (const auto value = scene.values.find(id); scene.show_values && value != scene.values.end())
      node["value"] = numbers_json(value->second, most_values);
    if (const auto gradient = scene.gradients.find(id); gradient != scene.gradients.end()) {
      if (scene.show_gradients)
        node["gradient"] = numbers_json(scene.values.at(gradient->second), most_values);
      if (gradient->second >= scene.backward_from) node["gradient_node"] = gradient->second;
    }
    nodes.push_back(std::move(node));
  }
  return object;
}

}  // namespace kette
