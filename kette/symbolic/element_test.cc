#include "kette/symbolic/element.h"

#include <gtest/gtest.h>

#include <set>

#include "kette/autodiff/interpret.h"
#include "kette/ops/ops.h"
#include "kette/ops/test_samples.h"

namespace kette::element_test {
namespace {

/// What does not say what its elements are made of.
const std::set<std::string_view> kSilent = {"argmax",  "count",    "one_hot",
                                            "dropout", "coalesce", "assign_rows"};

std::vector<Example> examples_of(const OpDef& op) {
  if (!op.is_elementwise()) return op.examples();
  const auto operands = static_cast<size_t>(op.min_inputs);
  Example same{.inputs = std::vector<Shape>(operands, Shape({kBatch, 3})), .domains = op.domains};
  if (operands < 2) return {same};
  Example broadcast = same;
  broadcast.inputs[1] = Shape({3});
  return {same, broadcast};
}

class ElementOf : public testing::TestWithParam<const OpDef*> {};

/// Every element of every example of every operation, against the reference.
TEST_P(ElementOf, is_what_the_reference_computes) {
  const OpDef& op = *GetParam();
  for (const Example& example : examples_of(op)) {
    Graph graph;
    std::vector<Value> leaves;
    Bindings bindings;
    for (size_t i = 0; i < example.inputs.size(); ++i) {
      const Shape shape = example.inputs[i].bind(3);
      const Value leaf =
          graph.input(fmt::format("x{}", i), is_float(shape.dtype()) ? shape.as(DType::f64) : shape);
      leaves.push_back(leaf);
      const Domain domain = i < example.domains.size() ? example.domains[i] : Domain{};
      bindings.emplace(leaf.name(), test_samples::sampled(leaf.shape(), domain, 5, i));
    }
    Attributes attributes = example.attributes;
    if (attributes.find("dims")) {
      std::vector<int64_t> dims = attributes.integers("dims");
      std::ranges::replace(dims, kBatch, int64_t{3});
      attributes.set("dims", dims);
    }
    const Value y = graph.apply(op, leaves, attributes);
    const Reference expected = interpret(y, bindings);
    const bool is_cut = op.name == "cast" && y.dtype() == DType::i64;  // what is whole is computed, not moved
    const ElementOptions options{
        .name = [](int node, int64_t element) { return fmt::format("x{}[{}]", node, element); },
        .value = [&](int node, int64_t element) { return bindings.at(graph.node(node).name).at(element); }};
    for (int64_t i = 0; i < y.shape().size(); ++i) {
      const auto formula = element_formula(graph, y.id, i, options);
      ASSERT_EQ(formula.has_value(), !kSilent.contains(op.name) && !is_cut);
      if (!formula) continue;
      const double value = expected.values[static_cast<size_t>(i)];
      ASSERT_NEAR(formula->value, value, 1e-12 * std::max(1.0, std::abs(value)))
          << formula->symbols << " = " << formula->numbers;
      ASSERT_FALSE(formula->symbols.empty());
      ASSERT_FALSE(formula->numbers.empty());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ElementOf, testing::ValuesIn(catalogue().begin(), catalogue().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(ElementFormula, shows_the_terms_that_count_most) {
  Graph graph;
  const Value x = graph.input("x", Shape({1, 9}, DType::f64)),
              w = graph.input("W", Shape({9, 2}, DType::f64));
  const Value y = matmul(x, w);
  const auto value = [&](int node, int64_t element) {
    return node == x.id ? (element == 4 ? -9.0 : static_cast<double>(element)) : 0.5;
  };
  const ElementOptions options{
      .name = [&](int node,
                  int64_t element) { return fmt::format("{}{}", node == x.id ? "x" : "w", element); },
      .value = value,
      .most_terms = 4};
  const auto formula = element_formula(graph, y.id, 1, options);
  ASSERT_TRUE(formula);
  EXPECT_EQ(formula->symbols, "x4·w9 + x7·w15 + x8·w17 + … (6 more)");
  EXPECT_EQ(formula->numbers, "(−9)·0.5 + 7·0.5 + 8·0.5 + 8.5 (6 more)");
}

TEST(ElementFormula, writes_out_what_has_no_name) {
  Graph graph;
  const Value x = graph.input("x", Shape({1, 2}, DType::f64)),
              w = graph.input("w", Shape({2, 1}, DType::f64));
  const Value product = matmul(x, w), y = tanh(product) * 2;
  const ElementOptions options{
      .name = [&](int node, int64_t element) { return fmt::format("{}{}", graph.label(node), element + 1); },
      .value = [&](int, int64_t element) { return element == 0 ? -0.5 : 1.25; },
      .is_written_out = [&](int node) { return graph.node(node).name.empty(); }};
  const auto formula = element_formula(graph, y.id, 0, options);
  ASSERT_TRUE(formula);
  EXPECT_EQ(formula->symbols, "tanh(x1·w1 + x2·w2)·2");
  EXPECT_EQ(formula->numbers, "tanh((−0.5)·(−0.5) + 1.25·1.25)·2");
  EXPECT_NEAR(formula->value, 2 * std::tanh(0.25 + 1.5625), 1e-15);
}

}  // namespace
}  // namespace kette::element_test
