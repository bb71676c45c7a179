#include "kette/train/objective.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/ops/ops.h"

namespace kette::objective_test {
namespace {

const Tensor kScores(Shape({3, 3}), {1.f, -2.f, 0.5f, 0.f, 3.f, 1.f, -1.f, 0.f, 2.f});
const Tensor kClasses(Shape({3}, DType::i64), {int64_t{0}, int64_t{2}, int64_t{2}});
const Tensor kWeights(Shape({3, 1}), {0.5f, 2.f, 0.5f});

/// −Σ_j p_j·log softmax(o)_j of row i, p = (1 − smoothing)·(one at y) + smoothing/3.
double cross_entropy_of(int64_t i, double smoothing) {
  double total = 0, loss = 0;
  for (int64_t j = 0; j < 3; ++j) total += std::exp(kScores.at(3 * i + j));
  for (int64_t j = 0; j < 3; ++j) {
    const double p = (static_cast<double>(j) == kClasses.at(i) ? 1 - smoothing : 0) + smoothing / 3;
    loss -= p * (kScores.at(3 * i + j) - std::log(total));
  }
  return loss;
}

struct Built {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Objective objective;
};
Built of_classes(const LossOptions& options, int64_t scores = 3) {
  Built built;
  const Value o = built.graph->input("scores", Shape({kBatch, scores}));
  const Answer answer{o, scores > 1 ? softmax(o) : concat(std::array{1 - sigmoid(o), sigmoid(o)}, 1)};
  built.objective = add_objective(answer, answer, options);
  return built;
}
const Bindings kBindings{{"scores", kScores}, {"target", kClasses}, {"weight", kWeights}};

TEST(Objective, weights_say_how_much_each_row_counts) {
  const Built built = of_classes({.loss = Loss::cross_entropy, .weighted = true});
  double expected = 0;
  for (int64_t i = 0; i < 3; ++i) expected += kWeights.at(i) * cross_entropy_of(i, 0) / 3;
  EXPECT_NEAR(interpret(built.objective.loss, kBindings).values[0], expected, 1e-9);
}

TEST(Objective, weights_of_one_change_nothing) {
  for (const Loss loss : {Loss::cross_entropy, Loss::hinge, Loss::squared_error}) {
    const Built weighted = of_classes({.loss = loss, .weighted = true}), plain = of_classes({.loss = loss});
    Bindings ones = kBindings;
    ones.insert_or_assign("weight", Tensor(Shape({3, 1}), {1.f, 1.f, 1.f}));
    EXPECT_NEAR(interpret(weighted.objective.loss, ones).values[0],
                interpret(plain.objective.loss, kBindings).values[0], 1e-12)
        << to_string(loss);
    EXPECT_FALSE(plain.objective.weight) << to_string(loss);
  }
}

TEST(Objective, smoothed_labels_are_for_training_alone) {
  const Built built = of_classes({.loss = Loss::cross_entropy, .smoothing = 0.3});
  double plain = 0, smoothed = 0;
  for (int64_t i = 0; i < 3; ++i)
    plain += cross_entropy_of(i, 0) / 3, smoothed += cross_entropy_of(i, 0.3) / 3;
  EXPECT_NEAR(interpret(built.objective.loss, kBindings).values[0], plain, 1e-9);
  EXPECT_NEAR(interpret(built.objective.training_loss, kBindings).values[0], smoothed,
              1e-7);  // ε is a float32
}

TEST(Objective, smoothed_labels_of_a_single_score_are_half_and_half) {
  const Built built = of_classes({.loss = Loss::cross_entropy, .smoothing = 0.2}, 1);
  const Bindings bindings{{"scores", Tensor(Shape({2, 1}), {0.7f, -1.5f})},
                          {"target", Tensor(Shape({2}, DType::i64), {int64_t{1}, int64_t{0}})}};
  const auto loss = [](double z, double p) {
    return -p * std::log(1 / (1 + std::exp(-z))) - (1 - p) * std::log(1 / (1 + std::exp(z)));
  };
  EXPECT_NEAR(interpret(built.objective.training_loss, bindings).values[0],
              (loss(double{0.7f}, 0.9) + loss(-1.5, 0.1)) / 2, 1e-7);
}

TEST(Objective, is_one_loss_where_training_and_prediction_are_the_same) {
  const Built built = of_classes({.loss = Loss::cross_entropy});
  EXPECT_EQ(built.objective.loss, built.objective.training_loss);
  EXPECT_EQ(built.graph->find("loss"), built.objective.loss);
}

TEST(Objective, of_numbers_compares_with_the_scaled_target) {
  const std::array losses = {Loss::squared_error, Loss::mean_squared_error, Loss::mean_absolute_error,
                             Loss::huber};
  const TargetScaling scaling{.kind = TargetScaling::Kind::standard, .shift = {10, -1}, .scale = {2, 4}};
  const Tensor scores(Shape({2, 2}), {0.f, 1.f, 3.f, -0.5f}), targets(Shape({2, 2}), {11.f, 7.f, 8.f, -1.f});
  for (const Loss loss : losses) {
    Graph graph;
    const Answer answer{graph.input("scores", Shape({kBatch, 2}))};
    const Objective objective = add_objective(answer, answer, {.loss = loss}, scaling);
    double expected = 0;
    for (int64_t i = 0; i < 4; ++i) {
      const double t = i % 2 == 0 ? (targets.at(i) - 10) / 2 : (targets.at(i) + 1) / 4;
      const double e = std::abs(scores.at(i) - t);
      const double one = loss == Loss::squared_error         ? e * e / 2
                         : loss == Loss::mean_squared_error  ? e * e / 2  // the mean of two targets
                         : loss == Loss::mean_absolute_error ? e / 2
                                                             : (e <= 1 ? e * e / 2 : e - 0.5) / 2;
      expected += one / 2;
    }
    EXPECT_NEAR(interpret(objective.loss, {{"scores", scores}, {"target", targets}}).values[0], expected,
                1e-9)
        << to_string(loss);
  }
}

}  // namespace
}  // namespace kette::objective_test
