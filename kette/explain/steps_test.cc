#include "kette/explain/steps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/base/error.h"
#include "kette/explain/trace.h"
#include "kette/explain/view.h"

namespace kette::steps_test {
namespace {

/// The worked example of backpropagation [L21]: NN(x) = σ(Σ w_j h_j), h_j = σ(Σ W_ij x_i), L = ½(y − NN(x))².
constexpr const char* kWorked = R"(
input x: f64[1,2]
input y: f64[1,1]
parameter W: f64[2,2]
parameter w: f64[2,1]
constant half: f64[] = 0.5
s = matmul(x, W)
h = sigmoid(s)
t = matmul(h, w)
out = sigmoid(t)
error = sub(y, out)
squared = square(error)
loss = mul(half, squared)
)";

Subject worked() {
  Subject subject = subject_of_text(kWorked, "worked");
  for (const char* value : {"x=[1, 0.5]", "y=1", "W=[[0.4, -0.2], [0.3, 0.6]]", "w=[0.5, -0.4]"})
    set_value(subject, value);
  return subject;
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

template <class List>
const auto& of(const List& steps, const Subject& subject, const char* name) {
  const int id = find_node(subject, name).id;
  for (const auto& step : steps)
    if (step.node == id) return step;
  fail("no step {}", name);
}

TEST(Steps, the_worked_example_in_closed_form) {
  Subject subject = worked();
  const Steps steps = steps_of(subject, view_of(subject), {.most_elements = 4, .learning_rate = 0.25});
  const double x[] = {1, 0.5}, W[2][2] = {{0.4, -0.2}, {0.3, 0.6}}, w[] = {0.5, -0.4}, y = 1;
  double h[2], t = 0;
  for (int j = 0; j < 2; ++j) {
    h[j] = sigmoid(W[0][j] * x[0] + W[1][j] * x[1]);
    t += w[j] * h[j];
  }
  const double out = sigmoid(t), outer = -(y - out) * out * (1 - out);
  EXPECT_NEAR(of(steps.forward, subject, "out").formula.elements[0].value, out, 1e-15);
  const BackwardStep& product = of(steps.backward, subject, "t");
  EXPECT_NEAR(product.incoming.elements[0].value, outer, 1e-15);
  ASSERT_EQ(product.parts.size(), 2u);
  for (size_t j = 0; j < 2; ++j)
    EXPECT_NEAR(product.parts[1].outgoing.elements[j].value, outer * h[j], 1e-15) << "∂L/∂w" << j;
  const BackwardStep& first = of(steps.backward, subject, "s");
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 2; ++j)
      EXPECT_NEAR(first.parts[1].outgoing.elements[2 * i + j].value, outer * w[j] * h[j] * (1 - h[j]) * x[i],
                  1e-15);
  ASSERT_EQ(steps.layers.size(), 2u);
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 2; ++j) {
      const double delta = outer * w[j] * h[j] * (1 - h[j]);
      EXPECT_NEAR(steps.layers[0].delta.elements[j].value, delta, 1e-15);
      EXPECT_NEAR(steps.layers[0].weights.change.elements[2 * i + j].value, -0.25 * delta * x[i], 1e-15);
      EXPECT_NEAR(steps.layers[0].weights.after[2 * i + j], W[i][j] - 0.25 * delta * x[i], 1e-15);
    }
  EXPECT_NEAR(steps.loss_before, 0.5 * (y - out) * (y - out), 1e-15);
  EXPECT_LT(steps.loss_after, steps.loss_before);
}

TEST(Steps, symbols_and_numbers_are_written_out) {
  Subject subject = worked();
  const Steps steps = steps_of(subject, view_of(subject));
  const ForwardStep& t = of(steps.forward, subject, "t");
  EXPECT_EQ(t.formula.symbols, "h·w");
  EXPECT_EQ(t.formula.elements[0].symbols, "h[1]·w[1,1] + h[2]·w[2,1]");
  EXPECT_EQ(t.formula.elements[0].numbers, "0.6341·0.5 + 0.525·(−0.4)");
  const BackwardStep& h = of(steps.backward, subject, "h");
  EXPECT_EQ(h.incoming.name, "∂L/∂h");
  EXPECT_EQ(h.parts[0].local.symbols, "h·(1 − h)");
  EXPECT_EQ(h.parts[0].local.elements[0].numbers, "0.6341·(1 − 0.6341)");
  EXPECT_EQ(h.parts[0].outgoing.symbols, "∂L/∂h·(h·(1 − h))");
  EXPECT_EQ(of(steps.backward, subject, "t").parts[1].outgoing.symbols, "hᵀ·∂L/∂t");
  EXPECT_EQ(of(steps.backward, subject, "t").parts[1].outgoing.elements[1].symbols, "h[2]·∂L/∂t");
}

/// Every number of the steps is one of the nodes' values, and the backward pass adds up: what operations pass
/// on to a value is the gradient that comes in where it was made.
TEST(Steps, every_part_adds_up_to_the_gradient) {
  Subject subject = worked();
  const View view = view_of(subject);
  const Steps steps = steps_of(subject, view, {.most_elements = 100});
  std::map<std::string, double> passed;
  for (const BackwardStep& step : steps.backward)
    for (const BackwardPart& part : step.parts)
      for (const ElementLine& line : part.outgoing.elements) passed[line.name] += line.value;
  int compared = 0;
  for (const BackwardStep& step : steps.backward) {
    if (step.node == subject.loss.id) continue;
    for (const ElementLine& line : step.incoming.elements) {
      EXPECT_EQ(line.value, passed.at(line.name)) << line.name;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 8);  // squared, error, out, t, two of h, two of s
}

/// What stands in a page.
std::string written(const Steps& steps) { return steps_json(steps).dump(); }

TEST(Steps, are_the_same_when_asked_for_again) {
  Subject subject = worked();
  const std::string first = written(steps_of(subject, view_of(subject)));
  EXPECT_EQ(written(steps_of(subject, view_of(subject))), first);
  set_value(subject, "w=[0.5, -0.4]");
  EXPECT_EQ(written(steps_of(subject, view_of(subject))), first);
  set_value(subject, "w[1,1]=0.7");
  EXPECT_NE(written(steps_of(subject, view_of(subject))), first);
}

/// Δw = −η·Σ δ_rj·out_ri over the rows r.
TEST(Steps, a_product_of_several_rows_sums_over_them) {
  Subject subject = subject_of_text(
      "input x: f64[2,3]\nparameter W: f64[3,2]\nz = matmul(x, W)\ns = square(z)\nL = sum(s)\n", "rows");
  set_value(subject, "x=[[1, 2, 3], [4, 5, 6]]");
  set_value(subject, "W=[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]");
  const Steps steps = steps_of(subject, view_of(subject), {.most_elements = 6});
  ASSERT_EQ(steps.layers.size(), 1u);
  const ParameterChange& weights = steps.layers[0].weights;
  EXPECT_EQ(weights.change.elements[4].symbols, "−η·(x[1,3]·δ[1,1] + x[2,3]·δ[2,1])");
  const double z11 = 0.1 + 0.6 + 1.5, z21 = 0.4 + 1.5 + 3;
  EXPECT_NEAR(weights.change.elements[4].value, -0.1 * 2 * (3 * z11 + 6 * z21), 1e-12);
  for (size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(weights.after[i], weights.before[i] + weights.change.elements[i].value, 1e-12);
}

/// Each use has a part; the weights change by their sum.
TEST(Steps, weights_used_twice_have_parts) {
  Subject subject = subject_of_text(
      "input x: f64[1,2]\nparameter W: f64[2,2]\nh = matmul(x, W)\nz = matmul(h, W)\ns = square(z)\nL = "
      "sum(s)\n",
      "tied");
  set_value(subject, "x=[1, 2]");
  set_value(subject, "W=[[0.5, -1], [2, 0.25]]");
  const Steps steps = steps_of(subject, view_of(subject), {.most_elements = 4});
  ASSERT_EQ(steps.layers.size(), 2u);
  for (size_t i = 0; i < 4; ++i) {
    const ParameterChange &first = steps.layers[0].weights, &second = steps.layers[1].weights;
    EXPECT_TRUE(first.is_part && second.is_part);
    EXPECT_NEAR(first.after[i] - first.before[i],
                first.change.elements[i].value + second.change.elements[i].value, 1e-12);
  }
}

TEST(Steps, biases_change_by_their_gradient) {
  Subject subject = subject_of_text(
      "input x: f64[1,2]\nparameter W: f64[2,2]\nparameter b: f64[2]\np = matmul(x, W)\nz = add(p, b)\n"
      "s = square(z)\nL = sum(s)\n",
      "bias");
  for (const char* value : {"x=[1, 2]", "W=[1, 2, 3, 4]", "b=[0.5, -0.5]"}) set_value(subject, value);
  const Steps steps = steps_of(subject, view_of(subject));
  ASSERT_EQ(steps.others.size(), 1u);
  EXPECT_EQ(steps.others[0].parameter, "b");
  EXPECT_NEAR(steps.others[0].change.elements[1].value, -0.1 * 2 * (10 - 0.5), 1e-12);
  EXPECT_NEAR(steps.others[0].after[1], -0.5 - 1.9, 1e-12);
}

TEST(Steps, equal_operands_of_max_tell_which_subgradient_was_taken) {
  Subject subject = subject_of_text("input a: f64[]\ninput b: f64[]\ny = max(a, b)\n", "max");
  set_value(subject, "a=1");
  set_value(subject, "b=1");
  const Steps steps = steps_of(subject, view_of(subject));
  EXPECT_TRUE(of(steps.backward, subject, "y")
                  .parts[0]
                  .subgradient.starts_with("a = b: max has no derivative there"));
}

TEST(Steps, a_kink_tells_which_subgradient_was_taken) {
  Subject subject = subject_of_text("input x: f64[1,3]\ny = relu(x)\nz = sum(y)\n", "kink");
  set_value(subject, "x=[1, 0, -2]");
  const Steps steps = steps_of(subject, view_of(subject));
  EXPECT_EQ(of(steps.backward, subject, "y").parts[0].subgradient,
            "x[2] = 0: relu has no derivative there; taken: y' = 1 if x > 0, else 0");
}

TEST(Steps, of_large_tensors_the_largest_elements) {
  Subject subject = subject_of_text("input x: f64[1,5]\ny = square(x)\nz = sum(y)\n", "large");
  set_value(subject, "x=[1, -4, 2, 3, 0]");
  const Steps steps = steps_of(subject, view_of(subject), {.most_elements = 2});
  const Formula& x = of(steps.forward, subject, "x").formula;
  ASSERT_EQ(x.elements.size(), 2u);
  EXPECT_EQ(x.elements[0].name, "x[2]");
  EXPECT_EQ(x.elements[1].name, "x[4]");
  EXPECT_EQ(x.left_out, 3);
}

TEST(ElementName, counts_from_one_and_leaves_out_what_is_alone) {
  EXPECT_EQ(element_name("loss", Shape({}), 0), "loss");
  EXPECT_EQ(element_name("loss", Shape({1, 1}), 0), "loss");
  EXPECT_EQ(element_name("h", Shape({1, 4}), 2), "h[3]");
  EXPECT_EQ(element_name("b", Shape({4}), 3), "b[4]");
  EXPECT_EQ(element_name("W", Shape({3, 4}), 6), "W[2,3]");
  EXPECT_EQ(element_name("w", Shape({3, 1}), 1), "w[2,1]");
}

}  // namespace
}  // namespace kette::steps_test
