#include "kette/train/importance.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace kette::importance_test {
namespace {

/// "a": a number; "words": three columns, 1 where the text holds the word.
Schema schema_of(data::Task task) {
  Schema schema{
      .task = task,
      .features = {{.name = "a"},
                   {.name = "words", .kind = data::Feature::Kind::words, .categories = {"x", "y", "z"}},
                   {.name = "b"}},
      .targets = {"t"}};
  if (task == data::Task::binary) schema.labels = {"no", "yes"};
  return schema;
}

/// A model without parameters: prediction = features · weights, or two classes by that score.
Model model_of(data::Task task, std::initializer_list<float> weights) {
  Model model;
  model.schema = schema_of(task);
  Graph& graph = *model.graph;
  model.features = graph.input("features", Shape({kBatch, 5}));
  model.prepared = graph.name(model.features * 1.0, "prepared");
  const Value score = matmul(model.prepared, graph.constant(Tensor(Shape({5, 1}), weights)));
  model.scores = graph.name(score, "scores");
  if (task == data::Task::regression) {
    model.prediction = graph.name(model.scores + 0.0, "prediction");
  } else {
    const Value p = sigmoid(model.scores);
    model.prediction = graph.name(concat(std::array{1 - p, p}, 1), "probabilities");
  }
  return model;
}

/// Random a and b, and in each row the same number in all columns of the words.
Samples samples_of(data::Task task, int64_t rows, uint64_t seed) {
  const Random random(seed);
  Tensor features(Shape({rows, 5}));
  Tensor targets =
      task == data::Task::regression ? Tensor(Shape({rows, 1})) : Tensor(Shape({rows}, DType::i64));
  for (int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<uint64_t>(3 * i);
    features.set(5 * i, random.normal(at));
    const double word = random.normal(at + 1);
    for (int64_t c = 1; c < 4; ++c) features.set(5 * i + c, word);
    features.set(5 * i + 4, random.normal(at + 2));
    const double a = features.at(5 * i);
    targets.set(i, task == data::Task::regression ? 2 * a : a > 0 ? 1 : 0);
  }
  return {data::Matrix(std::move(features)), std::move(targets)};
}

const FeatureImportance& of(const Importance& importance, const std::string& name) {
  for (const FeatureImportance& one : importance.features)
    if (one.feature == name) return one;
  throw Error("no feature " + name);
}

TEST(Importance, of_a_feature_that_nothing_depends_on_is_exactly_0) {
  Model model = model_of(data::Task::regression, {2, 0, 0, 0, 0});
  const Importance importance = permutation_importance(model, samples_of(data::Task::regression, 300, 1));
  EXPECT_EQ(of(importance, "b").loss.mean, 0);
  EXPECT_EQ(of(importance, "b").loss.deviation, 0);
  EXPECT_EQ(importance.features.front().feature, "a");
}

TEST(Importance, of_the_only_feature_is_what_dealing_independent_numbers_costs) {
  // y = 2a is predicted exactly; with another row's a' the squared error is 4(a − a')², of mean 8 Var a.
  Model model = model_of(data::Task::regression, {2, 0, 0, 0, 0});
  const Importance importance = permutation_importance(model, samples_of(data::Task::regression, 8000, 2));
  EXPECT_NEAR(of(importance, "a").loss.mean, 8, 0.3);
  EXPECT_NEAR(of(importance, "a").worse.mean, std::sqrt(8), 0.06);
  EXPECT_GT(of(importance, "a").loss.deviation, 0);
  EXPECT_EQ(importance.measure, "rmse");
}

TEST(Importance, all_columns_of_a_feature_move_together) {
  // The columns of the words cancel in every row, so that permuting them as one changes nothing.
  Model model = model_of(data::Task::regression, {2, 8, -4, -4, 0});
  const Importance importance = permutation_importance(model, samples_of(data::Task::regression, 300, 3));
  EXPECT_NEAR(of(importance, "words").loss.mean, 0, 1e-6);
}

TEST(Importance, of_classes_is_the_accuracy_lost) {
  // The class is the sign of a: with another row's a' half of the rows are right.
  Model model = model_of(data::Task::binary, {50, 0, 0, 0, 0});
  const Importance importance = permutation_importance(model, samples_of(data::Task::binary, 4000, 4));
  EXPECT_EQ(importance.measure, "accuracy");
  EXPECT_NEAR(of(importance, "a").worse.mean, 0.5, 0.02);
  EXPECT_GT(of(importance, "a").loss.mean, 1);
}

TEST(Importance, has_the_same_bits_at_any_number_of_threads_and_others_for_another_seed) {
  Threads three(3);
  Model model = model_of(data::Task::binary, {1, 0.5, 0, 0, 0.25});
  const Samples samples = samples_of(data::Task::binary, 5000, 5);
  const auto losses = [&](ImportanceOptions options) {
    std::vector<double> losses;
    for (const FeatureImportance& one : permutation_importance(model, samples, options).features)
      losses.push_back(one.loss.mean);
    return losses;
  };
  EXPECT_EQ(losses({}), losses({.threads = &three}));
  EXPECT_NE(losses({}), losses({.seed = 2}));
}

TEST(Importance, of_many_rows_some_are_chosen) {
  Model model = model_of(data::Task::binary, {1, 0, 0, 0, 0});
  const Samples samples = samples_of(data::Task::binary, 500, 6);
  EXPECT_EQ(permutation_importance(model, samples, {.most_rows = 100}).rows, 100);
  EXPECT_EQ(permutation_importance(model, samples, {.most_rows = 1000}).rows, 500);
}

TEST(Importance, needs_rows_and_repeats) {
  Model model = model_of(data::Task::binary, {1, 0, 0, 0, 0});
  EXPECT_THROW(permutation_importance(model, samples_of(data::Task::binary, 5, 6), {.repeats = 0}), Error);
}

}  // namespace
}  // namespace kette::importance_test
