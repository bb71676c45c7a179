#include "kette/nn/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace kette::losses_test {
namespace {

Tensor matrix(int64_t rows, int64_t columns, const std::vector<double>& values) {
  return Tensor(Shape({rows, columns}, DType::f64), std::span(values));
}
Tensor classes(const std::vector<int64_t>& values) {
  return Tensor(Shape({static_cast<int64_t>(values.size())}, DType::i64), std::span(values));
}

/// A loss of predictions p and targets y, with a symbolic batch.
struct Case {
  Graph graph;
  Value p, y, loss;
  Bindings bindings;

  using Loss = std::function<Value(Value, Value)>;
  Case(const Loss& make, Tensor predictions, Tensor targets) {
    p = graph.input("p", batched(predictions.shape()));
    y = graph.input("y", batched(targets.shape()));
    loss = make(p, y);
    bindings.emplace("p", std::move(predictions));
    bindings.emplace("y", std::move(targets));
  }
  static Shape batched(const Shape& shape) {
    std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
    dims[0] = kBatch;
    return Shape(dims, shape.dtype());
  }
  std::vector<double> values() const { return interpret(loss, bindings).values; }
  std::vector<double> slopes() { return interpret(gradient(loss, {p})[0], bindings).values; }
};

using Loss = Value (*)(Value, Value, Reduction);

/// The mean over the batch, and the loss of every sample.
void expect_loss(const Case::Loss& mean, const Case::Loss& each, const Tensor& p, const Tensor& y,
                 const std::vector<double>& samples) {
  Case per_sample(each, p, y);
  EXPECT_EQ(per_sample.loss.shape(), Shape({kBatch, 1}, DType::f64));
  const std::vector<double> found = per_sample.values();
  ASSERT_EQ(found.size(), samples.size());
  double total = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_NEAR(found[i], samples[i], 1e-13) << "sample " << i;
    total += samples[i];
  }
  Case whole(mean, p, y);
  EXPECT_EQ(whole.loss.shape(), Shape({}, DType::f64));
  EXPECT_NEAR(whole.values()[0], total / static_cast<double>(samples.size()), 1e-13);
}
void expect_loss(Loss loss, const Tensor& p, const Tensor& y, const std::vector<double>& samples) {
  expect_loss([=](Value a, Value b) { return loss(a, b, Reduction::mean); },
              [=](Value a, Value b) { return loss(a, b, Reduction::none); }, p, y, samples);
}

const Tensor kPredicted = matrix(3, 1, {1, 2, 4}), kExpected = matrix(3, 1, {1, 4, 1});  // e = 0, −2, 3
const Tensor kPredicted2 = matrix(2, 2, {1, 2, 3, 4}),
             kExpected2 = matrix(2, 2, {0, 4, 3, 1});  // e = 1, −2 | 0, 3

TEST(SquaredError, is_half_the_squared_distance) {
  expect_loss(squared_error, kPredicted, kExpected, {0, 2, 4.5});
  expect_loss(squared_error, kPredicted2, kExpected2, {2.5, 4.5});
}

TEST(SquaredError, has_the_error_as_its_slope) {
  Case one([](Value p, Value y) { return squared_error(p, y); }, matrix(1, 2, {3, 5}), matrix(1, 2, {1, 6}));
  EXPECT_EQ(one.slopes(), (std::vector<double>{2, -1}));
}

TEST(MeanSquaredError, averages_over_outputs_too) {
  expect_loss(mean_squared_error, kPredicted, kExpected, {0, 4, 9});
  expect_loss(mean_squared_error, kPredicted2, kExpected2, {2.5, 4.5});
}

TEST(MeanAbsoluteError, averages_over_outputs_too) {
  expect_loss(mean_absolute_error, kPredicted, kExpected, {0, 2, 3});
  expect_loss(mean_absolute_error, kPredicted2, kExpected2, {1.5, 1.5});
}

TEST(Huber, is_a_parabola_that_continues_as_a_line) {
  const auto with = [](double delta, Reduction reduction) {
    return [=](Value p, Value y) { return huber(p, y, delta, reduction); };
  };
  expect_loss(with(1, Reduction::mean), with(1, Reduction::none), kPredicted, kExpected, {0, 1.5, 2.5});
  expect_loss(with(2.5, Reduction::mean), with(2.5, Reduction::none), kPredicted, kExpected, {0, 2, 4.375});
  Case steep(with(1, Reduction::mean), matrix(2, 1, {1e4, -0.25}), matrix(2, 1, {0, 0}));
  EXPECT_EQ(steep.slopes(), (std::vector<double>{0.5, -0.125}));
}

TEST(Huber, a_delta_that_is_not_positive_is_an_error) {
  for (const double delta : {0.0, -1.0, std::nan(""), double{INFINITY}})
    EXPECT_THROW(Case([=](Value p, Value y) { return huber(p, y, delta); }, kPredicted, kExpected), Error);
}

const double kLn2 = std::log(2.0);
const Tensor kLogits = matrix(2, 3, {0, kLn2, std::log(5.0), 0, kLn2, std::log(5.0)});  // P̂ = 1/8, 2/8, 5/8

TEST(CrossEntropy, of_class_indices_is_minus_the_log_probability) {
  expect_loss(cross_entropy, kLogits, classes({1, 2}), {std::log(4.0), std::log(1.6)});
}

TEST(CrossEntropy, of_distributions_weighs_the_log_probabilities) {
  expect_loss(cross_entropy, kLogits, matrix(2, 3, {0.5, 0.25, 0.25, 0, 0, 1}),
              {0.5 * std::log(8.0) + 0.25 * std::log(4.0) + 0.25 * std::log(1.6), std::log(1.6)});
}

TEST(CrossEntropy, has_the_slope_probability_minus_one_hot) {
  Case one([](Value p, Value y) { return cross_entropy(p, y); }, matrix(1, 3, {0, kLn2, std::log(5.0)}),
           classes({1}));
  const std::vector<double> expected{0.125, -0.75, 0.625}, found = one.slopes();
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], expected[i], 1e-15);
}

TEST(CrossEntropy, with_smoothed_labels_is_that_of_the_smoothed_distribution) {
  // ε = 0.3 over 3 classes: 0.8 for the class and 0.1 for each of the others.
  const auto smooth = [](Reduction reduction) {
    return [=](Value p, Value y) { return cross_entropy(p, y, 0.3, reduction); };
  };
  const double of_1 = 0.1 * std::log(8.0) + 0.8 * std::log(4.0) + 0.1 * std::log(1.6),
               of_2 = 0.1 * std::log(8.0) + 0.1 * std::log(4.0) + 0.8 * std::log(1.6);
  expect_loss(smooth(Reduction::mean), smooth(Reduction::none), kLogits, classes({1, 2}), {of_1, of_2});
  expect_loss(smooth(Reduction::mean), smooth(Reduction::none), kLogits, matrix(2, 3, {0, 1, 0, 0, 0, 1}),
              {of_1, of_2});
}

TEST(Losses, smoothing_of_zero_adds_no_node) {
  Graph graph;
  const Value o = graph.input("o", Shape({kBatch, 3})), y = graph.input("y", Shape({kBatch}, DType::i64));
  const Value t = graph.input("t", Shape({kBatch, 3}));
  EXPECT_EQ(cross_entropy(o, y, 0.0), cross_entropy(o, y));
  EXPECT_EQ(binary_cross_entropy(o, t, 0.0), binary_cross_entropy(o, t));
}

TEST(Losses, smoothing_out_of_range_is_an_error) {
  Graph graph;
  const Value o = graph.input("o", Shape({kBatch, 3})), t = graph.input("t", Shape({kBatch, 3}));
  for (const double wrong : {-0.1, 1.0, std::nan("")}) {
    EXPECT_THROW(cross_entropy(o, t, wrong), Error) << wrong;
    EXPECT_THROW(binary_cross_entropy(o, t, wrong), Error) << wrong;
  }
}

TEST(Weighted, is_the_mean_of_the_weighted_losses) {
  Case one([](Value p, Value y) { return weighted(squared_error(p, y * 0.0, Reduction::none), y); },
           matrix(3, 1, {2, 4, 6}), matrix(3, 1, {1, 0, 0.5}));
  EXPECT_NEAR(one.values()[0], (2.0 + 0 + 9) / 3, 1e-15);
  EXPECT_EQ(one.slopes(), (std::vector<double>{2.0 / 3, 0, 1}));
}

TEST(NegativeLogLikelihood, picks_the_log_probability_of_the_class) {
  expect_loss(negative_log_likelihood, matrix(2, 2, {-0.5, -1.5, -3, -0.25}), classes({1, 0}), {1.5, 3});
}

TEST(BinaryCrossEntropy, agrees_with_the_probabilities) {
  const double z = std::log(3.0);  // σ(z) = 3/4
  expect_loss(binary_cross_entropy, matrix(3, 1, {z, z, z}), matrix(3, 1, {1, 0, 0.5}),
              {std::log(4.0 / 3), std::log(4.0), (std::log(4.0 / 3) + std::log(4.0)) / 2});
}

TEST(BinaryCrossEntropy, with_smoothed_labels_moves_them_towards_one_half) {
  const auto smooth = [](Reduction reduction) {
    return [=](Value p, Value y) { return binary_cross_entropy(p, y, 0.2, reduction); };
  };
  const double z = std::log(3.0), yes = std::log(4.0 / 3), no = std::log(4.0);
  expect_loss(smooth(Reduction::mean), smooth(Reduction::none), matrix(2, 1, {z, z}), matrix(2, 1, {1, 0}),
              {0.9 * yes + 0.1 * no, 0.1 * yes + 0.9 * no});
}

TEST(Hinge, vanishes_beyond_the_margin) {
  expect_loss(hinge, matrix(4, 1, {0.5, -0.5, 2, 2}), matrix(4, 1, {1, 1, 1, -1}), {0.5, 1.5, 0, 3});
}

TEST(MulticlassHinge, compares_with_the_best_wrong_class) {
  expect_loss(multiclass_hinge, matrix(4, 3, {1, 3, 2, 1, 3, 2, 1, 3, 2, 1, 9, 2}), classes({1, 2, 0, 1}),
              {0, 2, 3, 0});
}

TEST(MulticlassHinge, pushes_the_expected_and_the_best_wrong_class_apart) {
  Case one([](Value p, Value y) { return multiclass_hinge(p, y); }, matrix(1, 3, {1, 3, 2}), classes({2}));
  EXPECT_EQ(one.slopes(), (std::vector<double>{0, 1, -1}));
  Case satisfied([](Value p, Value y) { return multiclass_hinge(p, y); }, matrix(1, 3, {1, 5, 2}),
                 classes({1}));
  EXPECT_EQ(satisfied.slopes(), (std::vector<double>{0, 0, 0}));
}

/// Value and slopes at huge scores.
void expect_stable(Loss loss, const Tensor& p, const Tensor& y, const std::vector<double>& samples) {
  expect_loss(loss, p, y, samples);
  Case whole([=](Value a, Value b) { return loss(a, b, Reduction::mean); }, p, y);
  for (const double slope : whole.slopes()) {
    EXPECT_TRUE(std::isfinite(slope));
    EXPECT_LE(std::abs(slope), 1);
  }
}

TEST(Losses, are_finite_for_huge_scores) {
  const Tensor sure = matrix(2, 2, {1e4, -1e4, 1e4, -1e4});
  expect_stable(cross_entropy, sure, classes({0, 1}), {0, 2e4});
  expect_stable(cross_entropy, sure, matrix(2, 2, {1, 0, 0.5, 0.5}), {0, 1e4});
  expect_stable(binary_cross_entropy, matrix(4, 1, {1e4, 1e4, -1e4, -1e4}), matrix(4, 1, {1, 0, 1, 0}),
                {0, 1e4, 1e4, 0});
  Case smooth([](Value p, Value y) { return cross_entropy(p, y, 0.5); }, sure, classes({0, 1}));
  EXPECT_NEAR(smooth.values()[0], 1e4, 1e-8);  // the mean of ¼·2e4 and ¾·2e4
  expect_stable(hinge, matrix(2, 1, {1e4, 1e4}), matrix(2, 1, {1, -1}), {0, 10001});
  expect_stable(multiclass_hinge, sure, classes({0, 1}), {0, 20001});
}

TEST(Losses, gradients_agree_with_finite_differences) {
  constexpr uint64_t kSeed = 5;
  constexpr int64_t kRows = 6, kColumns = 4;
  const Random random(kSeed);
  std::vector<double> scores, reals, signs, distributions;
  std::vector<int64_t> indices;
  for (uint64_t i = 0; i < kRows * kColumns; ++i) {
    scores.push_back(2 * random.normal(4 * i));
    reals.push_back(2 * random.normal(4 * i + 1));
    signs.push_back(random.below(2, 4 * i + 2) != 0 ? 1 : -1);
    distributions.push_back(random.uniform(4 * i + 3));
  }
  for (uint64_t i = 0; i < kRows; ++i)
    indices.push_back(static_cast<int64_t>(random.below(kColumns, 1000 + i)));
  const Tensor p = matrix(kRows, kColumns, scores), y = matrix(kRows, kColumns, reals);
  const Tensor of_sign = matrix(kRows, kColumns, signs), of_class = classes(indices);
  const Tensor of_distribution = matrix(kRows, kColumns, distributions);

  struct Row {
    const char* name;
    Case::Loss loss;
    const Tensor& targets;
  };
  const std::vector<Row> rows = {
      {"squared_error", [](Value a, Value b) { return squared_error(a, b); }, y},
      {"mean_squared_error", [](Value a, Value b) { return mean_squared_error(a, b); }, y},
      {"mean_absolute_error", [](Value a, Value b) { return mean_absolute_error(a, b); }, y},
      {"huber", [](Value a, Value b) { return huber(a, b, 1.5); }, y},
      {"cross_entropy", [](Value a, Value b) { return cross_entropy(a, b); }, of_class},
      {"cross_entropy", [](Value a, Value b) { return cross_entropy(a, b); }, of_distribution},
      {"cross_entropy, smoothed", [](Value a, Value b) { return cross_entropy(a, b, 0.2); }, of_class},
      {"binary_cross_entropy, smoothed", [](Value a, Value b) { return binary_cross_entropy(a, b, 0.2); },
       of_distribution},
      {"negative_log_likelihood", [](Value a, Value b) { return negative_log_likelihood(log_softmax(a), b); },
       of_class},
      {"binary_cross_entropy", [](Value a, Value b) { return binary_cross_entropy(a, b); }, of_distribution},
      {"hinge", [](Value a, Value b) { return hinge(a, b); }, of_sign},
      {"multiclass_hinge", [](Value a, Value b) { return multiclass_hinge(a, b); }, of_class},
      {"squared_error per sample", [](Value a, Value b) { return squared_error(a, b, Reduction::none); }, y},
      {"cross_entropy per sample", [](Value a, Value b) { return cross_entropy(a, b, Reduction::none); },
       of_class},
      {"hinge per sample", [](Value a, Value b) { return hinge(a, b, Reduction::none); }, of_sign},
  };
  for (const Row& row : rows) {
    Case c(row.loss, p, row.targets);
    const std::vector<GradientError> errors = check_gradient(c.loss, {&c.p, 1}, c.bindings, kSeed);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_LE(errors[0].relative, 1e-7)
        << row.name << " at element " << errors[0].element << ": " << errors[0].analytic << " by the rule, "
        << errors[0].numeric << " by differences; seed " << kSeed;
    double steepest = 0;
    for (const double slope : c.loss.shape().rank() == 0 ? c.slopes() : std::vector<double>{1.0})
      steepest = std::max(steepest, std::abs(slope));
    EXPECT_GT(steepest, 0) << row.name;
  }
}

void expect_error(const Case::Loss& loss, const Tensor& p, const Tensor& y, const std::string& message) {
  try {
    const Case c(loss, p, y);
    FAIL() << "expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), message);
  }
}

TEST(Losses, shapes_that_do_not_fit_are_errors) {
  expect_error([](Value p, Value y) { return squared_error(p, y); }, kPredicted,
               matrix(3, 2, {1, 2, 3, 4, 5, 6}),
               "[squared_error] predictions are f64[N,1] and targets f64[N,2]; expected reals of one shape");
  expect_error(
      [](Value p, Value y) { return binary_cross_entropy(p, y); }, kPredicted, classes({0, 1, 1}),
      "[binary_cross_entropy] predictions are f64[N,1] and targets i64[N]; expected reals of one shape");
  expect_error([](Value p, Value y) { return multiclass_hinge(p, y); }, kPredicted, kExpected,
               "[multiclass_hinge] classes are f64[N,1]; expected i64[N]");
  expect_error([](Value p, Value y) { return cross_entropy(p, y); }, Tensor(Shape({3}, DType::f64)),
               classes({0, 1, 1}), "[cross_entropy] scores are f64[N]; expected reals [N, classes]");
}

}  // namespace
}  // namespace kette::losses_test
