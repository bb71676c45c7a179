#include "kette/autodiff/gradient.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace kette::gradient_test {
namespace {

Tensor random_tensor(const Shape& shape, uint64_t seed) {
  Tensor tensor(shape);
  const Random random(seed);
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, random.normal(static_cast<uint64_t>(i)));
  return tensor;
}

std::string message(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Gradient, of_olahs_graph) {
  Graph graph;
  const Value a = graph.input("a", Shape({}, DType::f64)), b = graph.input("b", Shape({}, DType::f64));
  const Value e = (a + b) * (b + 1.0);
  const Bindings at{{"a", Tensor(Shape({}, DType::f64), {2.0})}, {"b", Tensor(Shape({}, DType::f64), {1.0})}};
  EXPECT_EQ(interpret(e, at).values[0], 6);
  const std::vector<Value> reverse = gradient(e, {a, b});
  EXPECT_EQ(interpret(reverse[0], at).values[0], 2);
  EXPECT_EQ(interpret(reverse[1], at).values[0], 5);
  const std::vector<Value> wrt{b}, one{graph.constant(1, DType::f64)};
  EXPECT_EQ(interpret(jvp(e, wrt, one), at).values[0], 5);
}

/// A two-layer network's loss as a function of its weights.
struct Network {
  Graph graph;
  Value loss;
  std::vector<Value> weights;
  Bindings bindings;

  Network() {
    const Value x = graph.input("x", Shape({kBatch, 3}, DType::f64)),
                y = graph.input("y", Shape({kBatch}, DType::i64));
    const Value W1 = graph.parameter("W1", Shape({3, 5}, DType::f64)),
                b1 = graph.parameter("b1", Shape({5}, DType::f64));
    const Value W2 = graph.parameter("W2", Shape({5, 4}, DType::f64));
    const Value z = matmul(tanh(matmul(x, W1) + b1), W2);
    loss = mean(logsumexp(z) - pick(z, y));
    weights = {W1, b1, W2};
    bindings.emplace("x", random_tensor(Shape({6, 3}, DType::f64), 1));
    bindings.emplace("y", Tensor(Shape({6}, DType::i64),
                                 {int64_t{0}, int64_t{3}, int64_t{1}, int64_t{2}, int64_t{0}, int64_t{1}}));
    for (size_t i = 0; i < weights.size(); ++i)
      bindings.emplace(graph.node(weights[i]).name, random_tensor(weights[i].shape(), i + 2));
  }
};

TEST(Gradient, a_hessian_vector_product_agrees_with_differences_of_gradients) {
  Network net;
  const std::vector<Value> g = gradient(net.loss, net.weights);
  std::vector<Value> directions;
  for (size_t i = 0; i < net.weights.size(); ++i)
    directions.push_back(net.graph.constant(random_tensor(net.weights[i].shape(), 10 + i)));
  const double h = 1e-4;
  for (size_t i = 0; i < g.size(); ++i) {
    const Reference product = interpret(jvp(g[i], net.weights, directions), net.bindings);
    std::vector<double> difference(product.values.size(), 0);
    for (double side : {-2.0, -1.0, 1.0, 2.0}) {
      Bindings moved = net.bindings;
      for (size_t k = 0; k < net.weights.size(); ++k) {
        Tensor& w = moved.at(net.graph.node(net.weights[k]).name);
        const Tensor& d = *net.graph.node(directions[k]).value;
        for (int64_t j = 0; j < w.size(); ++j) w.set(j, w.at(j) + side * h * d.at(j));
      }
      const double weight = (std::abs(side) == 1 ? 8.0 : -1.0) * (side > 0 ? 1 : -1) / (12 * h);
      const Reference at = interpret(g[i], moved);
      for (size_t j = 0; j < difference.size(); ++j) difference[j] += weight * at.values[j];
    }
    for (size_t j = 0; j < difference.size(); ++j)
      EXPECT_NEAR(product.values[j], difference[j], 1e-8 * (1 + std::abs(difference[j])));
  }
}

TEST(Gradient, reverse_over_reverse_equals_forward_over_reverse) {
  Network net;
  const Value W1 = net.weights[0];
  const Value g = gradient(net.loss, {W1})[0];
  const Value direction = net.graph.constant(random_tensor(W1.shape(), 20));
  const std::vector<Value> wrt{W1}, tangents{direction};
  const Reference forward = interpret(jvp(g, wrt, tangents), net.bindings);
  const Reference reverse = interpret(gradient(sum(mul(g, direction)), {W1})[0], net.bindings);
  for (size_t i = 0; i < forward.values.size(); ++i) EXPECT_NEAR(forward.values[i], reverse.values[i], 1e-12);
}

TEST(Gradient, third_derivative_of_a_power) {
  Graph graph;
  const Value x = graph.input("x", Shape({}, DType::f64));
  Value y = pow(x, 5.0);
  for (int order = 0; order < 3; ++order) y = gradient(y, {x})[0];
  EXPECT_NEAR(interpret(y, {{"x", Tensor(Shape({}, DType::f64), {2.0})}}).values[0], 60 * 4, 1e-10);
}

TEST(Gradient, of_a_looked_up_table_is_sparse) {
  Graph graph;
  const Value table = graph.parameter("E", Shape({1000, 4}, DType::f64));
  const Value words = graph.input("words", Shape({kBatch, 3}, DType::i64));
  const Value g = gradient(sum(square(lookup(table, words))), {table})[0];
  EXPECT_EQ(graph.node(g).op, &kScatterAdd);
}

TEST(Gradient, of_a_table_looked_up_three_times_is_one_sparse_gradient) {
  Graph graph;
  const Value table = graph.parameter("E", Shape({9, 2}, DType::f64));
  Value loss;
  for (const char* name : {"the", "black", "dog"}) {
    const Value part = sum(cube(lookup(table, graph.input(name, Shape({1}, DType::i64)))));
    loss = loss ? loss + part : part;
  }
  const Value g = gradient(loss, {table})[0];
  EXPECT_EQ(graph.node(g).op, &kScatterAdd);
  Bindings bindings{{"E", random_tensor(Shape({9, 2}, DType::f64), 4)}};
  const std::vector<std::pair<const char*, int64_t>> words{{"the", 2}, {"black", 7}, {"dog", 2}};
  for (const auto& [name, id] : words) bindings.emplace(name, Tensor(Shape({1}, DType::i64), {id}));
  for (const GradientError& error : check_gradient(loss, std::vector<Value>{table}, bindings))
    EXPECT_LE(error.relative, 1e-7);
}

TEST(Gradient, of_what_the_loss_does_not_depend_on_is_zero) {
  Graph graph;
  const Value x = graph.input("x", Shape({2}, DType::f64)),
              other = graph.input("other", Shape({3}, DType::f64));
  const Reference g = interpret(gradient(sum(x), {other})[0], {});
  EXPECT_EQ(g.values, (std::vector<double>{0, 0, 0}));
}

TEST(Gradient, mistakes_are_named) {
  Graph graph, other;
  const Value x = graph.input("x", Shape({2}));
  EXPECT_EQ(message([&] { gradient(x, {x}); }),
            "[gradient] the loss is f32[2]; expected one element (take the mean or the sum)");
  EXPECT_EQ(message([&] { gradient(sum(x), {other.input("x", Shape({2}))}); }),
            "[gradient] a value to differentiate by belongs to another graph");
  EXPECT_EQ(message([&] { interpret(x, {}); }), "[bind] \"x\" has no value");
  EXPECT_EQ(message([&] { interpret(x, {{"x", Tensor(Shape({3}))}}); }), "[bind] \"x\" is [3]; expected [2]");
}

/// A check that cannot fail is none: a derivative wrong by one part in a million must be found.
TEST(GradientCheck, finds_a_wrong_derivative) {
  static OpDef wrong = kSquare;
  wrong.name = "wrong_square";
  wrong.partials = [](const LocalCall& c) { return std::vector{c.x[0] * 2.000002}; };
  Graph graph;
  const Value x = graph.input("x", Shape({5}, DType::f64));
  const Value y = graph.apply(wrong, {x});
  const std::vector<GradientError> errors =
      check_gradient(y, std::vector<Value>{x}, {{"x", random_tensor(Shape({5}, DType::f64), 1)}});
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NEAR(errors[0].relative, 1e-6, 1e-8);
}

}  // namespace
}  // namespace kette::gradient_test
