#include "kette/nn/mlp.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette::mlp_test {
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

TEST(Mlp, normalized_layers_have_a_scale_and_statistics) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  const std::vector<LayerSpec> layers = {
      {.units = 3, .activation = Activation::relu, .normalization = Normalization::batch},
      {.units = 3, .activation = Activation::relu, .normalization = Normalization::layer},
      {.units = 3, .bias = false, .normalization = Normalization::batch},
      {.units = 2}};
  for (const Form form : {Form::inference, Form::training}) {
    const Mlp network = mlp(x, layers, "", {.form = form});
    EXPECT_EQ(names(network.parameters),
              (std::vector<std::string>{"W1", "g1", "b1", "W2", "g2", "b2", "W3", "g3", "W4", "b4"}));
    EXPECT_EQ(names(network.statistics), (std::vector<std::string>{"m1", "v1", "m3", "v3"}));
    EXPECT_EQ(network.updates.size(), form == Form::training ? 4u : 0u);
  }
  const Parameters first = initialized(mlp(x, layers).statistics, 1);
  EXPECT_EQ(first.at("m1").at(0), 0);
  EXPECT_EQ(first.at("v1").at(2), 1);
}

/// Two hidden layers with dropout; every activation is positive, so that a zero was dropped.
const std::vector<LayerSpec> kDropping = {{.units = 50, .activation = Activation::sigmoid, .dropout = 0.25},
                                          {.units = 50, .activation = Activation::sigmoid, .dropout = 0.5},
                                          {.units = 1}};

TEST(Mlp, nothing_is_dropped_in_inference) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  std::vector<LayerSpec> plain = kDropping;
  for (LayerSpec& layer : plain) layer.dropout = 0;
  EXPECT_EQ(mlp(x, kDropping).output, mlp(x, plain).output);
}

TEST(Mlp, every_layer_drops_its_share_and_its_own_elements) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}, DType::f64)),
              step = graph.input("step", Shape({}, DType::i64));
  const Mlp network = mlp(x, kDropping, "", {.form = Form::training, .step = step, .seed = 6});
  EXPECT_EQ(graph.find("h1"), network.layers[0].h);
  EXPECT_NE(network.layers[0].h, network.layers[0].output);
  Bindings bindings = bound(initialized(network.parameters, 2));
  bindings.emplace("x", Tensor(Shape({40, 4}, DType::f64)));
  const auto at_step = [&](int64_t t) {
    bindings.insert_or_assign("step", Tensor(Shape({}, DType::i64), {t}));
    const Value wanted[] = {network.layers[0].output, network.layers[1].output, network.layers[0].h};
    return interpret(graph, wanted, bindings);
  };
  const std::vector<Reference> now = at_step(1), later = at_step(2);
  const auto values = [](const std::vector<Reference>& all, Value v) {
    return all[static_cast<size_t>(v.id)].values;
  };
  const std::vector<double> first = values(now, network.layers[0].output),
                            second = values(now, network.layers[1].output),
                            other = values(later, network.layers[0].output),
                            kept = values(now, network.layers[0].h);
  double dropped1 = 0, dropped2 = 0, both = 0, again = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    if (first[i] != 0) {
      EXPECT_NEAR(first[i], kept[i] / 0.75, 1e-14);
    }
    dropped1 += first[i] == 0;
    dropped2 += second[i] == 0;
    both += first[i] == 0 && second[i] == 0;
    again += first[i] == 0 && other[i] == 0;
  }
  const auto n = static_cast<double>(first.size());  // 2000: deviations of at most 1.2 %
  EXPECT_NEAR(dropped1 / n, 0.25, 0.05) << "seed 6";
  EXPECT_NEAR(dropped2 / n, 0.5, 0.05) << "seed 6";
  EXPECT_NEAR(both / n, 0.125, 0.04) << "seed 6";
  EXPECT_NEAR(again / n, 0.0625, 0.03) << "seed 6";
  EXPECT_EQ(values(at_step(1), network.layers[0].output), first);
}

TEST(Mlp, dropout_without_a_step_to_draw_from_is_an_error) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4}));
  try {
    mlp(x, kDropping, "", {.form = Form::training});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "[dense] dropout of 0.25 needs the number of the training step (MlpForm::step) to draw from");
  }
  for (const double wrong : {-0.1, 1.0, std::nan("")})
    EXPECT_THROW(mlp(x, {LayerSpec{.units = 2, .dropout = wrong}}), Error) << wrong;
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
}  // namespace kette::mlp_test
