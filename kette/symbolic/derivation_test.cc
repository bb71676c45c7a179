#include "kette/symbolic/derivation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/formula.h"
#include "kette/symbolic/infix.h"
#include "kette/symbolic/modes.h"
#include "kette/symbolic/point.h"
#include "kette/symbolic/simplify.h"

namespace kette::derivation_test {
namespace {

struct Derived {
  Graph graph;
  Derivation derivation;

  explicit Derived(std::string_view formula, std::string_view variable = "x") {
    const Value x = graph.input(variable, Shape({}, DType::f64));
    derivation = derive(parse_formula(formula, graph), x);
  }
  std::string simplified() const { return with_names(derivation.simplified); }
  /// `left = right   [rule]`, a line each.
  std::string steps() const {
    std::string text;
    for (const DerivationStep& step : derivation.steps) {
      const DerivationText line = text_of(derivation, step, FormulaStyle::plain, false);
      text += fmt::format("{} = {} [{}]\n", line.left, line.right, step.rule);
    }
    return text;
  }
};

std::string derivative(std::string_view formula) { return Derived(formula).simplified(); }

TEST(Derivation, is_written_rule_by_rule_from_the_outside) {
  EXPECT_EQ(Derived("exp(-x^2/2)").steps(),
            "d/dx (exp(−x²/2)) = exp(−x²/2)·d/dx (−x²/2) [exponential, chain rule]\n"
            "d/dx (−x²/2) = −d/dx (x²/2) [constant multiple]\n"
            "d/dx (x²/2) = d/dx (x²)/2 [constant multiple]\n"
            "d/dx (x²) = 2·x [power rule]\n");
  EXPECT_EQ(Derived("x·ln(x) + 3").steps(),
            "d/dx (x·ln(x) + 3) = d/dx (x·ln(x)) + d/dx (3) [sum rule]\n"
            "d/dx (x·ln(x)) = ln(x) + x·d/dx (ln(x)) [product rule]\n"
            "d/dx (ln(x)) = 1/x [logarithm]\n"
            "d/dx (3) = 0 [constant]\n");
}

TEST(Derivation, names_are_symbols) {
  const Derived d("c = a + x; d = x + 1; f = c*d");
  EXPECT_EQ(d.steps(),
            "df/dx = dc/dx·d + c·dd/dx [product rule]\n"
            "dc/dx = da/dx + dx/dx [sum rule]\n"
            "da/dx = 0 [constant]\n"
            "dx/dx = 1 [variable]\n"
            "dd/dx = dx/dx + d/dx (1) [sum rule]\n"
            "d/dx (1) = 0 [constant]\n");
  EXPECT_EQ(d.simplified(), "d + c");
}

TEST(Derivation, every_rule_of_the_textbook) {
  EXPECT_EQ(derivative("7"), "0");
  EXPECT_EQ(derivative("y"), "0");
  EXPECT_EQ(derivative("x"), "1");
  EXPECT_EQ(derivative("5x"), "5");
  EXPECT_EQ(derivative("5x^2"), "10·x");
  EXPECT_EQ(derivative("x^2 + x^3"), "2·x + 3·x²");
  EXPECT_EQ(derivative("x^2 - 4x"), "2·x − 4");
  EXPECT_EQ(derivative("x·exp(x)"), "exp(x) + x·exp(x)");
  EXPECT_EQ(derivative("x^7"), "7·x^6");
  EXPECT_EQ(derivative("x^-1"), "−1/x²");
  EXPECT_EQ(derivative("1/x"), "−1/x²");
  EXPECT_EQ(derivative("x^n"), "n·x^(n − 1)");
  EXPECT_EQ(derivative("e^(3x)"), "3·exp(3·x)");
  EXPECT_EQ(derivative("2^x"), "2^x·ln(2)");
  EXPECT_EQ(derivative("ln(x)"), "1/x");
  EXPECT_EQ(derivative("log_2(x)"), "1/(x·ln(2))");
  EXPECT_EQ(derivative("log_a(x)"), "1/(x·ln(a))");
  EXPECT_EQ(derivative("sqrt(x)"), "1/(2·√x)");
  EXPECT_EQ(derivative("x/(1+x)"), "1/(x + 1)²") << "like terms of the numerator";
  EXPECT_EQ(derivative("exp(-x^2/2)"), "−x·exp(−x²/2)");
  EXPECT_EQ(derivative("0.3x^2"), "0.6·x");
  EXPECT_EQ(derivative("x^2/3"), "2·x/3");
  EXPECT_EQ(derivative("tanh(x)"), "1 − tanh(x)²");
  EXPECT_EQ(derivative("sigmoid(x)"), "σ(x)·(1 − σ(x))");
  EXPECT_EQ(derivative("relu(2x)"), "2·[2·x > 0]");
  EXPECT_EQ(derivative("|x|"), "sign(x)");
}

std::string simple(std::string_view formula) {
  Graph graph;
  return with_names(simplified(parse_formula(formula, graph)));
}

TEST(Simplified, numbers_like_terms_and_like_factors_are_joined) {
  EXPECT_EQ(simple("x + x"), "2·x");
  EXPECT_EQ(simple("x·x·x"), "x³");
  EXPECT_EQ(simple("x/3·3"), "x");
  EXPECT_EQ(simple("2x·3y/6"), "x·y");
  EXPECT_EQ(simple("x - x"), "0");
  EXPECT_EQ(simple("x/x"), "1");
  EXPECT_EQ(simple("0·exp(x) + 1·x + x^0"), "x + 1");
  EXPECT_EQ(simple("--x"), "x");
  EXPECT_EQ(simple("-(x - y)"), "y − x");
  EXPECT_EQ(simple("x - -y"), "x + y");
  EXPECT_EQ(simple("x·x^-3"), "1/x²");
  EXPECT_EQ(simple("(x^2)^0.5"), "(x²)^0.5") << "which is |x|, not x";
  EXPECT_EQ(simple("x/0.1·0.3"), "3·x");
  EXPECT_EQ(simple("0.1x + 0.2x"), "0.3·x");
  EXPECT_EQ(simple("ln(1) + exp(0) + ln(e) + ln(2)"), "ln(2) + 2");
  EXPECT_EQ(simple("2π·x"), "2·π·x");
  EXPECT_EQ(simple("(x+1)·(x+1)"), "(x + 1)²");
}

TEST(Simplified, a_division_by_zero_stays_one) {
  EXPECT_TRUE(std::isinf([] {
    Graph graph;
    return value_at(simplified(parse_formula("1/(x - x)", graph)), {{"x", 1}});
  }()));
}

// Random formulas
// --------------------------------------------------------------------------------------------

constexpr uint64_t kSeed = 20260101;

class RandomFormula {
 public:
  explicit RandomFormula(uint64_t stream) : random_(kSeed, stream) {}

  /// Powers of formulas have a positive base: 0^g has no derivative.
  std::string make(int depth) {
    if (depth == 0) {
      switch (below(5)) {
        case 0:
          return fmt::format("{}", 1 + below(5));
        case 1:
          return fmt::format("{:.1f}", 0.1 * static_cast<double>(1 + below(30)));
        case 2:
          return "y";
        default:
          return "x";
      }
    }
    static constexpr const char* kFunctions[] = {
        "exp", "ln",   "sqrt", "abs",  "tanh",     "sigmoid",  "hardtanh", "relu",  "leaky_relu",
        "elu", "selu", "gelu", "silu", "softplus", "softsign", "log2",     "log10", "erf"};
    switch (below(9)) {
      case 0:
        return fmt::format("({} + {})", make(depth - 1), make(depth - 1));
      case 1:
        return fmt::format("({} - {})", make(depth - 1), make(depth - 1));
      case 2:
        return fmt::format("{}·{}", make(depth - 1), make(depth - 1));
      case 3:
        return fmt::format("({})/({})", make(depth - 1), make(depth - 1));
      case 4:
        return fmt::format("({})^{}", make(depth - 1), 1 + below(4));
      case 5:
        return fmt::format("(0.1 + |{}|)^({})", make(depth - 1), make(depth - 1));
      case 6:
        return fmt::format("{}({}, {})", below(2) ? "max" : "min", make(depth - 1), make(depth - 1));
      case 7:
        return fmt::format("-({})", make(depth - 1));
      default:
        return fmt::format("{}({})", kFunctions[below(std::size(kFunctions))], make(depth - 1));
    }
  }
  double uniform(double low, double high) { return low + (high - low) * random_.uniform(position_++); }

 private:
  uint64_t below(uint64_t n) { return random_.below(n, position_++); }
  Random random_;
  uint64_t position_ = 0;
};

/// Five-point difference: not the extrapolation that difference_at makes.
double five_point(Value f, Point point) {
  constexpr double h = 1e-3;
  const double x = point.at("x");
  const auto at = [&](double moved) {
    point["x"] = moved;
    return value_at(f, point);
  };
  return (at(x - 2 * h) - 8 * at(x - h) + 8 * at(x + h) - at(x + 2 * h)) / (12 * h);
}

bool agree(double found, double expected, double tolerance) {
  return std::abs(found - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

TEST(Derivation, of_random_formulas_agrees_with_finite_differences_before_and_after_simplification) {
  int checked = 0, varying = 0;
  for (uint64_t stream = 0; checked < 250; ++stream) {
    ASSERT_LT(stream, 2000u) << "nearly all formulas are left out";
    RandomFormula random(stream);
    const std::string text = random.make(2 + static_cast<int>(stream % 3));
    const Point point = {{"x", random.uniform(0.3, 1.7)}, {"y", random.uniform(0.3, 1.7)}};
    Graph graph;
    const Value x = graph.input("x", Shape({}, DType::f64));
    graph.input("y", Shape({}, DType::f64));
    const Value f = parse_formula(text, graph);
    // Left out: no number, too large for differences, or a kink near by. The derivative has no say in it.
    const double difference = difference_at(f, "x", point), other = five_point(f, point);
    if (!std::isfinite(value_at(f, point)) || !(std::abs(value_at(f, point)) < 1e3) ||
        !agree(difference, other, 1e-7))
      continue;
    SCOPED_TRACE(fmt::format("seed {} stream {}: {} at x = {}, y = {}", kSeed, stream, text, point.at("x"),
                             point.at("y")));
    const Derivation derivation = derive(f, x);
    EXPECT_TRUE(agree(value_at(derivation.result, point), difference, 1e-6))
        << value_at(derivation.result, point) << " instead of " << difference << ": "
        << infix(derivation.result);
    EXPECT_TRUE(agree(value_at(derivation.simplified, point), difference, 1e-6))
        << value_at(derivation.simplified, point) << " instead of " << difference << ": "
        << infix(derivation.simplified);
    const double trained = derivatives_at(f, {&x, 1}, point)[0];
    EXPECT_TRUE(agree(value_at(derivation.result, point), trained, 1e-11)) << trained;
    // What is printed is read back to the same value.
    for (const Value& printed : {f, derivation.result, derivation.simplified}) {
      const std::string formula = with_names(printed);
      if (formula.find("…") != std::string::npos) continue;
      EXPECT_TRUE(agree(value_at(parse_formula(formula, graph), point), value_at(printed, point), 1e-9))
          << formula;
    }
    ++checked;
    varying += difference != 0;
  }
  EXPECT_GT(varying, 150);
}

TEST(Derivation, of_a_long_formula_takes_no_recursion) {
  std::string text = "x";
  for (int i = 0; i < 3000; ++i) text += i % 2 ? " + x" : "·2";
  EXPECT_FALSE(derivative(text).empty());
}

TEST(Derivation, kinks_are_told_with_the_slope_that_is_taken) {
  const auto kinks = [](std::string_view formula, double at) {
    Graph graph;
    const Value x = graph.input("x", Shape({}, DType::f64));
    return kinks_at(parse_formula(formula, graph), x, {{"x", at}});
  };
  for (const auto& [formula, at, left, right, taken] :
       std::vector<std::tuple<const char*, double, double, double, double>>{
           {"relu(x)", 0, 0, 1, 0},
           {"abs(x - 1)", 1, -1, 1, 0},
           {"hardtanh(x)", 1, 1, 0, 1},
           {"hardtanh(x)", -1, 0, 1, 1},
           {"leaky_relu(x)", 0, 0.01, 1, 0.01},
           {"max(x, 2)", 2, 0, 1, 1},
           {"elu(x, 0.5)", 0, 0.5, 1, 0.5}}) {
    const auto found = kinks(formula, at);
    ASSERT_EQ(found.size(), 1u) << formula;
    EXPECT_FALSE(found[0].is_jump);
    EXPECT_NEAR(found[0].left, left, 1e-12) << formula;
    EXPECT_NEAR(found[0].right, right, 1e-12) << formula;
    EXPECT_NEAR(found[0].taken, taken, 1e-12) << formula;
  }
  for (const auto& [formula, at] : std::vector<std::pair<const char*, double>>{{"relu(x)", 0.1},
                                                                               {"elu(x)", 0},
                                                                               {"softsign(x)", 0},
                                                                               {"sqrt(x)", 0},
                                                                               {"1/x", 0},
                                                                               {"x^2", 0},
                                                                               {"gelu(x)", 0}})
    EXPECT_TRUE(kinks(formula, at).empty()) << formula;
  ASSERT_EQ(kinks("sign(x)", 0).size(), 1u);
  EXPECT_TRUE(kinks("sign(x)", 0)[0].is_jump);
}

TEST(Modes, of_olahs_graph) {
  Graph graph;
  const Value e = parse_formula("c = a + b; d = b + 1; e = c·d", graph);
  const std::vector<ModesRow> rows = modes_at(e, {graph.find("a"), graph.find("b")}, {{"a", 2}, {"b", 1}});
  std::string text;
  for (const ModesRow& row : rows)
    text += fmt::format("{}={} {},{} {}; ", row.node.name(), row.value, row.forward[0], row.forward[1],
                        row.reverse);
  EXPECT_EQ(text, "a=2 1,0 2; b=1 0,1 5; c=3 1,1 2; d=2 0,1 3; e=6 2,5 1; ");
}

TEST(Modes, agree_with_gradient_and_jvp) {
  Graph graph;
  const Value f = parse_formula("u = tanh(x·y); max(u, x)/(1 + u^2) + sigmoid(u - y)", graph);
  const std::vector<Value> variables = variables_of(f);
  const Point point = {{"x", 0.7}, {"y", -0.4}};
  const std::vector<ModesRow> rows = modes_at(f, variables, point);
  std::vector<Value> nodes;
  for (const ModesRow& row : rows) nodes.push_back(row.node);
  const std::vector<Value> reverse = gradient(f, nodes);
  const Value one = graph.constant(1, DType::f64);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(rows[i].reverse, value_at(reverse[i], point), 1e-12);
    for (size_t v = 0; v < variables.size(); ++v)
      EXPECT_NEAR(rows[i].forward[v], value_at(jvp(rows[i].node, {&variables[v], 1}, {&one, 1}), point),
                  1e-12);
  }
}

TEST(Point, derivatives_are_right_where_their_textbook_form_overflows) {
  const auto by_x = [](std::string_view formula, double x) {
    Graph graph;
    const Value variable = graph.input("x", Shape({}, DType::f64));
    return derivatives_at(parse_formula(formula, graph), {&variable, 1}, {{"x", x}})[0];
  };
  EXPECT_DOUBLE_EQ(by_x("x/(1e200 + x)", 1), 1e-200);
  EXPECT_DOUBLE_EQ(by_x("1/(1e-200 + x)", 0), -INFINITY) << "which is −1e400";
  EXPECT_DOUBLE_EQ(by_x("x^(x + 2)", 1e-300), 2e-300);
  EXPECT_EQ(by_x("7", 1), 0);
  EXPECT_EQ(by_x("x", 1), 1);
}

TEST(Point, differences_are_those_of_calculus) {
  Graph graph;
  EXPECT_NEAR(difference_at(parse_formula("exp(x)", graph), "x", {{"x", 1}}), std::exp(1), 1e-10);
  EXPECT_NEAR(difference_at(parse_formula("ln(x)", graph), "x", {{"x", 1e-3}}), 1000, 1e-5);
  EXPECT_TRUE(std::isnan(difference_at(parse_formula("ln(x)", graph), "x", {{"x", -3}})));
}

}  // namespace
}  // namespace kette::derivation_test
