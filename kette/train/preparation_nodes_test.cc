#include "kette/train/preparation_nodes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "kette/autodiff/interpret.h"
#include "kette/base/random.h"
#include "kette/compile/program.h"
#include "kette/ops/ops.h"

namespace kette::preparation_nodes_test {
namespace {

using data::Feature;
using data::Preparation;
using data::Scaling;
using Preparations = std::vector<std::vector<Preparation>>;
using Kind = Feature::Kind;

constexpr int64_t kRows = 300;

std::vector<Feature> features_of_all_kinds() {
  std::vector<Feature> features;
  for (const char* name :
       {"plain", "standard", "standard_2", "min_max", "robust", "quantile", "quantile_2", "log"})
    features.push_back({.name = name});
  features.push_back({.name = "day", .kind = Kind::date, .date_format = "YYYY-MM-DD"});
  features.push_back({.name = "few", .kind = Kind::category, .categories = {"a", "b", "c"}, .kept = 3});
  Feature many{.name = "many", .kind = Kind::category, .kept = 60};
  for (int i = 0; i < 60; ++i) many.categories.push_back(std::to_string(i));
  features.push_back(many);
  features.push_back({.name = "note", .kind = Kind::words, .categories = {"u", "v"}});
  return features;
}

const data::PreparationOptions kOptions{.scaling = Scaling::standard,
                                        .column_scaling = {{"plain", Scaling::none},
                                                           {"min_max", Scaling::min_max},
                                                           {"robust", Scaling::robust},
                                                           {"quantile", Scaling::quantile_normal},
                                                           {"quantile_2", Scaling::quantile_normal},
                                                           {"log", Scaling::log}}};

/// Random rows of those features; every second number column has gaps.
Tensor random_rows(uint64_t seed) {
  const Random random(seed);
  Tensor x(Shape({kRows, 15}));
  uint64_t position = 0;
  for (int64_t row = 0; row < kRows; ++row) {
    const auto set = [&](int64_t column, double value) { x.set(row * 15 + column, value); };
    const auto whole = [&](uint64_t n) { return static_cast<double>(random.below(n, position++)); };
    for (int64_t c = 0; c < 8; ++c)
      set(c, std::exp(1.5 * random.normal(position++)) * (c == 7 ? 1 : 1000) - 3);
    for (int64_t c = 1; c < 8; c += 2)
      if (whole(9) == 0) set(c, std::nan(""));
    set(8, 15000 + whole(5000));
    set(9, whole(12));
    set(10, whole(7));
    if (whole(20) == 0) set(8, std::nan("")), set(9, 12), set(10, 7);
    set(11, whole(5));
    set(12, whole(62));
    set(13, whole(2));
    set(14, whole(2));
  }
  return x;
}

/// What data/preparation.h says of a number, in float64.
double scaled(const Preparation& p, double x) {
  if (p.scaling == Scaling::none) return x;
  if (p.scaling == Scaling::log) x = std::log(1 + std::max(0.0, x - double{p.origin}));
  if (p.scaling != Scaling::quantile_normal) return (x - double{p.shift}) / double{p.scale};
  if (x <= double{p.knots.front()}) return double{p.levels.front()};
  size_t k = 0;
  while (k + 1 < p.knots.size() && x > double{p.knots[k + 1]}) ++k;
  if (k + 1 == p.knots.size()) return double{p.levels.back()};
  const double part = (x - double{p.knots[k]}) / (double{p.knots[k + 1]} - double{p.knots[k]});
  return double{p.levels[k]} + part * (double{p.levels[k + 1]} - double{p.levels[k]});
}

/// A row as "prepared" is to hold it: numbers of one scaling, then their indicators; codes to embed at the
/// end.
std::vector<double> prepared_row(const std::vector<Preparation>& columns, const Tensor& x, int64_t row) {
  std::vector<double> numbers, flags, codes;
  const auto flush = [&] {
    numbers.insert(numbers.end(), flags.begin(), flags.end());
    flags.clear();
  };
  for (size_t c = 0; c < columns.size(); ++c) {
    const Preparation& p = columns[c];
    const double value = x.at(row * x.shape()[1] + static_cast<int64_t>(c));
    if (c > 0 && (p.kind != columns[c - 1].kind || p.scaling != columns[c - 1].scaling)) flush();
    if (p.kind == Preparation::Kind::number) {
      numbers.push_back(scaled(p, std::isnan(value) ? double{p.fill} : value));
      if (p.indicator) flags.push_back(std::isnan(value) ? 1 : 0);
    } else if (p.kind == Preparation::Kind::one_hot) {
      for (int64_t i = 0; i < p.columns; ++i)
        numbers.push_back(double{p.table[static_cast<size_t>(static_cast<int64_t>(value) * p.columns + i)]});
    } else {
      (p.kind == Preparation::Kind::embedding ? codes : numbers).push_back(value);
    }
  }
  flush();
  numbers.insert(numbers.end(), codes.begin(), codes.end());
  return numbers;
}

std::vector<Preparation> fitted(const Tensor& x, const data::PreparationOptions& options = kOptions) {
  std::vector<int64_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return data::fit_preparation(features_of_all_kinds(), x, rows, options);
}

TEST(AddPreparation, computes_what_the_fit_says_in_the_interpreter_and_in_a_program) {
  const Tensor training = random_rows(61),
               x = random_rows(67);  // the seeds; other rows than it was fitted on
  const std::vector<Preparation> columns = fitted(training);
  Graph graph;
  const Value features = graph.input("features", Shape({kBatch, 15}));
  const Value prepared = add_preparation(features, Preparations{columns});
  EXPECT_EQ(graph.find("prepared"), prepared);
  const Reference reference = interpret(prepared, {{"features", x}});
  Program program(std::array{prepared}, {}, nullptr);
  program.bind(kRows);
  program.set("features", x);
  program.run();
  const auto width = static_cast<size_t>(prepared.shape()[1]);
  for (int64_t row = 0; row < kRows; ++row) {
    const std::vector<double> expected = prepared_row(columns, x, row);
    ASSERT_EQ(expected.size(), width);
    for (size_t i = 0; i < width; ++i) {
      const size_t at = static_cast<size_t>(row) * width + i;
      const double tolerance = 2e-6 * (1 + std::abs(expected[i]));
      ASSERT_NEAR(reference.values[at], expected[i], tolerance) << "row " << row << ", column " << i;
      ASSERT_NEAR(program.values<float>(0)[at], expected[i], 10 * tolerance)
          << "row " << row << ", column " << i;
    }
  }
}

TEST(AddPreparation, of_numbers_without_any_scaling_or_gap_changes_nothing) {
  const Tensor x(Shape({3, 2}), {1.f, 2.f, 3.f, -4.f, 5.f, 6.f});
  const std::vector<Feature> features = {{.name = "a"}, {.name = "b"}};
  const auto columns =
      data::fit_preparation(features, x, std::vector<int64_t>{0, 1, 2}, {.scaling = Scaling::none});
  Graph graph;
  const Value prepared = add_preparation(graph.input("features", Shape({kBatch, 2})), Preparations{columns});
  EXPECT_EQ(interpret(prepared, {{"features", x}}).values, (std::vector<double>{1, 2, 3, -4, 5, 6}));
}

TEST(AddPreparation, a_gap_in_a_column_that_had_none_is_filled_in) {
  const Tensor x(Shape({4, 1}), {1.f, 2.f, 3.f, 6.f});
  const std::vector<Feature> features = {{.name = "a"}};
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::min_max, Scaling::robust,
                                Scaling::quantile_normal, Scaling::log}) {
    const auto columns =
        data::fit_preparation(features, x, std::vector<int64_t>{0, 1, 2, 3}, {.scaling = scaling});
    Graph graph;
    const Value prepared =
        add_preparation(graph.input("features", Shape({kBatch, 1})), Preparations{columns});
    const Reference found = interpret(prepared, {{"features", Tensor(Shape({2, 1}), {std::nanf(""), 2.5f})}});
    EXPECT_EQ(found.values[0], found.values[1]) << to_string(scaling);  // the median
    EXPECT_TRUE(std::isfinite(found.values[0])) << to_string(scaling);
  }
}

TEST(AddPreparation, numbers_far_outside_the_training_rows_stay_finite) {
  const Tensor x(Shape({4, 1}), {1.f, 2.f, 3.f, 6.f});
  const std::vector<Feature> features = {{.name = "a"}};
  for (const Scaling scaling : {Scaling::quantile_normal, Scaling::log}) {
    const auto columns =
        data::fit_preparation(features, x, std::vector<int64_t>{0, 1, 2, 3}, {.scaling = scaling});
    Graph graph;
    const Value prepared =
        add_preparation(graph.input("features", Shape({kBatch, 1})), Preparations{columns});
    Program program(std::array{prepared}, {}, nullptr);
    program.bind(2);
    const Tensor far(Shape({2, 1}), {-3e38f, 3e38f});
    program.set("features", far);
    program.run();
    for (const float z : program.values<float>(0)) EXPECT_TRUE(std::isfinite(z)) << to_string(scaling);
  }
}

TEST(PreparationPart, several_preparations_stand_side_by_side) {
  const Tensor x = random_rows(71);  // the seed
  data::PreparationOptions other = kOptions;
  other.scaling = Scaling::quantile_normal;
  other.column_scaling = {{"log", Scaling::none}};
  other.most_one_hot = 2;  // both categories embedded
  const Preparations both = {fitted(x), fitted(x, other), fitted(x)};
  Graph graph;
  const Value features = graph.input("features", Shape({kBatch, 15}));
  const Value prepared = add_preparation(features, both);
  for (size_t i = 0; i < both.size(); ++i) {
    const Value part = preparation_part(prepared, both, i);
    const Reference found = interpret(part, {{"features", x}});
    Graph alone;
    const Value expected = add_preparation(alone.input("features", Shape({kBatch, 15})), {&both[i], 1});
    ASSERT_EQ(part.shape(), expected.shape());
    EXPECT_EQ(found.values, interpret(expected, {{"features", x}}).values) << "part " << i;
  }
}

TEST(FirstInputs, replace_codes_by_rows_of_the_embeddings) {
  const Tensor x = random_rows(73);  // the seed
  const std::vector<Preparation> columns = fitted(x);
  Graph graph;
  const Value prepared = add_preparation(graph.input("features", Shape({kBatch, 15})), Preparations{columns});
  const FirstInputs first = first_inputs(prepared, columns, "net.");
  ASSERT_EQ(first.embeddings.size(), 1u);
  EXPECT_EQ(graph.node(first.embeddings[0].value).name, "net.E1");
  EXPECT_EQ(first.embeddings[0].value.shape(), Shape({62, 16}));
  EXPECT_EQ(first.inputs.shape()[1], prepared.shape()[1] - 1 + 16);
  Tensor table(Shape({62, 16}));
  for (int64_t i = 0; i < table.size(); ++i) table.set(i, static_cast<double>(i));
  const Bindings bindings{{"features", x}, {"net.E1", table}};
  const Reference dense = interpret(prepared, bindings), inputs = interpret(first.inputs, bindings);
  const auto width = static_cast<size_t>(prepared.shape()[1]);
  for (size_t row = 0; row < static_cast<size_t>(kRows); ++row) {
    for (size_t i = 0; i + 1 < width; ++i)
      ASSERT_EQ(inputs.values[row * (width + 15) + i], dense.values[row * width + i]);
    for (size_t i = 0; i < 16; ++i)
      ASSERT_EQ(inputs.values[row * (width + 15) + width - 1 + i],
                16 * x.at(static_cast<int64_t>(row) * 15 + 12) + static_cast<double>(i));
  }
  EXPECT_EQ(first_inputs(prepared, columns, "net.").inputs, first.inputs);  // shared
  EXPECT_EQ(first_inputs(prepared, std::span(columns).first(8), "").inputs, prepared);
}

TEST(FirstInputs, shared_features_are_looked_up_in_one_table) {
  const Preparation word{.kind = Preparation::Kind::embedding, .codes = 6, .columns = 2, .shared = true};
  Preparation own = word;
  own.shared = false;
  EXPECT_EQ(embedding_names(std::vector{own, word, own, word}),
            (std::vector<std::string>{"E1", "E", "E2", "E"}));

  const std::vector<Preparation> columns = {word, word, word};
  Graph graph;
  const Value features = graph.input("features", Shape({kBatch, 3}));
  const Value prepared = add_preparation(features, Preparations{columns});
  EXPECT_EQ(prepared, features);  // codes are all there is
  const FirstInputs first = first_inputs(prepared, columns);
  ASSERT_EQ(first.embeddings.size(), 1u);
  EXPECT_EQ(graph.node(first.embeddings[0].value).name, "E");
  EXPECT_EQ(graph.node(first.inputs).name, "x");
  EXPECT_EQ(first.inputs.shape(), Shape({kBatch, 6}));
  EXPECT_EQ(std::ranges::count(graph.nodes(), &kLookup, &Node::op), 3);
  Tensor table(Shape({6, 2}));
  for (int64_t i = 0; i < table.size(); ++i) table.set(i, static_cast<double>(i));
  const Reference x = interpret(
      first.inputs, {{"features", Tensor(Shape({2, 3}), {5.f, 0.f, 5.f, 1.f, 2.f, 3.f})}, {"E", table}});
  EXPECT_EQ(x.values, (std::vector<double>{10, 11, 0, 1, 10, 11, 2, 3, 4, 5, 6, 7}));
}

}  // namespace
}  // namespace kette::preparation_nodes_test
