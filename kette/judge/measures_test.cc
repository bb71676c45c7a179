#include "kette/judge/measures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"

namespace kette::measures_test {
namespace {

Tensor matrix(int64_t rows, int64_t columns, std::initializer_list<float> values) {
  return Tensor(Shape({rows, columns}), values);
}
Tensor classes(std::initializer_list<int64_t> values) {
  return Tensor(Shape({static_cast<int64_t>(values.size())}, DType::i64), values);
}

TEST(Measures, the_class_of_the_largest_probability_is_predicted) {
  // The lecture's example: y = [0,1,0,0], ŷ = [0.08,0.25,0.42,0.25]: class 2, wrong.
  const Tensor probabilities = matrix(1, 4, {0.08f, 0.25f, 0.42f, 0.25f});
  EXPECT_EQ(predicted_classes(probabilities).at(0), 2);
  EXPECT_EQ(accuracy(probabilities, classes({1})), 0);
}

TEST(Measures, the_first_of_equal_probabilities_wins) {
  EXPECT_EQ(predicted_classes(matrix(1, 3, {0.2f, 0.4f, 0.4f})).at(0), 1);
}

TEST(Measures, accuracy_is_the_share_of_right_rows) {
  EXPECT_DOUBLE_EQ(accuracy(matrix(4, 2, {1, 0, 0, 1, 1, 0, 1, 0}), classes({0, 1, 1, 0})), 0.75);
}

TEST(Measures, cross_entropy_of_equal_scores_is_log_k) {
  EXPECT_NEAR(mean_cross_entropy(matrix(2, 4, {7, 7, 7, 7, 0, 0, 0, 0}), classes({0, 3})), std::log(4.0),
              1e-15);
}

TEST(Measures, cross_entropy_is_exact_where_the_probability_underflows) {
  EXPECT_DOUBLE_EQ(mean_cross_entropy(matrix(1, 2, {0, 10000}), classes({0})), 10000);
  EXPECT_DOUBLE_EQ(mean_cross_entropy(matrix(1, 1, {10000}), classes({0})), 10000);
  EXPECT_DOUBLE_EQ(mean_cross_entropy(matrix(1, 1, {-10000}), classes({1})), 10000);
}

TEST(Measures, one_score_is_that_of_the_second_class) {
  // P(1) = σ(2) = 0.880797077977882…
  EXPECT_NEAR(mean_cross_entropy(matrix(1, 1, {2}), classes({1})), -std::log(0.8807970779778823), 1e-14);
  EXPECT_NEAR(mean_cross_entropy(matrix(1, 1, {2}), classes({0})), -std::log(1 - 0.8807970779778823), 1e-14);
}

TEST(Measures, regression_measures_by_hand) {
  const Tensor said = matrix(4, 1, {1, 2, 3, 4}), expected = matrix(4, 1, {1, 4, 3, 0});  // errors 0, 2, 0, 4
  EXPECT_DOUBLE_EQ(mean_squared_error(said, expected), 5);
  EXPECT_DOUBLE_EQ(root_mean_squared_error(said, expected), std::sqrt(5.0));
  EXPECT_DOUBLE_EQ(mean_absolute_error(said, expected), 1.5);
  EXPECT_DOUBLE_EQ(r_squared(said, expected), 1 - 20.0 / 10.0);  // mean 2, squares 1 + 4 + 1 + 4
}

TEST(Measures, r_squared_of_a_constant_target_is_one_or_zero) {
  EXPECT_EQ(r_squared(matrix(2, 1, {3, 3}), matrix(2, 1, {3, 3})), 1);
  EXPECT_EQ(r_squared(matrix(2, 1, {3, 4}), matrix(2, 1, {3, 3})), 0);
}

TEST(Measures, sums_are_in_float64) {
  // 1 + 2⁻³⁰ apart: in float32 the squares would vanish beside 10⁸.
  Tensor said(Shape({2, 1})), expected(Shape({2, 1}));
  said.set(0, 1e4), said.set(1, 0.0625);
  EXPECT_DOUBLE_EQ(mean_squared_error(said, expected), (1e8 + 0.00390625) / 2);
}

TEST(Measures, the_first_measure_is_the_one_to_look_at) {
  Schema schema{.task = data::Task::binary};
  const Predictions p{matrix(1, 2, {0, 1}), matrix(1, 2, {0.3f, 0.7f})};
  EXPECT_EQ(measure(schema, p, classes({1})).front().first, "accuracy");
  schema.task = data::Task::regression;
  const Predictions r{matrix(1, 1, {2}), matrix(1, 1, {2})};
  EXPECT_EQ(measure(schema, r, matrix(1, 1, {5})).front(), (std::pair<std::string, double>("rmse", 3)));
  EXPECT_THROW(measure_at(measure(schema, r, matrix(1, 1, {5})), "accuracy"), Error);
}

TEST(Measures, no_rows_are_an_error) {
  EXPECT_THROW(accuracy(Tensor(Shape({0, 2})), Tensor(Shape({0}, DType::i64))), Error);
  EXPECT_THROW(mean_squared_error(Tensor(Shape({0, 1})), Tensor(Shape({0, 1}))), Error);
  EXPECT_THROW(mean_squared_error(Tensor(Shape({3, 1})), Tensor(Shape({2, 1}))), Error);
}

}  // namespace
}  // namespace kette::measures_test
