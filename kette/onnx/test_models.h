// Small models for the tests of model files.
#pragma once

#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <array>
#include <string>

#include "kette/autodiff/interpret.h"
#include "kette/base/random.h"
#include "kette/model/model.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"

namespace kette::test_models {

/// Features standardised by some numbers, then an MLP 3 → 4 → outputs with random weights.
inline Model network(Activation activation, int64_t outputs) {
  Model model;
  Graph& graph = *model.graph;
  model.schema.features = {{.name = "width"}, {.name = "height"}, {.name = "depth, in mm"}};
  model.schema.targets = {"target"};
  model.features = graph.input("features", Shape({kBatch, 3}));
  const Value mean = graph.constant(Tensor(Shape({3}), {0.5f, -0.1f, 3.0f}));
  const Value scale = graph.constant(Tensor(Shape({3}), {1.5f, 0.3f, 7.0f}));
  const Value standardized = graph.name((model.features - mean) / scale, "standardized");
  const Mlp layers = mlp(standardized, {{.units = 4, .activation = activation}, {.units = outputs}});
  model.scores = graph.name(layers.output, "scores");
  model.parameters = initialized(layers.parameters, 7);
  for (auto& [name, tensor] : model.parameters)  // biases, too, differ from zero
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor.set(i, tensor.at(i) + 0.1 * static_cast<double>(i + 1));
  return model;
}

inline Model regression(Activation activation = Activation::tanh) {
  Model model = network(activation, 1);
  model.prediction = model.graph->name(model.scores * 12.25 + 3.1, "prediction");
  return model;
}

inline Model multiclass() {
  Model model = network(Activation::relu, 3);
  model.schema.task = data::Task::multiclass;
  model.schema.labels = {"no", "2", "yes, \"ü\""};
  model.prediction = model.graph->name(softmax(model.scores), "probabilities");
  model.metadata = {{"epochs", "12"}, {"accuracy", "0.97"}};
  return model;
}

/// One score, of the second class.
inline Model binary() {
  Model model = network(Activation::sigmoid, 1);
  model.schema.task = data::Task::binary;
  model.schema.labels = {"benign", "malignant"};
  const Value p = sigmoid(model.scores);
  model.prediction = model.graph->name(concat(std::array{1 - p, p}, 1), "probabilities");
  return model;
}

inline Tensor rows(int64_t count) {
  Tensor features(Shape({count, 3}));
  const Random random(20240601, 3);
  for (int64_t i = 0; i < features.size(); ++i)
    features.set(i, 4 * random.uniform(static_cast<uint64_t>(i)) - 2);
  return features;
}

/// All that the model's graph may ask for.
inline Bindings bindings(const Model& model, const Tensor& features) {
  Bindings result{{"features", features}};
  for (const auto& [name, tensor] : model.parameters) result.emplace(name, tensor);
  return result;
}

/// Throws what ONNX's own checker, or its shape inference in its strictest mode, finds wrong.
inline void check_by_onnx(::onnx::ModelProto proto) {
  ::onnx::checker::check_model(proto);
  ::onnx::shape_inference::InferShapes(proto, ::onnx::OpSchemaRegistry::Instance(),
                                       ::onnx::ShapeInferenceOptions(true, 1, true));
}

}  // namespace kette::test_models
