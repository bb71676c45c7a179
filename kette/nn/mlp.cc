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

Value dropped(Value h, double rate, const std::string& name, const MlpForm& form) {
  if (rate == 0 || form.form == Form::inference) return h;
  if (!form.step)
    fail("[dense] dropout of {} needs the number of the training step (MlpForm::step) to draw from", rate);
  return dropout(h, form.step, rate, static_cast<int64_t>(form.seed ^ stream_of(name)));
}

}  // namespace

DenseLayer dense(Value x, const LayerSpec& spec, int number, std::string_view prefix, const MlpForm& form) {
  const Shape shape = x.shape();
  if (shape.rank() != 2 || !is_float(shape.dtype()))
    fail("[dense] the layer's input is {}; expected a matrix [N, inputs] of f32 or f64", to_string(shape));
  if (spec.units < 1) fail("[dense] a layer of {} units; expected at least 1", spec.units);
  if (!(spec.dropout >= 0 && spec.dropout < 1))
    fail("[dense] dropout is {}; expected a share in [0, 1)", spec.dropout);
  Graph& graph = *x.graph;
  const auto named = [&](std::string_view letter) { return fmt::format("{}{}{}", prefix, letter, number); };

  DenseLayer layer;
  const Value weights = graph.parameter(named("W"), Shape({shape[1], spec.units}, shape.dtype()));
  layer.parameters.push_back({weights, spec.initializer.value_or(default_initializer(spec.activation))});
  layer.z = matmul(x, weights);  // [N, inputs]·[inputs, units] → [N, units]
  const Shape row({spec.units}, shape.dtype());
  if (spec.normalization == Normalization::layer) layer.z = layer_normalized(layer.z);
  if (spec.normalization == Normalization::batch) {
    const Normalized normalized = batch_normalized(layer.z, named("m"), named("v"), form);
    layer.z = normalized.output;
    layer.statistics = normalized.statistics;
    layer.updates = normalized.updates;
  }
  if (spec.normalization != Normalization::none) {
    const Value scale = graph.parameter(named("g"), row);
    layer.parameters.push_back({scale, {Initializer::Kind::constant, 1}});
    layer.z = layer.z * scale;
  }
  if (spec.bias) {
    const Value bias = graph.parameter(named("b"), row);
    layer.parameters.push_back({bias, {Initializer::Kind::zeros}});
    layer.z = layer.z + bias;
  }
  layer.h = apply(spec.activation, layer.z);
  layer.output = dropped(layer.h, spec.dropout, named("h"), form);
  name_if_free(layer.z, named("z"));
  name_if_free(layer.h, named("h"));
  return layer;
}

Mlp mlp(Value x, std::span<const LayerSpec> layers, std::string_view prefix, const MlpForm& form) {
  if (layers.empty()) fail("[mlp] a network needs at least one layer");
  Mlp network{.output = x};
  for (const LayerSpec& spec : layers) {
    const int number = static_cast<int>(network.layers.size()) + 1;
    const DenseLayer& layer = network.layers.emplace_back(dense(network.output, spec, number, prefix, form));
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(network.parameters, layer.parameters);
    append(network.statistics, layer.statistics);
    append(network.updates, layer.updates);
    network.output = layer.output;
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
