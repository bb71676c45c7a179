#include "kette/symbolic/infix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/formula.h"

namespace kette::infix_test {
namespace {

std::string plain(std::string_view formula) {
  Graph graph;
  return infix(parse_formula(formula, graph));
}

std::string latex(std::string_view formula) {
  Graph graph;
  return infix(parse_formula(formula, graph), {.style = FormulaStyle::latex});
}

TEST(Infix, brackets_stand_where_they_are_needed_and_nowhere_else) {
  EXPECT_EQ(plain("(a+b)*c"), "(a + b)·c");
  EXPECT_EQ(plain("a+(b*c)"), "a + b·c");
  EXPECT_EQ(plain("a-(b-c)"), "a − (b − c)");
  EXPECT_EQ(plain("(a-b)-c"), "a − b − c");
  EXPECT_EQ(plain("a/(b*c)"), "a/(b·c)");
  EXPECT_EQ(plain("(a/b)*c"), "a/b·c");
  EXPECT_EQ(plain("-(a+b)"), "−(a + b)");
  EXPECT_EQ(plain("a + -b"), "a + (−b)");
  EXPECT_EQ(plain("-x^2"), "−x²");
  EXPECT_EQ(plain("(-x)^2"), "(−x)²");
  EXPECT_EQ(plain("(x^2)^2"), "(x²)²");
  EXPECT_EQ(plain("(a^b)^c"), "(a^b)^c");
  EXPECT_EQ(plain("a^b^c"), "a^b^c");
  EXPECT_EQ(plain("2^-x"), "2^(−x)");
  EXPECT_EQ(plain("x^-1.5"), "x^(−1.5)");
  EXPECT_EQ(plain("√(x+1)·√x"), "√(x + 1)·√x");
  EXPECT_EQ(plain("sqrt(x)^2"), "(√x)²");
  EXPECT_EQ(plain("exp(-(x^2)/2)"), "exp(−x²/2)");
  EXPECT_EQ(plain("[x > 0]·x + relu(x)"), "[x > 0]·x + relu(x)");
  EXPECT_EQ(plain("where(x > 0, x, 1)"), "where(x > 0, x, 1)");
  EXPECT_EQ(plain("x > 0"), "[x > 0]");
  EXPECT_EQ(plain("|x|·|y+1|"), "|x|·|y + 1|");
}

TEST(Infix, numbers_are_read_as_they_are_written) {
  EXPECT_EQ(plain("pi*x + e*y"), "π·x + e·y");
  EXPECT_EQ(plain("1e-7x"), "1e-07·x");
  EXPECT_EQ(infix_number(-0.41).text, "−0.41");
  EXPECT_EQ(infix_number(1.0 / 3, FormulaStyle::plain, 3).text, "0.333");
  EXPECT_EQ(infix_number(1.5e-7, FormulaStyle::latex).text, "1.5 \\cdot 10^{-7}");
  Graph graph;
  EXPECT_EQ(infix(graph.constant(0.1, DType::f32)), "0.1");
  graph.input("e", Shape({}, DType::f64));
  EXPECT_EQ(infix(graph.constant(2.718281828459045, DType::f64)), "2.718281828459045")
      << "e is a variable here";
}

TEST(Infix, latex_has_fractions_roots_and_indices) {
  EXPECT_EQ(latex("exp(-x^2/2)"), "e^{-\\frac{x^2}{2}}");
  EXPECT_EQ(latex("(x1 + alpha)/sqrt(θ_out)"), "\\frac{x_{1} + \\mathit{alpha}}{\\sqrt{\\theta_{out}}}");
  EXPECT_EQ(latex("exp(x)^2"), "\\left(e^{x}\\right)^2");
  EXPECT_EQ(latex("σ(x)·(1-σ(x))"),
            "\\sigma\\left(x\\right) \\cdot \\left(1 - \\sigma\\left(x\\right)\\right)");
  EXPECT_EQ(latex("x^-1.5"), "x^{-1.5}");
}

TEST(Infix, printing_stops_where_something_stands_for_a_node) {
  Graph graph;
  const Value z = parse_formula("w1*h1 + w2*h2", graph);
  EXPECT_EQ(infix(z, {.stands_for = [](Value v) { return by_name(v); }}), "%2 + %5");
  const auto numbers = [](Value v) -> std::optional<Infix> {
    if (v.name() == "w1") return infix_number(-0.5);
    if (v.name() == "h1") return infix_number(2);
    return std::nullopt;
  };
  EXPECT_EQ(infix(z, {.stands_for = numbers}), "(−0.5)·2 + w2·h2");
  EXPECT_EQ(infix(tanh(z), {.stands_for = [](Value) { return infix_number(0.41); }}), "tanh(0.41)");
}

TEST(Infix, a_formula_with_more_paths_than_memory_is_cut) {
  Graph graph;
  Value x = graph.input("x", Shape({}, DType::f64));
  for (int i = 0; i < 100; ++i) x = x + x;
  const std::string text = infix(x, {.most = 100});
  EXPECT_LE(text.size(), 250u);
  EXPECT_NE(text.find("…"), std::string::npos) << text;
}

TEST(Infix, what_is_left_out_leaves_no_bracket_open) {
  Graph graph;
  const Value x = graph.input("x", Shape({}, DType::f64)), y = graph.input("y", Shape({}, DType::f64));
  EXPECT_EQ(infix((x + y) * x * (x + x + y), {.most = 5}), "(x + y)·…");
  EXPECT_EQ(infix(square(x + y) + y, {.most = 3}), "(x + …)² + …") << "the square belongs to what is seen";
  EXPECT_EQ(infix(max(x * y, y), {.most = 5}), "max(x·…)");
  EXPECT_EQ(infix(div(x, y) + y, {.style = FormulaStyle::latex, .most = 4}),
            "\\frac{\\dots{}}{\\dots{}} + \\dots{}");
}

/// Every kind of bracket, nested.
Value nested(Graph& graph, int depth) {
  Value value = graph.input("x", Shape({}, DType::f64));
  const Value y = graph.input("y", Shape({}, DType::f64));
  for (int i = 0; i < depth; ++i)
    value =
        div(sqrt(abs(square(value - y) * (y - value))), where(greater(exp(value), y), pow(value, -1.5), y)) *
        pow(y + value, value);
  return value;
}

/// `{`, `(`, `[` and `\\left` are closed in the order in which they were opened.
bool is_balanced(const std::string& text) {
  std::string open;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with("\\left") && !rest.starts_with("\\left|")) continue;
    if (rest.starts_with("\\left|")) open += '|', i += 5;
    if (rest.starts_with("\\right|")) {
      if (!open.ends_with('|')) return false;
      open.pop_back(), i += 6;
    }
    if (std::string_view("({[").find(text[i]) != std::string_view::npos) open += text[i];
    const size_t closing = std::string_view(")}]").find(text[i]);
    if (closing == std::string_view::npos) continue;
    if (!open.ends_with("({["[closing])) return false;
    open.pop_back();
  }
  return open.empty();
}

TEST(Infix, cut_anywhere_is_balanced) {
  for (const FormulaStyle style : {FormulaStyle::plain, FormulaStyle::latex})
    for (size_t most = 0; most < 600; ++most) {
      Graph graph;
      const std::string text = infix(nested(graph, 6), {.style = style, .most = most});
      EXPECT_TRUE(is_balanced(text)) << text;
      EXPECT_NE(text.find(style == FormulaStyle::latex ? "\\dots{}" : "…"), std::string::npos) << text;
      EXPECT_LE(text.size(), 4 * most + 200) << text;
    }
}

TEST(Infix, of_a_long_sum_the_innermost_terms_are_left_out) {
  Graph graph;
  Value sum = graph.input("x", Shape({}, DType::f64));
  const Value y = graph.input("y", Shape({}, DType::f64));
  for (int i = 0; i < 100000; ++i) sum = sum + y;
  int asked = 0;
  const std::string text = infix(sum, {.stands_for = [&](Value) -> std::optional<Infix> {
                                   ++asked;
                                   return std::nullopt;
                                 }});
  EXPECT_TRUE(text.starts_with("… + y + y + y")) << text;
  EXPECT_TRUE(text.ends_with(" + y + …")) << text;
  EXPECT_LT(text.size(), 4100u);
  EXPECT_LT(asked, 10000);
}

TEST(Infix, a_hundred_thousand_terms_are_no_recursion) {
  Graph graph;
  Value sum = graph.input("x", Shape({}, DType::f64));
  const Value y = graph.input("y", Shape({}, DType::f64));
  for (int i = 0; i < 100000; ++i) sum = sum + y;
  EXPECT_EQ(infix(sum, {.most = 10000000}).size(), 1 + 100000 * std::string(" + y").size());
}

TEST(Infix, matrices_are_written_as_in_books) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3})), w = graph.parameter("W", Shape({3, 4}));
  const Value b = graph.parameter("b", Shape({4})), v = graph.parameter("V", Shape({2, 4}));
  EXPECT_EQ(infix(softmax(matmul(tanh(affine(x, w, b)), v, false, true))), "softmax(tanh(x·W + b)·Vᵀ)");
  EXPECT_EQ(infix(matmul(x, w), {.style = FormulaStyle::latex}), "x \\cdot W");
  const Value table = graph.parameter("E", Shape({9, 5}));
  const Value word = graph.input("word", Shape({kBatch}, DType::i64));
  const Value rows = lookup(table, word);
  const Value both[] = {rows, rows};
  EXPECT_EQ(infix(concat(both, 1)), "[E[word], E[word]]");
  EXPECT_EQ(infix(neg(log(pick(softmax(x), word)))), "−ln(softmax(x)[word])");
  EXPECT_EQ(infix(sum(square(x - x))), "Σ (x − x)²");
}

class Operation : public testing::TestWithParam<const OpDef*> {};

TEST_P(Operation, has_a_notation_whose_places_are_its_operands) {
  const OpDef& op = *GetParam();
  ASSERT_TRUE(op.notation.is_there());
  Graph graph;
  std::vector<Value> x;
  std::vector<Example> examples;
  if (op.examples)
    examples = op.examples();
  else
    examples.push_back(
        {.inputs = std::vector<Shape>(static_cast<size_t>(op.min_inputs), Shape({}, DType::f64))});
  for (const Shape& shape : examples[0].inputs)
    x.push_back(graph.input(fmt::format("op{}", static_cast<char>('A' + x.size())), shape));
  const Value y = graph.apply(op, x, examples[0].attributes);
  for (const FormulaStyle style : {FormulaStyle::plain, FormulaStyle::latex}) {
    const std::string text = infix(y, {.style = style});
    EXPECT_FALSE(text.empty());
    for (const Value& operand : x)
      EXPECT_TRUE(!op.is_elementwise() || text.find(infix_name(operand.name(), style)) != std::string::npos)
          << text;
    EXPECT_EQ(std::ranges::count(text, '{'), std::ranges::count(text, '}')) << text;
    if (style == FormulaStyle::plain) {
      EXPECT_EQ(text.find('{'), std::string::npos) << text;
      EXPECT_EQ(text.find('\\'), std::string::npos) << text;
    }
  }
}

TEST_P(Operation, is_read_back_from_its_plain_notation) {
  const OpDef& op = *GetParam();
  if (!op.is_elementwise()) return;
  Graph graph;
  std::vector<Value> x;
  for (int i = 0; i < op.min_inputs; ++i)
    x.push_back(graph.input(fmt::format("x{}", i), Shape({}, DType::f64)));
  // x^2 is read as square(x).
  const Value y = &op == &kPower ? pow(x[0], 2.5) : graph.apply(op, x);
  for (const Value& whole : {y, mul(y, y), pow(y, -1.5), neg(y), y - y, div(y, y), exp(y)})
    EXPECT_EQ(parse_formula(infix(whole), graph), whole) << infix(whole);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Operation, testing::ValuesIn(catalogue()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace kette::infix_test
