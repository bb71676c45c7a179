// Values that can be checked by hand: the table of activation functions, stability, indices, dropout.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette::values_test {
namespace {

/// One operation run by its kernel or loop.
Tensor run(const OpDef& op, const std::vector<Tensor>& x, const Attributes& given = {}) {
  Attributes attributes;
  for (const AttributeSpec& spec : op.attributes) {
    const Attribute* value = given.find(spec.name);
    attributes.set(spec.name, value ? *value : spec.initial);
  }
  std::vector<Shape> shapes;
  std::vector<const void*> in;
  for (const Tensor& tensor : x) {
    shapes.push_back(tensor.shape());
    in.push_back(tensor.bytes());
  }
  const Shape shape = op.infer({op, shapes, attributes});
  Tensor y(shape);
  if (op.is_elementwise()) {
    const MapLoops loops = op.loops();
    (shape.dtype() == DType::f32 ? loops.f32 : loops.f64)(in.data(), y.bytes(), y.size(),
                                                          real_attributes(op, attributes).data());
    return y;
  }
  const auto kernel = op.prepare({shapes, shape, attributes});
  const AlignedBuffer workspace = allocate_aligned(kernel->workspace_bytes());
  for (int64_t tile = 0; tile < kernel->tiles(); ++tile)
    kernel->run(in.data(), y.bytes(), tile, workspace.get());
  return y;
}

Tensor column(std::vector<double> values) {
  return Tensor(Shape({static_cast<int64_t>(values.size())}, DType::f64), std::span<const double>(values));
}

std::vector<double> values(const Tensor& tensor) {
  std::vector<double> result;
  for (int64_t i = 0; i < tensor.size(); ++i) result.push_back(tensor.at(i));
  return result;
}

void expect_near(const Tensor& found, const std::vector<double>& expected, double tolerance = 1e-14) {
  ASSERT_EQ(found.size(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    const double y = found.at(static_cast<int64_t>(i));
    if (y != expected[i]) {
      EXPECT_NEAR(y, expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << i;
    }
  }
}

const std::vector<double> kPoints = {-2, -1, -0.5, 0, 0.5, 1, 2};

TEST(Activations, sigmoid_has_the_values_of_the_table) {
  expect_near(run(kSigmoid, {column(kPoints)}),
              {0.11920292202211755, 0.2689414213699951, 0.3775406687981454, 0.5, 0.6224593312018546,
               0.7310585786300049, 0.8807970779778823});
}

TEST(Activations, tanh_has_the_values_of_the_table) {
  expect_near(run(kTanh, {column(kPoints)}),
              {-0.9640275800758169, -0.7615941559557649, -0.46211715726000979, 0, 0.46211715726000979,
               0.7615941559557649, 0.9640275800758169});
}

TEST(Activations, hardtanh_has_the_values_of_the_table) {
  expect_near(run(kHardtanh, {column(kPoints)}), {-1, -1, -0.5, 0, 0.5, 1, 1});
}

TEST(Activations, relu_has_the_values_of_the_table) {
  expect_near(run(kRelu, {column(kPoints)}), {0, 0, 0, 0, 0.5, 1, 2});
}

TEST(Activations, ranges_hold_far_out) {
  const Tensor x = column({-INFINITY, -1e4, -1e3, -40, 40, 1e3, 1e4, INFINITY});
  for (double y : values(run(kSigmoid, {x}))) EXPECT_TRUE(y >= 0 && y <= 1) << y;
  for (double y : values(run(kTanh, {x}))) EXPECT_TRUE(y >= -1 && y <= 1) << y;
  expect_near(run(kHardtanh, {x}), {-1, -1, -1, -1, 1, 1, 1, 1});
  expect_near(run(kRelu, {x}), {0, 0, 0, 0, 40, 1e3, 1e4, INFINITY});
  expect_near(run(kSoftplus, {x}), {0, 0, 0, std::exp(-40.0), 40, 1e3, 1e4, INFINITY});
  expect_near(run(kSilu, {x}), {0, 0, 0, -40 * std::exp(-40.0), 40, 1e3, 1e4, INFINITY});
  expect_near(run(kGelu, {x}), {0, 0, 0, 0, 40, 1e3, 1e4, INFINITY});
  expect_near(run(kSoftsign, {x}),
              {-1, -1e4 / 10001, -1e3 / 1001, -40.0 / 41, 40.0 / 41, 1e3 / 1001, 1e4 / 10001, 1});
}

TEST(Activations, a_nan_is_never_hidden) {
  for (const OpDef* op : {&kSigmoid, &kTanh, &kHardtanh, &kRelu, &kLeakyRelu, &kElu, &kSelu, &kGelu, &kSilu,
                          &kSoftplus, &kSoftsign, &kClip, &kSign})
    EXPECT_TRUE(std::isnan(run(*op, {column({NAN})}).at(0))) << op->name;
  for (const OpDef* op : {&kMax, &kMin}) {
    EXPECT_TRUE(std::isnan(run(*op, {column({NAN}), column({1})}).at(0))) << op->name;
    EXPECT_TRUE(std::isnan(run(*op, {column({1}), column({NAN})}).at(0))) << op->name;
  }
  EXPECT_TRUE(std::isnan(run(kReduceMax, {column({1, NAN, 2})}).at(0)));
}

TEST(Softmax, is_stable_for_any_finite_score) {
  for (double shift : {0.0, 1e4, -1e4, 1e300}) {
    const Tensor p = run(kSoftmax, {column({shift, shift, shift, shift})});
    expect_near(p, {0.25, 0.25, 0.25, 0.25});
  }
  const Tensor scores(Shape({3}), {1e4f, 0.0f, -1e4f});
  expect_near(run(kSoftmax, {scores}), {1, 0, 0});
  expect_near(run(kLogSoftmax, {scores}), {0, -1e4, -2e4});
  expect_near(run(kLogsumexp, {scores}), {1e4});
}

TEST(Softmax, probabilities_of_each_row_sum_to_one) {
  Tensor x(Shape({3, 5}, DType::f64));
  for (int64_t i = 0; i < x.size(); ++i) x.set(i, std::sin(static_cast<double>(i)) * 20);
  const std::vector<double> p = values(run(kSoftmax, {x}, {{"axis", int64_t{1}}}));
  for (int64_t row = 0; row < 3; ++row)
    EXPECT_NEAR(std::accumulate(p.begin() + row * 5, p.begin() + row * 5 + 5, 0.0), 1, 1e-14);
}

TEST(Argmax, finds_the_predicted_class_of_the_lecture) {
  EXPECT_EQ(run(kArgmax, {column({0.08, 0.25, 0.42, 0.25})}).at(0), 2);
}

TEST(Argmax, takes_the_first_of_equals) { EXPECT_EQ(run(kArgmax, {column({1, 3, 3, 0})}).at(0), 1); }

TEST(Power, a_negative_number_has_whole_powers) {
  expect_near(run(kPower, {column({-2, -1, 3})}, {{"exponent", 3.0}}), {-8, -1, 27});
  expect_near(run(kPower, {column({-2, -1, 4})}, {{"exponent", -2.0}}), {0.25, 1, 0.0625});
  EXPECT_TRUE(std::isnan(run(kPower, {column({-2})}, {{"exponent", 0.5}}).at(0)));
}

TEST(Clip, limits_and_refuses_nothing_inside) {
  expect_near(run(kClip, {column(kPoints)}, {{"low", -0.75}, {"high", 1.5}}),
              {-0.75, -0.75, -0.5, 0, 0.5, 1, 1.5});
}

TEST(Coalesce, every_row_holds_the_sum_of_its_index) {
  const Tensor indices(Shape({5}, DType::i64), {int64_t{7}, int64_t{-3}, int64_t{7}, INT64_MAX, int64_t{7}});
  const Tensor rows(Shape({5, 2}), {1.f, 2.f, 10.f, 20.f, 3.f, 4.f, 100.f, 200.f, 5.f, 6.f});
  expect_near(run(kCoalesce, {indices, rows}), {9, 12, 10, 20, 9, 12, 100, 200, 9, 12});
}

TEST(AssignRows, replaces_the_rows_in_place_or_apart) {
  Tensor table(Shape({3, 2}), {1.f, 2.f, 3.f, 4.f, 5.f, 6.f});
  const Tensor indices(Shape({2}, DType::i64), {int64_t{2}, int64_t{0}});
  const Tensor rows(Shape({2, 2}), {50.f, 60.f, 10.f, 20.f});
  expect_near(run(kAssignRows, {table, indices, rows}), {10, 20, 3, 4, 50, 60});
  const std::vector<Shape> shapes = {table.shape(), indices.shape(), rows.shape()};
  const void* in[] = {table.bytes(), indices.bytes(), rows.bytes()};
  kAssignRows.prepare({shapes, table.shape(), {}})->run(in, table.bytes(), 0, nullptr);
  expect_near(table, {10, 20, 3, 4, 50, 60});
}

TEST(Cast, to_whole_numbers_goes_towards_zero_and_refuses_what_does_not_fit) {
  const Attributes whole = {{"to", std::string("i64")}};
  expect_near(run(kCast, {column({-1.9, 1.9, 3})}, whole), {-1, 1, 3});
  EXPECT_THROW(run(kCast, {column({0, NAN})}, whole), Error);
  EXPECT_THROW(run(kCast, {column({1e19})}, whole), Error);
}

class Dropout : public testing::Test {
 protected:
  static Tensor drop(int64_t step, int64_t seed, double rate = 0.3) {
    Tensor x(Shape({100, 1001}));
    for (float& value : x.values<float>()) value = 1;
    const Tensor at(Shape({}, DType::i64), {step});
    return run(kDropout, {x, at}, {{"rate", rate}, {"seed", seed}});
  }
};

TEST_F(Dropout, same_seed_and_step_drop_the_same_elements) {
  EXPECT_EQ(drop(3, 5), drop(3, 5));
  EXPECT_FALSE(drop(3, 5) == drop(4, 5));
  EXPECT_FALSE(drop(3, 5) == drop(3, 6));
}

TEST_F(Dropout, drops_the_given_share_and_keeps_the_mean) {
  const std::vector<double> y = values(drop(1, 2));
  const auto dropped = static_cast<double>(std::count(y.begin(), y.end(), 0.0));
  const auto n = static_cast<double>(y.size());
  EXPECT_NEAR(dropped / n, 0.3, 5 * std::sqrt(0.3 * 0.7 / n));  // five standard deviations
  EXPECT_NEAR(std::accumulate(y.begin(), y.end(), 0.0) / n, 1, 0.011);
  for (double value : y) ASSERT_TRUE(value == 0 || std::abs(value - 1 / 0.7) < 1e-6) << value;
}

TEST_F(Dropout, rate_zero_changes_nothing) {
  for (double value : values(drop(1, 2, 0))) ASSERT_EQ(value, 1);
}

TEST(Sum, of_separate_axes_is_a_chain_of_sums) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3, 4}));
  EXPECT_EQ(sum(x, {0, 2}).shape(), Shape({3}));
  EXPECT_EQ(sum(x, {0, 2}, true).shape(), Shape({1, 3, 1}));
  EXPECT_EQ(sum(x).shape(), Shape({}));
  EXPECT_EQ(mean(x, {-1}).shape(), Shape({kBatch, 3}));
  EXPECT_EQ(sum_to(x, Shape({3, 1})).shape(), Shape({3, 1}));
  EXPECT_EQ(sum_to(x, Shape({4})).shape(), Shape({4}));
}

TEST(Count, is_a_constant_unless_it_depends_on_the_batch) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3, 4}));
  EXPECT_EQ(graph.node(count(x, {1, 2})).kind, NodeKind::constant);
  EXPECT_EQ(graph.node(count(x)).kind, NodeKind::operation);
}

TEST(Builders, use_the_simpler_operation_for_small_powers) {
  Graph graph;
  const Value x = graph.input("x", Shape({2}));
  EXPECT_EQ(pow(x, 1), x);
  EXPECT_EQ(graph.node(pow(x, 2)).op, &kSquare);
  EXPECT_EQ(graph.node(pow(x, 3)).op, &kCube);
  EXPECT_EQ(graph.node(pow(x, 0.5)).op, &kPower);
}

}  // namespace
}  // namespace kette::values_test
