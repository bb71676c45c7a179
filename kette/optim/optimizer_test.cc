#include "kette/optim/optimizer.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette::optimizer_test {
namespace {

constexpr size_t kSize = 3;
constexpr int kSteps = 4;
using Vector = std::array<double, kSize>;
constexpr Vector kStart = {1.5, -2, 0.25}, kCurvature = {1, 0.5, 4}, kCentre = {0.5, 1, -1};

/// L = ½ Σ a_i (w_i − c_i)², whose gradient is a_i (w_i − c_i).
Value bowl(Value w) {
  Graph& graph = *w.graph;
  const Value a = graph.constant(Tensor(Shape({3}, DType::f64), std::span<const double>(kCurvature)));
  const Value c = graph.constant(Tensor(Shape({3}, DType::f64), std::span<const double>(kCentre)));
  return sum(a * square(w - c)) * 0.5;
}

Tensor scalar(double value) { return Tensor(Shape({}, DType::f64), {value}); }

/// Takes one step: every target gets its next value, all computed from the old ones.
void advance(const TrainingStep& step, Bindings& bindings) {
  std::vector<Value> wanted;
  for (const Update& update : step.updates) wanted.push_back(update.next);
  const std::vector<Reference> next = interpret(*step.loss.graph, wanted, bindings);
  for (const Update& update : step.updates) {
    const Reference& reference = next[static_cast<size_t>(update.next.id)];
    const std::string& name = step.loss.graph->node(update.target).name;
    ASSERT_TRUE(reference.shape.same_dims(bindings.at(name).shape())) << name;
    for (size_t i = 0; i < reference.values.size(); ++i)
      bindings.at(name).set(static_cast<int64_t>(i), reference.values[i]);
  }
}

void start(const TrainingStep& step, Bindings& bindings) {
  const Parameters state = initialized(step.state, 1);
  bindings.insert(state.begin(), state.end());
}

/// Compares kSteps steps in the graph with the same steps by `rule`(w_i, g_i, η, t, i), a plain loop. The
/// learning rate changes at every step.
void expect_steps(const OptimizerSpec& spec,
                  const std::function<double(double, double, double, int, size_t)>& rule) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({3}, DType::f64));
  const TrainingStep step = training_step(bowl(w), std::vector{w}, spec);
  Bindings bindings{{"w", Tensor(Shape({3}, DType::f64), std::span<const double>(kStart))}};
  start(step, bindings);
  Vector expected = kStart;
  for (int t = 1; t <= kSteps; ++t) {
    const double rate = 0.1 / t;
    bindings.insert_or_assign("learning_rate", scalar(rate));
    advance(step, bindings);
    for (size_t i = 0; i < kSize; ++i) {
      const double g = kCurvature[i] * (expected[i] - kCentre[i]);
      expected[i] = rule(expected[i], g, rate, t, i);
      EXPECT_NEAR(bindings.at("w").at(static_cast<int64_t>(i)), expected[i], 1e-14)
          << "step " << t << ", weight " << i;
    }
  }
}

TEST(Sgd, subtracts_the_scaled_gradient) {
  expect_steps({&kSgd}, [](double w, double g, double rate, int, size_t) { return w - rate * g; });
}

TEST(Momentum, accumulates_a_velocity) {
  Vector v{};
  expect_steps({&kMomentum}, [&](double w, double g, double rate, int, size_t i) {
    v[i] = 0.9 * v[i] + g;
    return w - rate * v[i];
  });
}

TEST(Nesterov, looks_ahead_along_the_velocity) {
  Vector v{};
  expect_steps({&kNesterov, {{"momentum", 0.8}}}, [&](double w, double g, double rate, int, size_t i) {
    v[i] = 0.8 * v[i] + g;
    return w - rate * (g + 0.8 * v[i]);
  });
}

TEST(Rmsprop, divides_by_the_root_of_a_running_mean) {
  for (const double alpha : {0.99, 0.5})
    for (const double epsilon : {1e-8, 0.1}) {  // so large an ε shows where it enters
      Vector v{};
      expect_steps({&kRmsprop, {{"alpha", alpha}, {"epsilon", epsilon}}},
                   [&](double w, double g, double rate, int, size_t i) {
                     v[i] = alpha * v[i] + (1 - alpha) * g * g;
                     return w - rate * g / (std::sqrt(v[i]) + epsilon);
                   });
    }
}

TEST(Adagrad, divides_by_the_root_of_the_sum) {
  for (const double epsilon : {1e-10, 0.1}) {
    Vector s{};
    expect_steps({&kAdagrad, {{"epsilon", epsilon}}}, [&](double w, double g, double rate, int, size_t i) {
      s[i] += g * g;
      return w - rate * g / (std::sqrt(s[i]) + epsilon);
    });
  }
}

TEST(Optimizer, a_gradient_of_zero_moves_nothing) {
  for (const OptimizerDef* kind : {&kRmsprop, &kAdagrad, &kAdam}) {
    Graph graph;
    const Value w = graph.parameter("w", Shape({3}, DType::f64));
    const TrainingStep step = training_step(bowl(w), std::vector{w}, {kind});
    Bindings bindings{{"w", Tensor(Shape({3}, DType::f64), std::span<const double>(kCentre))},
                      {"learning_rate", scalar(1)}};
    start(step, bindings);
    advance(step, bindings);
    for (size_t i = 0; i < kSize; ++i)
      EXPECT_EQ(bindings.at("w").at(static_cast<int64_t>(i)), kCentre[i]) << kind->name;
  }
}

/// Algorithm 1 of the paper, as printed.
struct TextbookAdam {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  Vector m{}, v{};
  double change(double g, double rate, int t, size_t i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    const double m_hat = m[i] / (1 - std::pow(beta1, t)), v_hat = v[i] / (1 - std::pow(beta2, t));
    return rate * m_hat / (std::sqrt(v_hat) + epsilon);
  }
};

TEST(Adam, follows_the_algorithm_of_the_paper) {
  TextbookAdam adam;
  expect_steps({&kAdam}, [&](double w, double g, double rate, int t, size_t i) {
    return w - adam.change(g, rate, t, i);
  });
}

TEST(Adam, every_setting_takes_effect) {
  TextbookAdam adam{.beta1 = 0.5, .beta2 = 0.9, .epsilon = 0.1};  // so large an ε shows where it enters
  expect_steps(
      {&kAdam, {{"beta1", 0.5}, {"beta2", 0.9}, {"epsilon", 0.1}}},
      [&](double w, double g, double rate, int t, size_t i) { return w - adam.change(g, rate, t, i); });
}

TEST(Adam, the_first_step_has_the_length_of_the_learning_rate) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({3}, DType::f64));
  const TrainingStep step = training_step(bowl(w), std::vector{w}, {&kAdam});
  Bindings bindings{{"w", Tensor(Shape({3}, DType::f64), std::span<const double>(kStart))},
                    {"learning_rate", scalar(0.01)}};
  start(step, bindings);
  advance(step, bindings);
  for (size_t i = 0; i < kSize; ++i)
    EXPECT_NEAR(std::abs(bindings.at("w").at(static_cast<int64_t>(i)) - kStart[i]), 0.01, 1e-9);
  EXPECT_EQ(bindings.at("adam.step").at(0), 1);
}

TEST(AdamW, decays_the_weights_before_the_step) {
  TextbookAdam adam;
  expect_steps({&kAdamw, {{"weight_decay", 0.3}}}, [&](double w, double g, double rate, int t, size_t i) {
    return w * (1 - rate * 0.3) - adam.change(g, rate, t, i);
  });
}

TEST(AdamW, without_decay_is_adam) {
  TextbookAdam adam;
  expect_steps({&kAdamw, {{"weight_decay", 0.0}}}, [&](double w, double g, double rate, int t, size_t i) {
    return w - adam.change(g, rate, t, i);
  });
}

TEST(TrainingStep, scalars_of_adam_are_shared_by_all_parameters) {
  Graph graph;
  std::vector<Value> all;
  Value loss;
  for (const auto* name : {"a", "b", "c", "d"}) {
    all.push_back(graph.parameter(name, Shape({3}, DType::f64)));
    loss = loss ? loss + bowl(all.back()) : bowl(all.back());
  }
  const TrainingStep step = training_step(loss, all, {&kAdam});
  int powers = 0;
  for (int id = 0; id < graph.size(); ++id) powers += graph.node(id).op == &kPow ? 1 : 0;
  EXPECT_EQ(powers, 2);
  EXPECT_EQ(step.updates.size(), 4 + 1 + 2 * 4u);
  EXPECT_EQ(step.state.size(), 1 + 2 * 4u);
  EXPECT_TRUE(graph.find("adam.m/a"));
  EXPECT_TRUE(graph.find("adam.v/d"));
}

TEST(TrainingStep, float32_parameters_have_float32_updates) {
  for (const OptimizerDef* kind : optimizers()) {
    Graph graph;
    const Value w = graph.parameter("w", Shape({2}));
    const TrainingStep step = training_step(sum(square(w)), std::vector{w}, {kind});
    EXPECT_EQ(step.learning_rate.shape(), Shape({}));
    for (const Update& update : step.updates)
      EXPECT_EQ(update.next.shape(), update.target.shape()) << kind->name;
    for (const Parameter& state : step.state)
      EXPECT_EQ(state.value.dtype(), state.value.shape().rank() == 0 ? DType::f64 : DType::f32) << kind->name;
  }
}

TEST(TrainingStep, what_cannot_be_trained_is_an_error) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({3}, DType::f64)),
              narrow = graph.parameter("narrow", Shape({3}));
  const Value x = graph.input("x", Shape({3}, DType::f64)), loss = bowl(w);
  EXPECT_THROW(training_step(loss, {}), Error);
  EXPECT_THROW(training_step(loss, std::vector{w, x}), Error);
  EXPECT_THROW(training_step(loss, std::vector{w, narrow}), Error);
  EXPECT_THROW(training_step(loss, std::vector{w, w}), Error);
  EXPECT_THROW(training_step(square(w), std::vector{w}), Error);
}

TEST(Optimizer, settings_out_of_range_are_errors) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({3}, DType::f64)), loss = bowl(w);
  const auto attempt = [&](const OptimizerSpec& spec) { training_step(loss, std::vector{w}, spec); };
  EXPECT_THROW(attempt({&kMomentum, {{"momentum", 1.0}}}), Error);
  EXPECT_THROW(attempt({&kMomentum, {{"momentum", -0.1}}}), Error);
  EXPECT_THROW(attempt({&kAdam, {{"beta2", std::nan("")}}}), Error);
  EXPECT_THROW(attempt({&kAdam, {{"epsilon", 0.0}}}), Error);
  EXPECT_THROW(attempt({&kAdamw, {{"weight_decay", -1.0}}}), Error);
  EXPECT_THROW(attempt({&kAdam, {{"beta1", std::string("much")}}}), Error);
  try {
    attempt({&kSgd, {{"momentum", 0.9}}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[sgd] has no setting \"momentum\"");
  }
}

TEST(Optimizer, names_are_read_back) {
  for (const OptimizerDef* kind : optimizers()) EXPECT_EQ(&parse_optimizer(kind->name), kind);
  try {
    parse_optimizer("lbfgs");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "[optimizer] \"lbfgs\" is unknown; expected one of sgd, momentum, nesterov, rmsprop, adagrad, "
        "adam, adamw");
  }
}

}  // namespace
}  // namespace kette::optimizer_test
