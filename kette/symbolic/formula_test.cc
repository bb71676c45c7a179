#include "kette/symbolic/formula.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "kette/autodiff/interpret.h"
#include "kette/ops/ops.h"

namespace kette::formula_test {
namespace {

double value_of(std::string_view formula, const std::map<std::string, double>& at = {}) {
  Graph graph;
  const Value value = parse_formula(formula, graph);
  Bindings bindings;
  for (const auto& [name, number] : at) bindings.emplace(name, Tensor(Shape({}, DType::f64), {number}));
  return interpret(value, bindings).values[0];
}

TEST(Formula, precedence_is_that_of_paper) {
  EXPECT_EQ(value_of("2+3*4"), 14);
  EXPECT_EQ(value_of("2-3-4"), -5);
  EXPECT_EQ(value_of("24/4/3"), 2);
  EXPECT_EQ(value_of("2^3^2"), 512);
  EXPECT_EQ(value_of("2**3"), 8);
  EXPECT_EQ(value_of("-2^2"), -4);
  EXPECT_EQ(value_of("(-2)^2"), 4);
  EXPECT_EQ(value_of("2^-1"), 0.5);
  EXPECT_EQ(value_of("2*-3"), -6);
  EXPECT_EQ(value_of("--3"), 3);
  EXPECT_EQ(value_of("-3²"), -9);
  EXPECT_EQ(value_of("10 > 3 + 4"), 1);
  EXPECT_EQ(value_of("2·[3 ≤ 3]"), 2);
  EXPECT_EQ(value_of("[1 == 2] + [1 < 2]"), 1);
}

TEST(Formula, a_factor_behind_a_number_or_bracket_needs_no_sign) {
  const std::map<std::string, double> at = {{"x", 3}};
  EXPECT_EQ(value_of("2x", at), 6);
  EXPECT_EQ(value_of("2x^2", at), 18);
  EXPECT_EQ(value_of("2(x+1)", at), 8);
  EXPECT_EQ(value_of("(x+1)(x-1)", at), 8);
  EXPECT_EQ(value_of("1/2x", at), 1.5) << "binds like ·";
  EXPECT_EQ(value_of("2|x-5|", at), 4);
  EXPECT_EQ(value_of("|2·|x-4||", {{"x", 0}}), 8);
  EXPECT_EQ(value_of("2√4"), 4);
  EXPECT_DOUBLE_EQ(value_of("2e"), 2 * std::numbers::e);
  EXPECT_EQ(value_of("2e3"), 2000);
}

TEST(Formula, every_spelling_is_read) {
  EXPECT_EQ(value_of("6 ÷ 2 − 1 × 2 · 1"), 1);
  EXPECT_EQ(value_of("2²·2³ + 2¹⁰ + 2⁻¹"), 32 + 1024 + 0.5);
  EXPECT_DOUBLE_EQ(value_of("π + pi"), 2 * std::numbers::pi);
  EXPECT_DOUBLE_EQ(value_of("σ(0) + sigmoid(0)"), 1);
  EXPECT_EQ(value_of("β1·x₁", {{"β1", 2}, {"x₁", 3}}), 6);
  EXPECT_EQ(value_of("\tx\n+\r1 ", {{"x", 1}}), 2);
  EXPECT_EQ(value_of(".5 + 5."), 5.5);
}

TEST(Formula, functions) {
  EXPECT_DOUBLE_EQ(value_of("ln(e^2)"), 2);
  EXPECT_DOUBLE_EQ(value_of("log(10)"), std::log(10));
  EXPECT_DOUBLE_EQ(value_of("log2(8) + log10(100) + log_3(9) + log(16, 4)"), 3 + 2 + 2 + 2);
  EXPECT_DOUBLE_EQ(value_of("log_a(8)", {{"a", 2}}), 3);
  EXPECT_EQ(value_of("max(1, min(3, 2))"), 2);
  EXPECT_EQ(value_of("leaky_relu(-1) + leaky_relu(-1, 0.5)"), -0.01 - 0.5);
  EXPECT_EQ(value_of("clip(5, 0, 1+1)"), 2);
  EXPECT_EQ(value_of("where(1 > 2, 3, 4)"), 4);
  EXPECT_EQ(value_of("√9 + sqrt(16) + abs(-1) + |-2|"), 10);
  EXPECT_DOUBLE_EQ(value_of("tanh(0.5)"), std::tanh(0.5));
}

TEST(Formula, assignments_name_intermediate_results) {
  Graph graph;
  const Value e = parse_formula("c = a + b; d = b + 1; e = c*d", graph);
  EXPECT_EQ(e, graph.find("e"));
  EXPECT_EQ(graph.node(e).inputs, (std::vector<int>{graph.find("c").id, graph.find("d").id}));
  EXPECT_EQ(value_of("k = 3; k·x;", {{"x", 2}}), 6);
  Graph other;
  const Value product = parse_formula("u = x + 1; v = x + 1; u*v", other);
  EXPECT_EQ(product, mul(other.find("u"), other.find("u"))) << "one node goes by two names";
}

TEST(Formula, e_is_the_number_unless_the_caller_says_otherwise) {
  EXPECT_DOUBLE_EQ(value_of("e^2"), std::exp(2));
  Graph graph;
  const Value e = graph.input("e", Shape({}, DType::f64));
  EXPECT_EQ(parse_formula("e^2", graph), square(e));
}

TEST(Formula, a_power_of_e_is_exp_and_constant_exponents_are_numbers) {
  Graph graph;
  const Value x = graph.input("x", Shape({}, DType::f64));
  EXPECT_EQ(parse_formula("e^x", graph), exp(x));
  EXPECT_EQ(parse_formula("x^(1/2)", graph), pow(x, 0.5));
  EXPECT_EQ(parse_formula("x^2", graph), square(x));
  EXPECT_EQ(parse_formula("2^x", graph), pow(graph.constant(2, DType::f64), x));
  EXPECT_EQ(parse_formula("x^1", graph), x);
}

struct Malformed {
  const char* text;
  size_t at;         // of the place, in bytes
  const char* says;  // part of the message
};

const Malformed kMalformed[] = {
    {"", 0, "empty"},
    {"   ", 0, "empty"},
    {"x +", 3, "the formula ends"},
    {"x + ", 4, "the formula ends"},
    {"* x", 0, "found *"},
    {"x * / y", 4, "found /"},
    {"(x", 0, "not closed"},
    {"2·(x + (y)", 3, "not closed"},
    {"x)", 1, "closes no bracket"},
    {"x]", 1, "closes no bracket"},
    {"(x]", 2, "found ]"},
    {"[x)", 2, "found )"},
    {"()", 1, "found )"},
    {"exp()", 0, "takes 1 argument, found 0"},
    {"exp(x, y)", 0, "takes 1 argument, found 2"},
    {"1 + max(x)", 4, "takes 2 arguments, found 1"},
    {"log(x, 2, 3)", 0, "takes 1 to 2 arguments, found 3"},
    {"exp x", 4, "behind the function exp"},
    {"exp", 3, "behind the function exp"},
    {"sin(x)", 0, "there is no function sin"},
    {"x + cosh(x)", 4, "there is no function cosh"},
    {"f(x)", 1, "f is no function"},
    {"x + x(x + 1)", 5, "x is no function"},
    {"π(2)", 2, "π is no function"},
    {"x y", 2, "found y"},
    {"x 2", 2, "found 2"},
    {"2 3", 2, "found 3"},
    {"1.2.3", 3, "found .3"},
    {"x # y", 2, "# cannot stand"},
    {"x & y", 2, "& cannot stand"},
    {"x $", 2, "$ cannot stand"},
    {"x² + ∫ y", 6, "∫ cannot stand"},
    {"α + 汉", 5, "汉 cannot stand"},
    {"x \x01", 2, "control character"},
    {"x + \xFF", 4, "no UTF-8"},
    {"x + \xC3", 4, "no UTF-8"},
    {"1e999", 0, "too large"},
    {"x + 1e-999", 4, "too large or too small"},
    {"x⁻", 1, "needs digits"},
    {"x^", 2, "the formula ends"},
    {"x^*2", 2, "found *"},
    {"|x", 0, "not closed"},
    {"|", 1, "the formula ends"},
    {"√", 3, "the formula ends"},
    {"a = ", 4, "the formula ends"},
    {"= 3", 0, "found ="},
    {"x^2 = 4", 4, "a single name"},
    {"a + b = c", 6, "a single name"},
    {"a = 1; a = 2; a", 7, "assigned twice"},
    {"b + 1; b = 2", 7, "used before"},
    {"c = c + 1; c", 0, "used before"},
    {"e = e + 1; e", 0, "used before"},
    {"pi = 3; pi", 0, "is a number"},
    {"exp = 3; exp", 0, "is a function"},
    {"a = x;; a", 6, "found ;"},
    {"; x", 0, "found ;"},
    {"log(x, 1)", 0, "positive and not 1"},
    {"log_0(x)", 0, "positive and not 1"},
    {"log(x, -2)", 0, "positive and not 1"},
    {"leaky_relu(x, y)", 0, "must be a number"},
    {"clip(x, 3, 1)", 0, "at most high"},
    {"x < y < z", 6, "found <"},
    {"max(x,,y)", 6, "found ,"},
    {"max(x y)", 6, "found y"},
    {"max(x, y", 3, "not closed"},
    {"x, y", 1, "found ,"},
};

TEST(Formula, a_malformed_one_is_told_at_its_place) {
  static_assert(std::size(kMalformed) >= 50);
  for (const Malformed& one : kMalformed) {
    Graph graph;
    try {
      parse_formula(one.text, graph);
      ADD_FAILURE() << "\"" << one.text << "\" was taken";
    } catch (const FormulaError& error) {
      EXPECT_EQ(error.at(), one.at) << "\"" << one.text << "\": " << error.what();
      EXPECT_NE(std::string_view(error.what()).find(one.says), std::string_view::npos)
          << "\"" << one.text << "\": " << error.what();
      EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos);
    }
  }
}

TEST(Formula, nesting_is_limited_and_length_is_not) {
  const auto nested = [](std::string_view open, int times, std::string_view inside, std::string_view close) {
    std::string text;
    for (int i = 0; i < times; ++i) text += open;
    text += inside;
    for (int i = 0; i < times; ++i) text += close;
    return text;
  };
  EXPECT_EQ(value_of(nested("(", 200, "7", ")")), 7);
  for (const auto& [open, close] :
       {std::pair{"(", ")"}, {"exp(", ")"}, {"x^", ""}, {"√", ""}, {"|", "|"}, {"-x^", ""}}) {
    Graph graph;
    EXPECT_THROW(parse_formula(nested(open, 100000, "x", close), graph), FormulaError) << open;
  }
  EXPECT_EQ(value_of(nested("", 0, "", "") + nested("1+", 50000, "1", "")), 50001);
  EXPECT_EQ(value_of(nested("-", 50000, "1", "")), 1);
}

TEST(Formula, the_caret_stands_below_the_character) {
  EXPECT_EQ(with_caret("x + sin(x)", 4), "  x + sin(x)\n      ^");
  EXPECT_EQ(with_caret("α² + ∫", 7), "  α² + ∫\n       ^");
  EXPECT_EQ(with_caret("x +", 3), "  x +\n     ^");
  EXPECT_EQ(with_caret("x\t+\xFF", 3), "  x +?\n     ^");
  const std::string text = with_caret(std::string(500, '+') + "#" + std::string(500, '-'), 500);
  const size_t line_end = text.find('\n');
  EXPECT_LT(line_end, 100u);
  EXPECT_EQ(text.find('^') - line_end - 1, text.find('#') - std::string("…").size() + 1);
}

TEST(Formula, variables_are_listed_in_order) {
  Graph graph;
  graph.input("z", Shape({}, DType::f64));
  std::string names;
  for (const Value& variable : variables_of(parse_formula("y·x + y", graph))) names += variable.name();
  EXPECT_EQ(names, "yx");
}

}  // namespace
}  // namespace kette::formula_test
