#include "kette/nn/mlp.h"

#include <cmath>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

void name_if_free(Value value, const std::string& name) {
  Graph& graph = *value.graph;
  if (graph.node(value).name.empty() && !graph.find(name)) graph.name(value, name);
}

}  // namespace

DenseLayer dense(Value x, const LayerSpec& spec, int number, std::string_view prefix) {
  const Shape shape = x.shape();
  if (shape.rank() != 2 || !is_float(shape.dtype()))
    fail("[dense] the layer's input is {}; expected a matrix [N, inputs] of f32 or f64", to_string(shape));
  if (spec.units < 1) fail("[dense] a layer of {} units; expected at least 1", spec.units);
  Graph& graph = *x.graph;
  const auto named = [&](std::string_view letter) { return fmt::format("{}{}{}", prefix, letter, number); };

  DenseLayer layer;
  const Value weights = graph.parameter(named("W"), Shape({shape[1], spec.units}, shape.dtype()));
  layer.parameters.push_back({weights, spec.initializer.value_or(default_initializer(spec.activation))});
  layer.z = matmul(x, weights);  // [N, inputs]·[inputs, units] → [N, units]
  if (spec.bias) {
    const Value bias = graph.parameter(named("b"), Shape({spec.units}, shape.dtype()));
    layer.parameters.push_back({bias, {Initializer::Kind::zeros}});
    layer.z = layer.z + bias;
  }
  layer.h = apply(spec.activation, layer.z);
  name_if_free(layer.z, named("z"));
  name_if_free(layer.h, named("h"));
  return layer;
}

Mlp mlp(Value x, std::span<const LayerSpec> layers, std::string_view prefix) {
  if (layers.empty()) fail("[mlp] a network needs at least one layer");
  Mlp network{.output = x};
  for (const LayerSpec& spec : layers) {
    const int number = static_cast<int>(network.layers.size()) + 1;
    const DenseLayer& layer = network.layers.emplace_back(dense(network.output, spec, number, prefix));
    network.parameters.insert(network.parameters.end(), layer.parameters.begin(), layer.parameters.end());
    network.output = layer.h;
  }
  return network;
}

EmbeddingLayer embedding(Value indices, const EmbeddingSpec& spec, std::string_view name) {
  const Shape shape = indices.shape();
  if (shape.rank() != 2 || shape.dtype() != DType::i64)
    fail("[embedding] the indices are {}; expected i64[N, k]", to_string(shape));
  if (spec.vocabulary < 1 || spec.units < 1)
    fail("[embedding] a table of {} rows of {} units; expected at least 1 of each", spec.vocabulary,
         spec.units);
  const Value table = indices.graph->parameter(name, Shape({spec.vocabulary, spec.units}, spec.dtype));
  const Initializer spread{Initializer::Kind::uniform, std::sqrt(6.0 / static_cast<double>(spec.units))};
  return {reshape(lookup(table, indices), {shape[0], shape[1] * spec.units}),  // [N,k,d] → [N,k·d]
          {table, spec.initializer.value_or(spread)}};
}

std::vector<Value> values_of(std::span<const Parameter> list) {
  std::vector<Value> values;
  values.reserve(list.size());
  for (const Parameter& parameter : list) values.push_back(parameter.value);
  return values;
}

}  // namespace kette
