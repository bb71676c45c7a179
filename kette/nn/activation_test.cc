#include "kette/nn/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette::activation_test {
namespace {

struct Curve {
  double (*f)(double);
  double (*slope)(double);
};

double logistic(double z) { return 1 / (1 + std::exp(-z)); }
double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * M_PI); }
double cumulative(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }
constexpr double kScale = 1.0507009873554804934193349852946, kAlpha = 1.6732632423543772848170429916717;

/// Every function and its derivative as textbooks write them.
const std::map<Activation, Curve>& curves() {
  static const std::map<Activation, Curve> table = {
      {Activation::identity, {[](double z) { return z; }, [](double) { return 1.0; }}},
      {Activation::sigmoid, {logistic, [](double z) { return logistic(z) * (1 - logistic(z)); }}},
      {Activation::tanh,
       {[](double z) { return (std::exp(z) - std::exp(-z)) / (std::exp(z) + std::exp(-z)); },
        [](double z) { return 1 / (std::cosh(z) * std::cosh(z)); }}},
      {Activation::hardtanh,
       {[](double z) { return z < -1  ? -1
                              : z > 1 ? 1
                                      : z; },
        [](double z) { return z < -1 || z > 1 ? 0.0 : 1.0; }}},
      {Activation::relu,
       {[](double z) { return z > 0 ? z : 0; }, [](double z) { return z > 0 ? 1.0 : 0.0; }}},
      {Activation::leaky_relu,
       {[](double z) { return z > 0 ? z : 0.01 * z; }, [](double z) { return z > 0 ? 1 : 0.01; }}},
      {Activation::elu,
       {[](double z) { return z > 0 ? z : std::exp(z) - 1; },
        [](double z) { return z > 0 ? 1 : std::exp(z); }}},
      {Activation::selu,
       {[](double z) { return kScale * (z > 0 ? z : kAlpha * (std::exp(z) - 1)); },
        [](double z) { return kScale * (z > 0 ? 1 : kAlpha * std::exp(z)); }}},
      {Activation::gelu,
       {[](double z) { return z * cumulative(z); }, [](double z) { return cumulative(z) + z * density(z); }}},
      {Activation::silu,
       {[](double z) { return z * logistic(z); },
        [](double z) { return logistic(z) + z * logistic(z) * (1 - logistic(z)); }}},
      {Activation::softplus, {[](double z) { return std::log(1 + std::exp(z)); }, logistic}},
      {Activation::softsign,
       {[](double z) { return z / (1 + std::abs(z)); },
        [](double z) { return 1 / ((1 + std::abs(z)) * (1 + std::abs(z))); }}},
      {Activation::cube, {[](double z) { return z * z * z; }, [](double z) { return 3 * z * z; }}},
  };
  return table;
}

TEST(Activation, values_and_slopes_are_those_of_the_textbook) {
  const std::vector<double> points{-3.5, -2, -1.25, -0.5, -0.01, 0.01, 0.5, 1.25, 2, 3.5};
  for (const Activation activation : activations()) {
    Graph graph;
    const Value z = graph.input("z", Shape({kBatch}, DType::f64)), f = apply(activation, z);
    const Value slope = gradient(sum(f), {z})[0];
    const Bindings bindings{
        {"z", Tensor(Shape({static_cast<int64_t>(points.size())}, DType::f64), std::span(points))}};
    const Reference y = interpret(f, bindings), dy = interpret(slope, bindings);
    const Curve& curve = curves().at(activation);
    for (size_t i = 0; i < points.size(); ++i) {
      EXPECT_NEAR(y.values[i], curve.f(points[i]), 1e-13) << to_string(activation) << " at " << points[i];
      const double found = dy.values[dy.values.size() == 1 ? 0 : i];
      EXPECT_NEAR(found, curve.slope(points[i]), 1e-13) << to_string(activation) << "' at " << points[i];
    }
  }
}

TEST(Activation, names_are_read_back) {
  EXPECT_EQ(activations().size(), curves().size());
  for (const Activation activation : activations())
    EXPECT_EQ(parse_activation(to_string(activation)), activation);
}

TEST(Activation, an_unknown_name_lists_the_choices) {
  try {
    parse_activation("Tanh");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[activation] \"Tanh\" is unknown; expected one of identity, sigmoid, tanh, hardtanh, relu, "
                 "leaky_relu, "
                 "elu, selu, gelu, silu, softplus, softsign, cube");
  }
}

TEST(Activation, chooses_the_initializer_that_its_paper_recommends) {
  EXPECT_EQ(to_string(default_initializer(Activation::tanh)), "glorot_uniform");
  EXPECT_EQ(to_string(default_initializer(Activation::sigmoid)), "glorot_uniform");
  EXPECT_EQ(to_string(default_initializer(Activation::identity)), "glorot_uniform");
  EXPECT_EQ(to_string(default_initializer(Activation::relu)), "he_normal");
  EXPECT_EQ(to_string(default_initializer(Activation::leaky_relu)), "he_normal");
  EXPECT_EQ(to_string(default_initializer(Activation::selu)), "lecun_normal");
}

}  // namespace
}  // namespace kette::activation_test
