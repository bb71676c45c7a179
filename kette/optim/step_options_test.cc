// What a training step does besides the optimiser's rule, against plain float64 loops.
#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"
#include "kette/optim/clipping.h"
#include "kette/optim/optimizer.h"

namespace kette::step_options_test {
namespace {

constexpr double kRate = 0.125;
using Numbers = std::vector<double>;

Tensor filled(const Shape& shape, const Numbers& values) { return Tensor(shape, std::span(values)); }
Tensor scalar(double value) { return Tensor(Shape({}, DType::f64), {value}); }

/// L = ½ Σ (W − C)² + ½ Σ (b − c)²: weights [2,2] and a bias [2] whose gradients are W − C and b − c.
struct Bowl {
  Graph graph;
  Value weights = graph.parameter("W", Shape({2, 2}, DType::f64)),
        bias = graph.parameter("b", Shape({2}, DType::f64));
  Numbers w = {3, -1, 0, 0.5}, b = {2, -4};
  const Numbers w_centre = {1, 1, -2, 0.25}, b_centre = {-1, 0};
  TrainingStep step;
  Bindings bindings;

  explicit Bowl(const StepOptions& options) {
    const Value c = graph.constant(filled(Shape({2, 2}, DType::f64), w_centre)),
                d = graph.constant(filled(Shape({2}, DType::f64), b_centre));
    const Value loss = (sum(square(weights - c)) + sum(square(bias - d))) * 0.5;
    step = training_step(loss, std::vector{weights, bias}, options);
    bindings.emplace("W", filled(Shape({2, 2}, DType::f64), w));
    bindings.emplace("b", filled(Shape({2}, DType::f64), b));
    bindings.emplace("learning_rate", scalar(kRate));
    const Parameters state = initialized(step.state, 1);
    bindings.insert(state.begin(), state.end());
    for (const Parameter& average : step.averages) {
      const std::string& name = graph.node(average.value).name;
      bindings.emplace(name, bindings.at(name.substr(name.find('/') + 1)));
    }
  }
  void advance() {
    std::vector<Value> wanted;
    for (const Update& update : step.updates) wanted.push_back(update.next);
    const std::vector<Reference> next = interpret(graph, wanted, bindings);
    for (const Update& update : step.updates) {
      const Numbers& values = next[static_cast<size_t>(update.next.id)].values;
      bindings.insert_or_assign(graph.node(update.target).name, filled(update.target.shape(), values));
    }
  }
  void expect(const std::string& name, const Numbers& expected) const {
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(bindings.at(name).at(static_cast<int64_t>(i)), expected[i], 1e-14)
          << name << "[" << i << "]";
  }
  Numbers w_gradient() const { return difference(w, w_centre); }
  Numbers b_gradient() const { return difference(b, b_centre); }
  static Numbers difference(Numbers a, const Numbers& b) {
    for (size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
    return a;
  }
};

TEST(StepOptions, switched_off_leave_no_node) {
  Graph graph;
  const Value w = graph.parameter("W", Shape({3, 2})), b = graph.parameter("b", Shape({2}));
  const Value loss = sum(square(matmul(graph.input("x", Shape({kBatch, 3})), w) + b));
  const std::vector<Value> gradients = gradient(loss, {w, b});
  const int before = graph.size();
  const TrainingStep step = training_step(loss, std::vector{w, b}, StepOptions{});
  // The learning rate; for each parameter η·g and w − η·g: what the compiler finishes in the registers.
  EXPECT_EQ(graph.size(), before + 1 + 2 * 2);
  ASSERT_EQ(step.updates.size(), 2u);
  EXPECT_EQ(step.updates[0].next, w - step.learning_rate * gradients[0]);
  EXPECT_EQ(step.updates[1].next, b - step.learning_rate * gradients[1]);
  EXPECT_EQ(graph.size(), before + 1 + 2 * 2);
  EXPECT_TRUE(step.state.empty());
  EXPECT_TRUE(step.averages.empty());
}

TEST(StepOptions, penalties_pull_at_weights_but_not_at_biases) {
  Bowl bowl({.l1 = 0.5, .l2 = 0.25});
  bowl.advance();
  Numbers w = bowl.w, b = bowl.b;
  for (size_t i = 0; i < w.size(); ++i) {
    const double sign = w[i] > 0 ? 1 : w[i] < 0 ? -1 : 0;
    w[i] -= kRate * (bowl.w_gradient()[i] + 0.5 * sign + 0.25 * w[i]);
  }
  for (size_t i = 0; i < b.size(); ++i) b[i] -= kRate * bowl.b_gradient()[i];
  bowl.expect("W", w);
  bowl.expect("b", b);
}

TEST(StepOptions, penalties_are_the_gradient_of_a_penalized_loss) {
  const StepOptions options{.l1 = 0.3, .l2 = 0.7};
  Bowl inside(options), outside({});
  const Value w = outside.weights;
  const Value loss = outside.step.loss + sum(abs(w)) * options.l1 + sum(square(w)) * (options.l2 / 2);
  outside.step = training_step(loss, std::vector{w, outside.bias});
  for (int i = 0; i < 3; ++i) {
    inside.advance();
    outside.advance();
  }
  for (const char* name : {"W", "b"})
    for (int64_t i = 0; i < inside.bindings.at(name).size(); ++i)
      EXPECT_NEAR(inside.bindings.at(name).at(i), outside.bindings.at(name).at(i), 1e-14) << name;
}

TEST(StepOptions, the_loss_stays_without_penalties) {
  const Bowl bowl({.l1 = 1, .l2 = 1});
  double loss = 0;
  for (const double g : bowl.w_gradient()) loss += g * g / 2;
  for (const double g : bowl.b_gradient()) loss += g * g / 2;
  EXPECT_NEAR(interpret(bowl.step.loss, bowl.bindings).values[0], loss, 1e-14);
}

TEST(StepOptions, a_long_gradient_is_shortened_to_the_norm) {
  double norm = 0;
  {
    const Bowl bowl({});
    for (const double g : bowl.w_gradient()) norm += g * g;
    for (const double g : bowl.b_gradient()) norm += g * g;
    norm = std::sqrt(norm);
  }
  for (const double limit : {1.0, norm, 100.0}) {
    Bowl bowl({.clip_norm = limit});
    bowl.advance();
    const double factor = std::min(1.0, limit / norm);
    Numbers w = bowl.w, b = bowl.b;
    for (size_t i = 0; i < w.size(); ++i) w[i] -= kRate * factor * bowl.w_gradient()[i];
    for (size_t i = 0; i < b.size(); ++i) b[i] -= kRate * factor * bowl.b_gradient()[i];
    bowl.expect("W", w);
    bowl.expect("b", b);
  }
}

TEST(StepOptions, a_gradient_of_zero_stays_zero_when_clipped) {
  Bowl bowl({.clip_norm = 1});
  bowl.bindings.insert_or_assign("W", filled(Shape({2, 2}, DType::f64), bowl.w_centre));
  bowl.bindings.insert_or_assign("b", filled(Shape({2}, DType::f64), bowl.b_centre));
  bowl.advance();
  bowl.expect("W", bowl.w_centre);
  bowl.expect("b", bowl.b_centre);
}

TEST(StepOptions, elements_of_the_gradient_are_limited) {
  Bowl bowl({.clip_value = 1.5});
  bowl.advance();
  Numbers w = bowl.w, b = bowl.b;
  for (size_t i = 0; i < w.size(); ++i) w[i] -= kRate * std::clamp(bowl.w_gradient()[i], -1.5, 1.5);
  for (size_t i = 0; i < b.size(); ++i) b[i] -= kRate * std::clamp(bowl.b_gradient()[i], -1.5, 1.5);
  bowl.expect("W", w);
  bowl.expect("b", b);
}

TEST(StepOptions, weights_decay_before_the_rule_and_biases_do_not) {
  Bowl bowl({.weight_decay = 0.5, .optimizer = {&kMomentum}});
  bowl.advance();  // the first step of momentum is one of sgd
  Numbers w = bowl.w, b = bowl.b;
  for (size_t i = 0; i < w.size(); ++i) w[i] = w[i] * (1 - kRate * 0.5) - kRate * bowl.w_gradient()[i];
  for (size_t i = 0; i < b.size(); ++i) b[i] -= kRate * bowl.b_gradient()[i];
  bowl.expect("W", w);
  bowl.expect("b", b);
  bowl.expect("momentum.v/W", bowl.w_gradient());  // the velocity knows nothing of the decay
}

TEST(StepOptions, decay_of_adam_is_adamw_but_for_the_biases) {
  Bowl adam({.weight_decay = 0.2, .optimizer = {&kAdam}}),
      adamw({.optimizer = {&kAdamw, {{"weight_decay", 0.2}}}});
  for (int i = 0; i < 3; ++i) {
    adam.advance();
    adamw.advance();
  }
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_NEAR(adam.bindings.at("W").at(i), adamw.bindings.at("W").at(i), 1e-15);
  EXPECT_NE(adam.bindings.at("b").at(0), adamw.bindings.at("b").at(0));
}

TEST(StepOptions, averages_follow_the_parameters) {
  constexpr double kDecay = 0.25;  // reached at t = 2: 3/12
  Bowl bowl({.average = kDecay});
  ASSERT_EQ(bowl.step.averages.size(), 2u);
  EXPECT_EQ(bowl.graph.node(bowl.step.averages[0].value).name, "average/W");
  EXPECT_EQ(bowl.step.averages[1].value.shape(), bowl.bias.shape());
  Numbers expected = bowl.w;
  for (int t = 0; t < 5; ++t) {
    bowl.advance();
    const double d = std::min(kDecay, (1.0 + t) / (10.0 + t));
    for (size_t i = 0; i < expected.size(); ++i)
      expected[i] = d * expected[i] + (1 - d) * bowl.bindings.at("W").at(static_cast<int64_t>(i));
    bowl.expect("average/W", expected);
  }
  EXPECT_EQ(bowl.bindings.at("average.step").at(0), 5);
}

TEST(StepOptions, further_updates_are_carried_out_with_the_step) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({2})), seen = graph.parameter("seen", Shape({}));
  const Value loss = sum(square(w));
  const Update count{seen, seen + 1.0};
  const TrainingStep step = training_step(loss, std::vector{w}, StepOptions{}, {&count, 1});
  ASSERT_EQ(step.updates.size(), 2u);
  EXPECT_EQ(step.updates[1].target, seen);
  EXPECT_EQ(step.updates[1].next, count.next);
  const Update again{w, w * 2.0};
  EXPECT_THROW(training_step(loss, std::vector{w}, StepOptions{}, {&again, 1}), Error);
}

TEST(StepOptions, impossible_ones_are_errors) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({2})), loss = sum(square(w));
  const auto attempt = [&](const StepOptions& options) { training_step(loss, std::vector{w}, options); };
  for (const double wrong : {-0.1, std::nan(""), double{INFINITY}}) {
    EXPECT_THROW(attempt({.l1 = wrong}), Error) << wrong;
    EXPECT_THROW(attempt({.l2 = wrong}), Error) << wrong;
    EXPECT_THROW(attempt({.clip_norm = wrong}), Error) << wrong;
    EXPECT_THROW(attempt({.clip_value = wrong}), Error) << wrong;
    EXPECT_THROW(attempt({.weight_decay = wrong}), Error) << wrong;
    EXPECT_THROW(attempt({.average = wrong}), Error) << wrong;
  }
  try {
    attempt({.average = 1});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[training] average is 1; expected a number in [0, 1)");
  }
}

/// A table of 5 rows looked up with repetitions, once as lookup (sparse) and once as a product with one-hot
/// rows (dense): the gradients are the same table.
struct Words {
  Graph graph;
  Value table = graph.parameter("E", Shape({5, 2}, DType::f64));
  Value loss;
  Bindings bindings;
  explicit Words(bool sparse) {
    const Value words = graph.input("words", Shape({kBatch}, DType::i64));
    const Value rows = sparse ? lookup(table, words) : matmul(one_hot(words, 5, DType::f64), table);
    const Value weight = graph.input("weight", Shape({kBatch, 2}, DType::f64));
    loss = sum(square(rows) * weight);
    constexpr uint64_t kSeed = 4;
    const Random random(kSeed);
    Numbers weights, values;
    for (uint64_t i = 0; i < 12; ++i) weights.push_back(random.normal(i));
    for (uint64_t i = 0; i < 10; ++i) values.push_back(random.normal(100 + i));
    bindings.emplace("words", Tensor(Shape({6}, DType::i64), {int64_t{3}, int64_t{0}, int64_t{3}, int64_t{3},
                                                              int64_t{1}, int64_t{0}}));
    bindings.emplace("weight", filled(Shape({6, 2}, DType::f64), weights));
    bindings.emplace("E", filled(Shape({5, 2}, DType::f64), values));
    bindings.emplace("learning_rate", scalar(kRate));
  }
  Numbers after(const StepOptions& options) {
    const TrainingStep step = training_step(loss, std::vector{table}, options);
    return interpret(step.updates[0].next, bindings).values;
  }
};

TEST(Clipping, the_norm_of_a_sparse_gradient_is_that_of_the_table) {
  Words sparse(true), dense(false);
  const Value g = gradient(sparse.loss, {sparse.table})[0], h = gradient(dense.loss, {dense.table})[0];
  ASSERT_TRUE(is_sparse(g));
  ASSERT_FALSE(is_sparse(h));
  double squares = 0;
  for (const double x : interpret(h, dense.bindings).values) squares += x * x;
  EXPECT_NEAR(interpret(global_norm({&g, 1}), sparse.bindings).values[0], std::sqrt(squares), 1e-13);
  EXPECT_NEAR(interpret(global_norm({&h, 1}), dense.bindings).values[0], std::sqrt(squares), 1e-13);
}

TEST(Clipping, of_a_sparse_gradient_stays_sparse) {
  Words words(true);
  const Value g = gradient(words.loss, {words.table})[0];
  EXPECT_TRUE(is_sparse(clipped_by_norm({&g, 1}, 1)[0]));
}

TEST(Clipping, of_a_sparse_gradient_equals_that_of_the_dense_one) {
  for (const StepOptions& options : {StepOptions{.clip_norm = 0.5}, StepOptions{.clip_value = 0.25},
                                     StepOptions{.clip_norm = 2, .clip_value = 1}}) {
    const Numbers sparse = Words(true).after(options), dense = Words(false).after(options);
    for (size_t i = 0; i < dense.size(); ++i) EXPECT_NEAR(sparse[i], dense[i], 1e-14) << "element " << i;
    EXPECT_NE(sparse, Words(true).after({}));
  }
}

TEST(StepOptions, looked_up_tables_are_neither_penalized_nor_decayed) {
  EXPECT_EQ(Words(true).after({.l1 = 1, .l2 = 1, .weight_decay = 1}), Words(true).after({}));
}

}  // namespace
}  // namespace kette::step_options_test
