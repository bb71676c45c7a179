#include "kette/nn/mlp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

double logistic(double z) { return 1 / (1 + std::exp(-z)); }

std::vector<std::string> names(const std::vector<Parameter>& list) {
  std::vector<std::string> result;
  for (const Parameter& p : list) result.push_back(p.value.graph->node(p.value).name);
  return result;
}

Bindings bound(const Parameters& parameters) { return {parameters.begin(), parameters.end()}; }

TEST(Mlp, names_and_shapes_are_those_of_the_lecture) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  const Mlp network = mlp(x, {{3, Activation::sigmoid}, {2}});
  EXPECT_EQ(names(network.parameters), (std::vector<std::string>{"W1", "b1", "W2", "b2"}));
  EXPECT_EQ(graph.find("W1").shape(), Shape({4, 3}));
  EXPECT_EQ(graph.find("b1").shape(), Shape({3}));
  EXPECT_EQ(graph.find("W2").shape(), Shape({3, 2}));
  EXPECT_EQ(graph.find("h1"), network.layers[0].h);
  EXPECT_EQ(graph.find("z2"), network.output);
  EXPECT_FALSE(graph.find("h2"));
  EXPECT_EQ(network.output.shape(), Shape({kBatch, 2}));
}

TEST(Mlp, computes_the_formula_of_the_lecture) {
  // NN(x) = σ(W2·σ(W1·x + b1) + b2) with W1 ∈ R^{4×3}, W2 ∈ R^{3×1}.
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}, DType::f64));
  const Mlp network = mlp(x, {{3, Activation::sigmoid}, {1, Activation::sigmoid}});
  Parameters parameters = initialized(network.parameters, 11);
  for (int64_t j = 0; j < 3; ++j) parameters.at("b1").set(j, 0.1 * static_cast<double>(j + 1));
  parameters.at("b2").set(0, -0.3);
  Bindings bindings = bound(parameters);
  const std::vector<double> rows{0.5, -1, 2, 0.25, -3, 0, 1, 1};
  bindings.emplace("x", Tensor(Shape({2, 4}, DType::f64), std::span(rows)));

  const std::vector<double> found = interpret(network.output, bindings).values;
  for (size_t n = 0; n < 2; ++n) {
    double z2 = -0.3;
    for (int64_t j = 0; j < 3; ++j) {
      double z1 = 0.1 * static_cast<double>(j + 1);
      for (int64_t i = 0; i < 4; ++i)
        z1 += parameters.at("W1").at(i * 3 + j) * rows[n * 4 + static_cast<size_t>(i)];
      z2 += parameters.at("W2").at(j) * logistic(z1);
    }
    EXPECT_NEAR(found[n], logistic(z2), 1e-14);
  }
}

TEST(Mlp, two_softmax_outputs_are_one_sigmoid_of_their_difference) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2}, DType::f64));
  const Mlp network = mlp(x, {{5, Activation::tanh}, {2}});
  const Value p = softmax(network.output), z = network.output;
  const Value single = sigmoid(slice(z, 1, 1, 2) - slice(z, 1, 0, 1));
  Bindings bindings = bound(initialized(network.parameters, 2));
  bindings.emplace("x", Tensor(Shape({2, 2}, DType::f64), {1.0, -2.0, 0.5, 3.0}));
  const std::vector<double> both = interpret(p, bindings).values, one = interpret(single, bindings).values;
  for (size_t n = 0; n < 2; ++n) {
    EXPECT_NEAR(both[2 * n] + both[2 * n + 1], 1, 1e-15);
    EXPECT_NEAR(both[2 * n + 1], one[n], 1e-15);
  }
}

TEST(Mlp, every_layer_starts_as_its_activation_asks) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  const Initializer own{Initializer::Kind::constant, 0.5};
  const Mlp network =
      mlp(x, {{3, Activation::relu}, {3, Activation::selu}, {3, Activation::tanh, false, own}, {1}});
  std::vector<std::string> found;
  for (const Parameter& p : network.parameters) found.push_back(to_string(p.initializer));
  EXPECT_EQ(found, (std::vector<std::string>{"he_normal", "zeros", "lecun_normal", "zeros", "constant(0.5)",
                                             "glorot_uniform", "zeros"}));
}

TEST(Mlp, layers_may_be_without_bias) {
  Graph graph;
  const Mlp network = mlp(graph.input("x", Shape({kBatch, 4})), {{3, Activation::relu, false}, {1}});
  EXPECT_EQ(names(network.parameters), (std::vector<std::string>{"W1", "W2", "b2"}));
}

TEST(Mlp, is_as_deep_as_asked_and_in_the_type_of_its_input) {
  Graph graph;
  const std::vector<LayerSpec> layers(40, LayerSpec{5, Activation::tanh});
  const Mlp network = mlp(graph.input("x", Shape({kBatch, 5}, DType::f64)), layers);
  EXPECT_EQ(network.layers.size(), 40u);
  EXPECT_EQ(graph.find("W40").dtype(), DType::f64);
}

TEST(Mlp, a_prefix_keeps_two_networks_apart) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  const Mlp encoder = mlp(x, {{2, Activation::tanh}}, "encoder."),
            decoder = mlp(encoder.output, {{4}}, "decoder.");
  EXPECT_EQ(names(encoder.parameters), (std::vector<std::string>{"encoder.W1", "encoder.b1"}));
  EXPECT_EQ(names(decoder.parameters), (std::vector<std::string>{"decoder.W1", "decoder.b1"}));
}

TEST(Mlp, a_second_use_shares_the_parameters) {
  Graph graph;
  const Mlp first = mlp(graph.input("x", Shape({kBatch, 4})), {{2, Activation::tanh}});
  const Mlp second = mlp(graph.input("y", Shape({1, 4})), {{2, Activation::tanh}});
  EXPECT_EQ(first.parameters[0].value, second.parameters[0].value);
  EXPECT_NE(first.output, second.output);
  EXPECT_EQ(graph.find("h1"), first.output);
}

TEST(Mlp, impossible_layers_are_errors) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  EXPECT_THROW(mlp(x, {}), Error);
  EXPECT_THROW(mlp(x, {{0}}), Error);
  EXPECT_THROW(mlp(x, {{-3}}), Error);
  EXPECT_THROW(mlp(graph.input("vector", Shape({kBatch})), {{1}}), Error);
  EXPECT_THROW(mlp(graph.input("words", Shape({kBatch, 3}, DType::i64)), {{1}}), Error);
}

TEST(Embedding, puts_the_rows_of_a_sample_side_by_side) {
  Graph graph;
  const Value words = graph.input("words", Shape({kBatch, 3}, DType::i64));
  const EmbeddingLayer layer = embedding(words, {.vocabulary = 5, .units = 2, .dtype = DType::f64});
  EXPECT_EQ(layer.output.shape(), Shape({kBatch, 6}, DType::f64));
  EXPECT_EQ(graph.find("E"), layer.table.value);
  const Bindings bindings{
      {"words", Tensor(Shape({2, 3}, DType::i64),
                       {int64_t{4}, int64_t{0}, int64_t{4}, int64_t{1}, int64_t{2}, int64_t{3}})},
      {"E", Tensor(Shape({5, 2}, DType::f64), {0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5})}};
  EXPECT_EQ(interpret(layer.output, bindings).values,
            (std::vector<double>{4, 4.5, 0, 0.5, 4, 4.5, 1, 1.5, 2, 2.5, 3, 3.5}));
}

TEST(Embedding, is_the_first_layer_of_goldbergs_network) {
  Graph graph;
  const Value words = graph.input("words", Shape({1, 3}, DType::i64));
  const EmbeddingLayer layer = embedding(words, {.vocabulary = 1000, .units = 50});
  const Mlp network = mlp(layer.output, {{20, Activation::tanh}, {17}});
  EXPECT_EQ(layer.output.shape(), Shape({1, 150}));
  EXPECT_EQ(graph.find("W1").shape(), Shape({150, 20}));
  EXPECT_EQ(softmax(network.output).shape(), Shape({1, 17}));
}

TEST(Embedding, impossible_tables_are_errors) {
  Graph graph;
  const Value words = graph.input("words", Shape({kBatch, 3}, DType::i64));
  EXPECT_THROW(embedding(words, {.vocabulary = 0, .units = 2}), Error);
  EXPECT_THROW(embedding(words, {.vocabulary = 5, .units = 0}), Error);
  EXPECT_THROW(embedding(graph.input("x", Shape({kBatch, 3})), {.vocabulary = 5, .units = 2}), Error);
}

}  // namespace
}  // namespace kette
