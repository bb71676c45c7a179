// The gradient of whole networks against the closed forms of the lecture on backpropagation.
#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/nn/losses.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"

namespace kette::backpropagation_test {
namespace {

constexpr double kTolerance = 1e-12;

double logistic(double z) { return 1 / (1 + std::exp(-z)); }
double logistic_slope(double z) { return logistic(z) * (1 - logistic(z)); }

TEST(Backpropagation, worked_example_agrees_with_the_closed_forms) {
  // NN(x) = σ(Σ_j w_j h_j), h_j = σ(Σ_i W_ij x_i), L = ½(y − NN(x))².
  constexpr size_t kInputs = 2, kHidden = 3;
  const double x[kInputs] = {0.7, -1.3}, y = 0.9;
  const double W[kInputs][kHidden] = {{0.4, -0.6, 1.1}, {-0.2, 0.8, 0.5}}, w[kHidden] = {0.3, -1.2, 0.75};

  Graph graph;
  const Mlp network = mlp(graph.input("x", Shape({kBatch, 2}, DType::f64)),
                          {{3, Activation::sigmoid, false}, {1, Activation::sigmoid, false}});
  const Value loss = squared_error(network.output, graph.input("y", Shape({kBatch, 1}, DType::f64)));
  const std::vector<Value> gradients = gradient(loss, values_of(network.parameters));
  const Bindings bindings{{"x", Tensor(Shape({1, 2}, DType::f64), {x[0], x[1]})},
                          {"y", Tensor(Shape({1, 1}, DType::f64), {y})},
                          {"W1", Tensor(Shape({2, 3}, DType::f64), std::span<const double>(&W[0][0], 6))},
                          {"W2", Tensor(Shape({3, 1}, DType::f64), std::span<const double>(w, 3))}};

  double z[kHidden], output_z = 0;
  for (size_t j = 0; j < kHidden; ++j) {
    z[j] = W[0][j] * x[0] + W[1][j] * x[1];
    output_z += w[j] * logistic(z[j]);
  }
  const double output = logistic(output_z);
  EXPECT_NEAR(interpret(loss, bindings).values[0], (y - output) * (y - output) / 2, kTolerance);
  const std::vector<double> dW = interpret(gradients[0], bindings).values,
                            dw = interpret(gradients[1], bindings).values;
  for (size_t j = 0; j < kHidden; ++j) {
    EXPECT_NEAR(dw[j], -(y - output) * logistic_slope(output_z) * logistic(z[j]), kTolerance);
    for (size_t i = 0; i < kInputs; ++i)
      EXPECT_NEAR(dW[i * kHidden + j],
                  -(y - output) * logistic_slope(output_z) * w[j] * logistic_slope(z[j]) * x[i], kTolerance);
  }
}

/// δ of every neuron by the recursion of the lecture: δ_j = f'(z_j)·Σ_k w_jk·δ_k, from the output's inwards.
TEST(Backpropagation, every_gradient_is_the_delta_above_times_the_output_below) {
  constexpr uint64_t kSeed = 4;
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 5}, DType::f64));
  const Mlp network = mlp(x, {{4, Activation::tanh}, {3, Activation::sigmoid}, {6, Activation::tanh}, {2}});
  const Value y = graph.input("y", Shape({kBatch, 2}, DType::f64)), loss = squared_error(network.output, y);

  const Parameters parameters = initialized(network.parameters, kSeed);
  Bindings bindings(parameters.begin(), parameters.end());
  bindings.emplace("x", Tensor(Shape({1, 5}, DType::f64), {0.3, -1.0, 0.8, 2.0, -0.4}));
  bindings.emplace("y", Tensor(Shape({1, 2}, DType::f64), {0.6, -0.9}));
  const auto values = [&](Value value) { return interpret(value, bindings).values; };

  std::vector<double> delta = values(network.output);  // of the linear output: ŷ − y
  for (size_t j = 0; j < 2; ++j) delta[j] -= bindings.at("y").at(static_cast<int64_t>(j));
  for (size_t l = network.layers.size(); l-- > 0;) {
    const DenseLayer& layer = network.layers[l];
    const std::vector<double> below = values(l == 0 ? x : network.layers[l - 1].h);
    const std::vector<double> weights = values(layer.parameters[0].value);
    const std::vector<Value> found =
        gradient(loss, {layer.z, layer.parameters[0].value, layer.parameters[1].value});
    const std::vector<double> dz = values(found[0]), dW = values(found[1]), db = values(found[2]);
    ASSERT_EQ(dz.size(), delta.size());
    for (size_t j = 0; j < delta.size(); ++j) {
      EXPECT_NEAR(dz[j], delta[j], kTolerance) << "layer " << l + 1;
      EXPECT_NEAR(db[j], delta[j], kTolerance) << "layer " << l + 1;
      for (size_t i = 0; i < below.size(); ++i)
        EXPECT_NEAR(dW[i * delta.size() + j], delta[j] * below[i], kTolerance) << "layer " << l + 1;
    }
    if (l == 0) break;
    std::vector<double> next(below.size(), 0);
    for (size_t i = 0; i < below.size(); ++i) {
      for (size_t j = 0; j < delta.size(); ++j) next[i] += weights[i * delta.size() + j] * delta[j];
      next[i] *= l == 2 ? below[i] * (1 - below[i]) : 1 - below[i] * below[i];  // layer 2 is the sigmoid
    }
    delta = next;
  }
}

TEST(Backpropagation, of_a_batch_is_the_mean_over_its_samples) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2}, DType::f64)),
              y = graph.input("y", Shape({kBatch}, DType::i64));
  const Mlp network = mlp(x, {{4, Activation::tanh}, {3}});
  const std::vector<Value> gradients =
      gradient(cross_entropy(network.output, y), values_of(network.parameters));
  const Parameters parameters = initialized(network.parameters, 9);
  const double rows[3][2] = {{1, 2}, {-1, 0.5}, {0.25, -2}};
  const int64_t classes[3] = {2, 0, 1};

  Bindings batch(parameters.begin(), parameters.end()), single = batch;
  batch.insert_or_assign("x", Tensor(Shape({3, 2}, DType::f64), std::span<const double>(&rows[0][0], 6)));
  batch.insert_or_assign("y", Tensor(Shape({3}, DType::i64), std::span<const int64_t>(classes, 3)));
  for (const Value& g : gradients) {
    const std::vector<double> found = interpret(g, batch).values;
    std::vector<double> mean(found.size(), 0);
    for (size_t n = 0; n < 3; ++n) {
      single.insert_or_assign("x", Tensor(Shape({1, 2}, DType::f64), std::span<const double>(rows[n], 2)));
      single.insert_or_assign("y", Tensor(Shape({1}, DType::i64), {classes[n]}));
      const std::vector<double> one = interpret(g, single).values;
      for (size_t i = 0; i < mean.size(); ++i) mean[i] += one[i] / 3;
    }
    for (size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(found[i], mean[i], 1e-15);
  }
}

}  // namespace
}  // namespace kette::backpropagation_test
