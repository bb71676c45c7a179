// The numbers of the lecture, derived by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "kette/kette.h"

namespace kette {
namespace {

const Shape kScalar({}, DType::f64);

Tensor row(std::initializer_list<double> values) {
  return Tensor(Shape({1, static_cast<int64_t>(values.size())}, DType::f64), values);
}

std::vector<double> values(Value value, const Bindings& bindings) {
  return interpret(value, bindings).values;
}

/// The same, by the compiled program.
std::vector<double> compiled(Value value, const Bindings& given) {
  Bindings bindings = given;
  Program program(std::vector{value}, {}, [&](std::string_view name) {
    const auto found = bindings.find(std::string(name));
    return found == bindings.end() ? nullptr : &found->second;
  });
  program.bind(batch_of(*value.graph, bindings));
  for (const Node& node : value.graph->nodes())
    if (node.kind == NodeKind::input && bindings.contains(node.name))
      program.set(node.name, bindings.at(node.name));
  program.run();
  const std::span<const double> found = program.values<double>(0);
  return {found.begin(), found.end()};
}

// L4 to L7
// ------------------------------------------------------------------------------------------------------------

struct Point {
  Activation activation;
  double z, f, slope;
};

void PrintTo(const Point& p, std::ostream* out) { *out << to_string(p.activation) << " at " << p.z; }

class ActivationTable : public testing::TestWithParam<Point> {};

TEST_P(ActivationTable, holds_value_and_derivative) {
  const Point& p = GetParam();
  Graph graph;
  const Value z = graph.input("z", kScalar), f = apply(p.activation, z), slope = gradient(f, {z})[0];
  const Bindings at{{"z", Tensor(kScalar, {p.z})}};
  EXPECT_NEAR(values(f, at)[0], p.f, 1e-15);
  EXPECT_NEAR(values(slope, at)[0], p.slope, 1e-15);
  EXPECT_NEAR(compiled(f, at)[0], p.f, 1e-15);
  EXPECT_NEAR(compiled(slope, at)[0], p.slope, 1e-15);
}

// σ(ln 3) = 3/4 and σ' = 3/4·1/4; tanh(ln 3) = (3 − 1/3)/(3 + 1/3) = 4/5 and tanh' = 1 − 16/25.
const double kLog3 = std::log(3);
INSTANTIATE_TEST_SUITE_P(
    Lecture, ActivationTable,
    testing::Values(Point{Activation::sigmoid, 0, 0.5, 0.25}, Point{Activation::sigmoid, kLog3, 0.75, 0.1875},
                    Point{Activation::sigmoid, -kLog3, 0.25, 0.1875}, Point{Activation::sigmoid, 1000, 1, 0},
                    Point{Activation::sigmoid, -1000, 0, 0}, Point{Activation::tanh, 0, 0, 1},
                    Point{Activation::tanh, kLog3, 0.8, 0.36}, Point{Activation::tanh, -kLog3, -0.8, 0.36},
                    Point{Activation::tanh, 1000, 1, 0}, Point{Activation::hardtanh, -1.5, -1, 0},
                    Point{Activation::hardtanh, -1, -1, 1}, Point{Activation::hardtanh, 0.25, 0.25, 1},
                    Point{Activation::hardtanh, 1, 1, 1}, Point{Activation::hardtanh, 7, 1, 0},
                    Point{Activation::relu, -2, 0, 0}, Point{Activation::relu, 0, 0, 0},
                    Point{Activation::relu, 0.5, 0.5, 1}, Point{Activation::relu, 1e300, 1e300, 1}));

// L9 to L11
// -----------------------------------------------------------------------------------------------------------

TEST(Softmax, gives_shares_that_sum_to_one) {
  Graph graph;
  const Value o = graph.input("o", Shape({1, 3}, DType::f64)), p = softmax(o);
  // e^{ln 1}, e^{ln 2}, e^{ln 5} = 1, 2, 5 of 8.
  const std::vector<double> found = compiled(p, {{"o", row({0, std::log(2), std::log(5)})}});
  EXPECT_NEAR(found[0], 1.0 / 8, 1e-15);
  EXPECT_NEAR(found[1], 2.0 / 8, 1e-15);
  EXPECT_NEAR(found[2], 5.0 / 8, 1e-15);
  for (const double scale : {1.0, 100.0, 1e4, 1e300}) {
    const std::vector<double> shares = compiled(p, {{"o", row({-scale, 0.5 * scale, scale})}});
    EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-15) << scale;
  }
}

TEST(Losses, of_the_lecture_have_their_values) {
  Graph graph;
  const Value s = graph.input("s", Shape({1, 3}, DType::f64)), y = graph.input("y", Shape({1}, DType::i64));
  const Value prediction = graph.input("p", Shape({1, 1}, DType::f64)),
              target = graph.input("t", Shape({1, 1}, DType::f64));
  const Bindings at{{"s", row({0, std::log(2), std::log(5)})},
                    {"y", Tensor(Shape({1}, DType::i64), {int64_t{1}})},
                    {"p", row({0.25})},
                    {"t", row({1})}};
  EXPECT_NEAR(values(cross_entropy(s, y), at)[0], std::log(4), 1e-15);            // −log 2/8
  EXPECT_NEAR(values(squared_error(prediction, target), at)[0], 0.28125, 1e-15);  // ½·0.75²
  EXPECT_NEAR(values(hinge(prediction, target), at)[0], 0.75, 1e-15);             // max(0, 1 − 1·0.25)
  EXPECT_NEAR(values(multiclass_hinge(s, y), at)[0], 1 + std::log(2.5), 1e-15);   // 1 + ln 5 − ln 2
}

TEST(Evaluation, compares_the_class_of_the_largest_output) {
  Graph graph;
  const Value y_hat = graph.input("y_hat", Shape({1, 4}, DType::f64));
  EXPECT_EQ(values(argmax(y_hat), {{"y_hat", row({0.08, 0.25, 0.42, 0.25})}})[0], 2);
  const Tensor probabilities(Shape({1, 4}), {0.08f, 0.25f, 0.42f, 0.25f});
  EXPECT_EQ(predicted_classes(probabilities).at(0), 2);
  EXPECT_EQ(accuracy(probabilities, Tensor(Shape({1}, DType::i64), {int64_t{1}})), 0);
  EXPECT_EQ(accuracy(probabilities, Tensor(Shape({1}, DType::i64), {int64_t{2}})), 1);
  const Value one = one_hot(graph.input("y", Shape({1}, DType::i64)), 4, DType::f64);
  EXPECT_EQ(values(one, {{"y", Tensor(Shape({1}, DType::i64), {int64_t{1}})}}),
            (std::vector<double>{0, 1, 0, 0}));
}

// L21 to L23
// ----------------------------------------------------------------------------------------------------------

/// NN(x) = σ(Σ_j w_j h_j), h_j = σ(Σ_i W_ij x_i), with numbers for which all sigmoids are known exactly:
/// x = (ln 3, 1), W = [[1, −1], [0, 2·ln 3]]: h = σ(ln 3), σ(ln 3) = ¾, ¾; w = (2·ln 3, −⅔·ln 3): Σ = ln 3,
/// NN = ¾.
struct WorkedExample {
  Graph graph;
  Value x = graph.input("x", Shape({1, 2}, DType::f64)), y = graph.input("y", Shape({1, 1}, DType::f64));
  Value W = graph.parameter("W", Shape({2, 2}, DType::f64)),
        w = graph.parameter("w", Shape({2, 1}, DType::f64));
  Value h = sigmoid(matmul(x, W)), output = sigmoid(matmul(h, w)), loss = squared_error(output, y);
  Bindings at{{"x", row({kLog3, 1})},
              {"y", row({1})},
              {"W", Tensor(Shape({2, 2}, DType::f64), {1.0, -1.0, 0.0, 2 * kLog3})},
              {"w", Tensor(Shape({2, 1}, DType::f64), {2 * kLog3, -kLog3 * 2 / 3})}};
};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << "element " << i;
}

TEST(WorkedBackpropagation, has_the_gradients_of_the_closed_forms) {
  const WorkedExample example;
  const std::vector<Value> gradients = gradient(example.loss, {example.W, example.w});
  // −(y − NN)·σ' = −¼·3/16 = −3/64; times h_j = ¾. First layer: −3/64·w_j·σ'(…)·x_i = −3/64·w_j·3/16·x_i.
  const std::vector<double> dw = {-9.0 / 256, -9.0 / 256}, w = {2 * kLog3, -kLog3 * 2 / 3};
  const double c = -9.0 / 1024;
  const std::vector<double> dW = {c * w[0] * kLog3, c * w[1] * kLog3, c * w[0], c * w[1]};
  for (const auto& evaluate : {values, compiled}) {
    expect_near(evaluate(example.output, example.at), {0.75}, 1e-12);
    expect_near(evaluate(example.loss, example.at), {1.0 / 32}, 1e-12);
    expect_near(evaluate(gradients[1], example.at), dw, 1e-12);
    expect_near(evaluate(gradients[0], example.at), dW, 1e-12);
  }
}

TEST(WorkedBackpropagation, a_step_moves_each_weight_against_its_gradient) {
  WorkedExample example;
  const TrainingStep step = training_step(example.loss, std::vector{example.W, example.w});
  Program program({}, step.updates, [&](std::string_view name) { return &example.at.at(std::string(name)); });
  const Tensor rate(kScalar, {0.5});
  program.set("x", example.at.at("x"));
  program.set("y", example.at.at("y"));
  program.set("learning_rate", rate);
  program.run();
  EXPECT_NEAR(example.at.at("w").at(0), 2 * kLog3 + 0.5 * 9 / 256, 1e-12);
  EXPECT_NEAR(example.at.at("W").at(2), 0 + 0.5 * 9 / 1024 * 2 * kLog3, 1e-12);
}

TEST(Deltas, times_the_output_below_are_the_gradient_of_every_weight) {
  constexpr uint64_t kSeed = 11;
  Graph graph;
  const Value x = graph.input("x", Shape({1, 4}, DType::f64)),
              y = graph.input("y", Shape({1, 3}, DType::f64));
  const Mlp network = mlp(x, {{5, Activation::tanh}, {4, Activation::sigmoid}, {3, Activation::sigmoid}});
  const Value loss = squared_error(network.output, y);
  const Parameters parameters = initialized(network.parameters, kSeed);
  Bindings at(parameters.begin(), parameters.end());
  at.emplace("x", row({0.2, -0.7, 1.5, 1}));
  at.emplace("y", row({1, 0, 0.5}));
  Value below = x;
  int weights = 0;
  for (const DenseLayer& layer : network.layers) {
    const std::vector<Value> found = gradient(loss, {layer.z, layer.parameters[0].value});
    const std::vector<double> delta = compiled(found[0], at), out = values(below, at),
                              dW = compiled(found[1], at);
    for (size_t i = 0; i < out.size(); ++i)
      for (size_t j = 0; j < delta.size(); ++j, ++weights)
        EXPECT_NEAR(dW[i * delta.size() + j], delta[j] * out[i], 1e-15);
    below = layer.h;
  }
  EXPECT_EQ(weights, 4 * 5 + 5 * 4 + 4 * 3);
}

// L25
// -----------------------------------------------------------------------------------------------------------------

TEST(OlahsGraph, has_the_value_6_and_the_derivatives_2_and_5_in_both_modes) {
  Graph graph;
  const Value a = graph.input("a", kScalar), b = graph.input("b", kScalar);
  const Value c = a + b, d = b + 1.0, e = c * d, one = graph.constant(1.0, DType::f64);
  const Bindings at{{"a", Tensor(kScalar, {2.0})}, {"b", Tensor(kScalar, {1.0})}};
  const std::vector<Value> reverse = gradient(e, {a, b, c, d});
  const Value forward_a = jvp(e, std::vector{a}, std::vector{one}),
              forward_b = jvp(e, std::vector{b}, std::vector{one});
  for (const auto& evaluate : {values, compiled}) {
    EXPECT_EQ(evaluate(c, at)[0], 3);
    EXPECT_EQ(evaluate(d, at)[0], 2);
    EXPECT_EQ(evaluate(e, at)[0], 6);
    EXPECT_EQ(evaluate(reverse[0], at)[0], 2);
    EXPECT_EQ(evaluate(reverse[1], at)[0], 5);
    EXPECT_EQ(evaluate(reverse[2], at)[0], 2);
    EXPECT_EQ(evaluate(reverse[3], at)[0], 3);
    EXPECT_EQ(evaluate(forward_a, at)[0], 2);
    EXPECT_EQ(evaluate(forward_b, at)[0], 5);
  }
}

// L26 to L28
// ----------------------------------------------------------------------------------------------------------

TEST(GoldbergsGraph, has_the_shapes_of_the_figures) {
  Graph graph;
  const auto shape = [](Value v) { return to_string(v.shape()); };
  const Shape word({1}, DType::i64);
  const Value E = graph.parameter("E", Shape({1000, 50}));
  const std::vector<Value> rows = {lookup(E, graph.input("the", word)), lookup(E, graph.input("black", word)),
                                   lookup(E, graph.input("dog", word))};
  for (const Value& looked_up : rows) EXPECT_EQ(shape(looked_up), "f32[1,50]");
  const Value x = concat(rows, 1);
  EXPECT_EQ(shape(x), "f32[1,150]");
  const Value W1 = graph.parameter("W1", Shape({150, 20})), b1 = graph.parameter("b1", Shape({1, 20}));
  const Value W2 = graph.parameter("W2", Shape({20, 17})), b2 = graph.parameter("b2", Shape({1, 17}));
  const Value xW = matmul(x, W1), h = tanh(xW + b1), hW = matmul(h, W2), p = softmax(hW + b2);
  EXPECT_EQ(shape(xW), "f32[1,20]");
  EXPECT_EQ(shape(h), "f32[1,20]");
  EXPECT_EQ(shape(hW), "f32[1,17]");
  EXPECT_EQ(shape(p), "f32[1,17]");
  const Value picked = pick(p, graph.input("expected", word)), loss = neg(log(picked));
  EXPECT_EQ(shape(picked), "f32[1,1]");
  EXPECT_EQ(shape(loss), "f32[1,1]");
  for (const Value& w : {E, W1, b1, W2, b2}) EXPECT_EQ(shape(gradient(loss, {w})[0]), shape(w));
}

TEST(GoldbergsGraph, the_loss_is_the_negative_log_probability_of_the_expected_tag) {
  Graph graph;
  const Value scores = graph.input("scores", Shape({1, 17}, DType::f64));
  const Value loss = -log(pick(softmax(scores), graph.input("expected", Shape({1}, DType::i64))));
  Bindings at{{"scores", Tensor(Shape({1, 17}, DType::f64))},
              {"expected", Tensor(Shape({1}, DType::i64), {int64_t{5}})}};
  EXPECT_NEAR(values(loss, at)[0], std::log(17), 1e-14);  // 17 equal scores
  EXPECT_NEAR(compiled(loss, at)[0], std::log(17), 1e-14);
  at.at("scores").set(5, -30);  // P = e^−30/(16 + e^−30)
  EXPECT_NEAR(compiled(loss, at)[0], 30 + std::log(16 + std::exp(-30)), 1e-12);
}

}  // namespace
}  // namespace kette
