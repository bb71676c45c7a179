#include "kette/train/target_scaling.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/compile/program.h"

namespace kette::target_scaling_test {
namespace {

using Kind = TargetScaling::Kind;
constexpr std::array kKinds = {Kind::none, Kind::standard, Kind::min_max, Kind::log};

/// Two targets of different size; the last row is not among those fitted on.
const Tensor kTargets(Shape({5, 2}), {1.f, -300.f, 2.f, 500.f, 4.f, 0.f, 9.f, 200.f, 7.f, 100.f});
const std::vector<int64_t> kRows = {0, 1, 2, 3};

struct Nodes {
  Graph graph;
  Value forward, back;
};

/// target → t → target again.
void build(Nodes& nodes, const TargetScaling& scaling, int64_t width) {
  const Value target = nodes.graph.input("target", Shape({kBatch, width}));
  nodes.forward = scaling.forward(target);
  nodes.back = scaling.inverse(nodes.forward);
}

TEST(TargetScaling, the_inverse_of_forward_is_the_target) {
  for (const Kind kind : kKinds) {
    Nodes nodes;
    build(nodes, TargetScaling::fit(kind, kTargets, kRows), 2);
    const Reference back = interpret(nodes.back, {{"target", kTargets}});
    for (int64_t i = 0; i < kTargets.size(); ++i)
      EXPECT_NEAR(back.values[static_cast<size_t>(i)], kTargets.at(i), 1e-4) << to_string(kind);
    Program program(std::array{nodes.back}, {}, nullptr);
    program.bind(5);
    program.set("target", kTargets);
    program.run();
    for (int64_t i = 0; i < kTargets.size(); ++i)
      EXPECT_NEAR(program.values<float>(0)[static_cast<size_t>(i)], kTargets.at(i), 1e-3) << to_string(kind);
  }
}

TEST(TargetScaling, forward_follows_the_formula_of_the_fitted_rows) {
  // First target: 1 2 4 9, mean 4, variance (9 + 4 + 0 + 25)/4.
  const std::array<double, 3> logs_of = {std::log(1.0), std::log(4.0), std::log(9.0)};
  const double mean = (logs_of[0] + std::log(2.0) + logs_of[1] + logs_of[2]) / 4;
  double square = 0;
  for (const double v : {1.0, 2.0, 4.0, 9.0}) square += std::pow(std::log(v) - mean, 2) / 4;
  const double seven = 7;  // the row that was not fitted on
  const std::array expected = {seven, (seven - 4) / std::sqrt(9.5), (seven - 1) / 8,
                               (std::log(seven) - mean) / std::sqrt(square)};
  for (size_t k = 0; k < kKinds.size(); ++k) {
    Nodes nodes;
    build(nodes, TargetScaling::fit(kKinds[k], kTargets, kRows), 2);
    EXPECT_NEAR(interpret(nodes.forward, {{"target", kTargets}}).values[8], expected[k], 1e-5)
        << to_string(kKinds[k]);
  }
}

TEST(TargetScaling, takes_one_target_as_a_vector) {
  const Tensor y(Shape({4}), {1.f, 2.f, 4.f, 9.f});
  const TargetScaling scaling = TargetScaling::fit(Kind::standard, y, kRows);
  ASSERT_EQ(scaling.shift.size(), 1u);
  EXPECT_DOUBLE_EQ(scaling.shift[0], 4);
  EXPECT_DOUBLE_EQ(scaling.scale[0], std::sqrt(9.5));
}

TEST(TargetScaling, log_stays_finite_for_scores_of_any_size_and_targets_below_the_least) {
  const Tensor y(Shape({4, 1}), {0.f, 10.f, 1000.f, 100000.f});
  const TargetScaling scaling = TargetScaling::fit(Kind::log, y, kRows);
  Graph graph;
  const Value scores = graph.input("scores", Shape({kBatch, 1})),
              target = graph.input("target", Shape({kBatch, 1}));
  Program program(std::array{scaling.inverse(scores), scaling.forward(target)}, {}, nullptr);
  program.bind(4);
  const Tensor extreme(Shape({4, 1}), {-1e30f, -50.f, 50.f, 1e30f}),
      far(Shape({4, 1}), {-1e30f, -1.f, 0.f, 1e30f});
  program.set("scores", extreme);
  program.set("target", far);
  program.run();
  for (const float y_hat : program.values<float>(0)) {
    EXPECT_TRUE(std::isfinite(y_hat));
    EXPECT_GE(y_hat, -1.001f);
    EXPECT_LE(y_hat, 200100.f);  // twice the range
  }
  for (const float t : program.values<float>(1)) EXPECT_TRUE(std::isfinite(t));
  EXPECT_EQ(program.values<float>(1)[0], program.values<float>(1)[2]);  // below the least: as the least
}

TEST(TargetScaling, of_a_target_of_one_value_is_1) {
  const Tensor y(Shape({3, 1}), {5.f, 5.f, 5.f});
  for (const Kind kind : {Kind::standard, Kind::min_max, Kind::log})
    EXPECT_EQ(TargetScaling::fit(kind, y, std::vector<int64_t>{0, 1, 2}).scale, std::vector<double>{1})
        << to_string(kind);
}

TEST(TargetScaling, no_rows_are_refused_and_names_read_back) {
  EXPECT_THROW(TargetScaling::fit(Kind::standard, kTargets, {}), Error);
  for (const Kind kind : kKinds) EXPECT_EQ(parse_target_scaling(to_string(kind)), kind);
  EXPECT_THROW(parse_target_scaling("square"), Error);
}

}  // namespace
}  // namespace kette::target_scaling_test
