// The figures that tests draw: those of textbooks, and large ones.
#pragma once

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/random.h"
#include "kette/figure/figure.h"
#include "kette/ops/ops.h"

namespace kette::test_figures {

/// [Goldberg 2015], figures 1 to 3 of section 6: a tagger without input, with words, with the loss.
inline Figure goldberg(int number) {
  Graph graph;
  Value x;
  if (number == 1) {
    x = graph.input("x", Shape({1, 150}));
  } else {
    const Value E = graph.parameter("E", Shape({10000, 50}));
    std::vector<Value> rows;
    for (const char* word : {"the", "black", "dog"})
      rows.push_back(lookup(E, graph.input(word, Shape({1}, DType::i64))));
    x = concat(rows, 1);
  }
  const Value W1 = graph.parameter("W1", Shape({150, 20})), b1 = graph.parameter("b1", Shape({1, 20}));
  const Value W2 = graph.parameter("W2", Shape({20, 17})), b2 = graph.parameter("b2", Shape({1, 17}));
  const Value tags = softmax(matmul(tanh(matmul(x, W1) + b1), W2) + b2);
  if (number == 3) graph.name(-log(pick(tags, graph.input("expected", Shape({1}, DType::i64)))), "loss");
  return figure_of(graph);
}

inline Tensor random_tensor(const Shape& shape, uint64_t seed, double size = 1) {
  Tensor tensor(shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const auto at = static_cast<double>(i);
    tensor.set(i, size * std::sin(12.9898 * at + 78.233 * static_cast<double>(seed) + 1e-3 * at * at));
  }
  return tensor;
}

/// A network with a loss, its values, and the gradient of the loss by every node of the forward pass.
struct Network {
  Graph graph;
  Value loss;
  int forward = 0;  // number of its nodes
  std::vector<Value> gradients;

  Network(const std::vector<int64_t>& units, bool is_classifier) {
    Value h = graph.input("x", Shape({kBatch, units[0]}));
    for (size_t layer = 1; layer < units.size(); ++layer) {
      const std::string number = std::to_string(layer);
      const Value W = graph.parameter("W" + number, Shape({units[layer - 1], units[layer]}));
      const Value b = graph.parameter("b" + number, Shape({units[layer]}));
      const Value z = graph.name(matmul(h, W) + b, "z" + number);
      const bool is_last = layer + 1 == units.size();
      h = is_classifier && is_last ? z : graph.name(is_classifier ? relu(z) : sigmoid(z), "h" + number);
    }
    if (is_classifier)
      loss = -sum(pick(log_softmax(h), graph.input("y", Shape({kBatch}, DType::i64))));
    else
      loss = 0.5 * sum(square(graph.input("y", Shape({kBatch, units.back()})) - h));
    graph.name(loss, "loss");
    forward = graph.size();
    std::vector<Value> wrt;
    for (int id = 0; id < forward; ++id)
      if (is_float(graph.node(id).shape.dtype()) && graph.node(id).kind != NodeKind::constant)
        wrt.push_back(graph.value(id));
    const std::vector<Value> found = gradient(loss, wrt);
    gradients.resize(static_cast<size_t>(forward));
    for (size_t i = 0; i < wrt.size(); ++i) gradients[static_cast<size_t>(wrt[i].id)] = found[i];
  }

  Figure with_backward() const {
    std::vector<Value> wanted = {loss};
    for (const Value gradient : gradients)
      if (gradient) wanted.push_back(gradient);
    return figure_of(graph, {.wanted = wanted, .backward_from = forward});
  }

  /// One row through it, with values and gradients at every node of the forward pass.
  Figure with_numbers() const {
    Bindings bindings;
    for (const Node& node : graph.nodes()) {
      if (node.kind == NodeKind::constant || node.kind == NodeKind::operation) continue;
      const Shape shape = node.shape.has_batch() ? node.shape.bind(1) : node.shape;
      if (shape.dtype() == DType::i64)
        bindings[node.name] = Tensor(shape, {int64_t{7}});
      else
        bindings[node.name] = random_tensor(shape, bindings.size(), node.name == "x" ? 1 : 0.3);
    }
    if (Tensor& x = bindings.at("x"); x.size() == 784) x = drawn_seven();
    std::vector<Value> wanted = {loss};
    for (const Value gradient : gradients)
      if (gradient) wanted.push_back(gradient);
    const std::vector<Reference> values = interpret(graph, wanted, bindings);
    const auto tensor = [&](int id) {
      const Reference& value = values[static_cast<size_t>(id)];
      return Tensor(value.shape.as(DType::f64), std::span<const double>(value.values));
    };
    Figure figure = figure_of(graph, {.wanted = {loss}, .batch = 1});
    for (Figure::Node& node : figure.nodes) {
      if (node.kind == NodeKind::constant) continue;
      node.numbers.push_back({"value", tensor(node.id)});
      if (const Value gradient = gradients[static_cast<size_t>(node.id)])
        node.numbers.push_back({"gradient", tensor(gradient.id), true});
    }
    return figure;
  }

 private:
  static Tensor drawn_seven() {
    Tensor image(Shape({1, 784}));
    for (int64_t y = 5; y < 24; ++y)
      for (int64_t x = 6; x < 21; ++x) {
        const bool is_bar = y < 8, is_stem = std::abs(static_cast<double>(x) - (20 - (y - 5) * 0.55)) < 1.6;
        if (is_bar || is_stem) image.set(28 * y + x, 1);
      }
    return image;
  }
};

/// The names that break out of quotes and brackets somewhere.
inline const char* const kNames[] = {
    "a\"b", "a\\", "\\N", "</TABLE>", "<",    "&",   "&lt;", "a\nb", "\xFF\xC3",    "{",
    "}",    "{}",  "%",   "$",        "#",    "_^~", "'",    "`",    "]]>",         "\x01",
    "\x7F", " ",   "[1]", "*",        "漢字", "-->", "\\\\", "a;b",  "\xEF\xBF\xBF"};
inline const char* const kLanguages[] = {"{\\_^ Ärger, façade, 数 <b>", "žluťoučký kůň, łódź",
                                         "İstanbul & “Ωμέγα” – 100 %"};

/// All of them beside each other.
inline Figure of_names() {
  Figure figure;
  std::vector<const char*> names(std::begin(kNames), std::end(kNames));
  names.insert(names.end(), std::begin(kLanguages), std::end(kLanguages));
  for (const char* name : names) {
    Figure::Node node{
        .id = static_cast<int>(figure.nodes.size()), .name = name, .attributes = name, .shape = name};
    node.kind = static_cast<NodeKind>(figure.nodes.size() % 4);
    node.backward = figure.nodes.size() % 5 == 0;
    node.numbers = {{name, Tensor(Shape({2}), {std::nanf(""), -std::numeric_limits<float>::infinity()})}};
    if (figure.nodes.size() >= 6) figure.edges.push_back({figure.nodes.size() - 6, figure.nodes.size()});
    figure.nodes.push_back(node);
  }
  for (size_t i = 0; i < 5; ++i) {  // numbers that are none
    Tensor strange(Shape({1, 100}));
    for (int64_t k = 0; k < 100; k += 7) strange.set(k, k % 2 ? std::nan("") : static_cast<double>(k));
    figure.nodes[i].numbers.push_back({"gradient", strange, true});
  }
  return figure;
}

/// By name, for tests that hold for all of them.
inline std::map<std::string, Figure> gallery() {
  std::map<std::string, Figure> figures;
  for (const int number : {1, 2, 3}) figures["goldberg" + std::to_string(number)] = goldberg(number);
  const Network small({2, 2, 1}, false), digits({784, 128, 10}, true),
      deep(std::vector<int64_t>(17, 12), false);
  figures["small"] = small.with_numbers();
  figures["small_backward"] = small.with_backward();
  figures["digits"] = digits.with_numbers();
  figures["digits_backward"] = digits.with_backward();
  figures["deep_backward"] = deep.with_backward();
  figures["names"] = of_names();
  figures["deep"] = figure_of(deep.graph, {.wanted = {deep.loss}});
  return figures;
}

}  // namespace kette::test_figures
