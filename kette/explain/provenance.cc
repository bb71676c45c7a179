#include "kette/explain/provenance.h"

#include <map>

#include "kette/explain/needed.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/element.h"

namespace kette {
namespace {

using Origins = std::vector<int>;

int joined(int a, int b) {
  if (a == kNoFeature || a == b) return b;
  return b == kNoFeature ? a : kSeveralFeatures;
}

Origins of_features(const Schema& schema) {
  Origins origins;
  for (size_t i = 0; i < schema.features.size(); ++i)
    origins.insert(origins.end(), static_cast<size_t>(schema.features[i].width()), static_cast<int>(i));
  return origins;
}

class Tracing {
 public:
  explicit Tracing(const Subject& model) : graph_(*model.graph) {
    origins_[model.features.id] = of_features(model.schema);
  }

  void trace(int id) {
    if (origins_.contains(id)) return;
    const Node& node = graph_.node(id);
    Origins result(static_cast<size_t>(node.shape.size()), kNoFeature);
    if (node.kind == NodeKind::operation) {
      const OpDef& op = *node.op;
      if (op.is_elementwise())
        each(result, node, [&](size_t i, int64_t element) {
          return origins_.at(
              node.inputs[i])[static_cast<size_t>(broadcast_element(shape(node, i), node.shape, element))];
        });
      else if (op.moves && &op != &kLookup)
        result = moved(node);
      else
        reduced(node, result);
    }
    origins_.emplace(id, std::move(result));
  }

  const Origins& at(int id) const { return origins_.at(id); }

 private:
  const Shape& shape(const Node& node, size_t i) const { return graph_.node(node.inputs[i]).shape; }

  template <class OriginOf>
  void each(Origins& result, const Node& node, OriginOf origin_of) {
    for (size_t element = 0; element < result.size(); ++element)
      for (size_t i = 0; i < node.inputs.size(); ++i)
        result[element] = joined(result[element], origin_of(i, static_cast<int64_t>(element)));
  }

  /// The operation itself moves the origins.
  Origins moved(const Node& node) const {
    std::vector<Reference> operands;
    for (const int input : node.inputs) {
      const Origins& origins = origins_.at(input);
      operands.push_back({graph_.node(input).shape, {origins.begin(), origins.end()}});
    }
    std::vector<const Reference*> pointers;
    for (const Reference& operand : operands) pointers.push_back(&operand);
    Reference result{node.shape, std::vector<double>(static_cast<size_t>(node.shape.size()))};
    interpret_node(node, pointers, result);
    return {result.values.begin(), result.values.end()};
  }

  /// The operation says what its elements are made of.
  void reduced(const Node& node, Origins& result) {
    if (node.op == &kLookup) {
      const int64_t units = node.shape[node.shape.rank() - 1];
      each(result, node, [&](size_t i, int64_t element) {
        return i == 0 ? kNoFeature : origins_.at(node.inputs[1])[static_cast<size_t>(element / units)];
      });
      return;
    }
    std::vector<Shape> shapes;
    for (size_t i = 0; i < node.inputs.size(); ++i) shapes.push_back(shape(node, i));
    for (size_t element = 0; element < result.size(); ++element) {
      int origin = kNoFeature;
      if (!node.op->terms) {
        for (const int input : node.inputs)
          for (const int other : origins_.at(input)) origin = joined(origin, other);
      } else {
        Graph scalars;
        const ElementCall call{
            .inputs = shapes,
            .attributes = node.attributes,
            .element = static_cast<int64_t>(element),
            .at = [&](size_t i, int64_t at) { return scalar(scalars, node.inputs[i], at); },
            .index = [](size_t, int64_t) { return int64_t{0}; }};
        for (const Value term : node.op->terms(call)) origin = joined(origin, origin_of(scalars, term));
      }
      result[element] = origin;
    }
  }

  /// Named by its origin; a constant is its number, so that a product with 0 can be seen.
  Value scalar(Graph& scalars, int id, int64_t element) const {
    const Node& node = graph_.node(id);
    if (node.kind == NodeKind::constant) return scalars.constant(node.value->at(element), DType::f64);
    return scalars.input(std::to_string(origins_.at(id)[static_cast<size_t>(element)]),
                         Shape({}, DType::f64));
  }

  static int origin_of(const Graph& scalars, Value term) {
    const Node& top = scalars.node(term);
    if (top.op == &kMul)
      for (const int input : top.inputs)
        if (scalars.node(input).kind == NodeKind::constant && scalars.node(input).value->at(0) == 0)
          return kNoFeature;
    const std::vector<bool> needed = needed_by(scalars, std::span(&term, 1));
    int origin = kNoFeature;
    for (int id = 0; id <= term.id; ++id)
      if (needed[static_cast<size_t>(id)] && scalars.node(id).kind == NodeKind::input)
        origin = joined(origin, std::stoi(scalars.node(id).name));
    return origin;
  }

  const Graph& graph_;
  std::map<int, Origins> origins_;
};

}  // namespace

std::vector<int> features_behind(const Subject& model, Value node) {
  Tracing tracing(model);
  const std::vector<bool> needed = needed_by(*model.graph, std::span(&node, 1));
  for (int id = 0; id <= node.id; ++id)
    if (needed[static_cast<size_t>(id)]) tracing.trace(id);
  return tracing.at(node.id);
}

}  // namespace kette
