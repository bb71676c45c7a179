// kette derive: the derivative of a formula, rule by rule.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "kette/cli/command.h"
#include "kette/cli/derive_text.h"
#include "kette/cli/formula_argument.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"
#include "kette/symbolic/formula.h"

namespace kette::cli {
namespace {

constexpr const char* kDeriveExamples = R"text(Examples:
  kette derive "exp(-x^2/2)"
  kette derive "3x^2 + 2x" --at x=2            in numbers, too, beside a finite difference
  kette derive "ln(x/y)" --wrt y
  kette derive "x^2*y + tanh(y)"               all partial derivatives and the gradient
  kette derive "relu(w*x)" --wrt w --at w=0,x=1
  kette derive "c = a+b; d = b+1; e = c*d" --at a=2,b=1 --modes
  kette derive "sigmoid(x)" --latex            lines for a LaTeX document

How formulas are written: kette help formulas. The rules: kette help derivatives.)text";

struct DeriveFlags {
  std::string expression, wrt, at;
  bool latex = false, modes = false, json = false;
};

/// The name that was assigned to it, else a letter that is free.
std::string function_name(Value function) {
  const Graph& graph = *function.graph;
  if (graph.node(function).kind == NodeKind::operation && !function.name().empty()) return function.name();
  for (const char* name : {"f", "g", "h", "F", "G", "H"})
    if (!graph.find(name)) return name;
  return "f(…)";
}

std::vector<Value> variables_to_derive(const DeriveFlags& flags, const std::vector<std::string>& wrt,
                                       Value function) {
  std::vector<Value> variables;
  for (const std::string& name : wrt) variables.push_back(function.graph->find(name));
  if (wrt.empty()) variables = variables_of(function);
  if (variables.empty())
    throw UsageError(fmt::format("{} has no variable; --wrt names one", data::quote(flags.expression)));
  return variables;
}

FormulaAt at_point(const DerivedFormula& formula, const std::vector<std::pair<std::string, double>>& numbers,
                   bool with_modes) {
  FormulaAt at;
  std::vector<Value> variables = variables_of(formula.function), derived;
  for (const Derivation& derivation : formula.derivations) derived.push_back(derivation.variable);
  variables.insert(variables.end(), derived.begin(), derived.end());
  for (const auto& [name, number] : numbers) {
    if (std::ranges::find(variables, name, [](Value v) { return v.name(); }) == variables.end())
      throw UsageError(fmt::format("--at: the formula has no variable {}", name));
    at.point.emplace(name, number);
  }
  for (const Value& variable : variables)
    if (!at.point.contains(variable.name()))
      throw UsageError(fmt::format("--at: {} has no value; add {}=NUMBER", variable.name(), variable.name()));
  at.value = value_at(formula.function, at.point);
  const std::vector<double> derivatives = derivatives_at(formula.function, derived, at.point);
  for (size_t i = 0; i < derivatives.size(); ++i) {
    const Derivation& derivation = formula.derivations[i];
    DerivativeAt one{derivatives[i], difference_at(formula.function, derivation.variable.name(), at.point),
                     kinks_at(formula.function, derivation.variable, at.point)};
    // A difference across a jump or a pole says nothing.
    if (!std::isfinite(at.value) || std::ranges::any_of(one.kinks, &Kink::is_jump))
      one.difference = std::nan("");
    at.derivatives.push_back(std::move(one));
  }
  at.has_modes = with_modes;
  if (with_modes) at.modes = modes_at(formula.function, derived, at.point);
  return at;
}

int run(const DeriveFlags& flags) {
  if (flags.modes && flags.at.empty()) throw UsageError("--modes shows numbers: --at says where");
  std::vector<std::string> wrt;
  if (!flags.wrt.empty()) wrt = variable_names("--wrt", flags.wrt);
  std::vector<std::pair<std::string, double>> numbers;
  if (!flags.at.empty()) numbers = numbers_by_name("--at", flags.at);
  Graph graph;
  // Variables that are named here are variables in the formula, even e.
  for (const std::string& name : wrt) graph.input(name, Shape({}, DType::f64));
  for (const auto& [name, number] : numbers) graph.input(name, Shape({}, DType::f64));
  DerivedFormula formula;
  formula.function = formula_argument(data::trim_blanks(flags.expression), graph);
  formula.name = function_name(formula.function);
  const std::vector<Value> variables = variables_to_derive(flags, wrt, formula.function);
  formula.is_partial = variables.size() > 1 || variables_of(formula.function).size() > 1;
  for (const Value& variable : variables) formula.derivations.push_back(derive(formula.function, variable));
  if (!flags.at.empty()) formula.at = at_point(formula, numbers, flags.modes);
  fmt::print("{}", flags.json ? to_json(formula) : flags.latex ? to_latex(formula) : to_text(formula));
  return 0;
}

}  // namespace

const Command kDerive{
    "derive", "Derive a formula, rule by rule", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<DeriveFlags>();
      app.add_option(kFormulaArgument, flags->expression, "Formula, e.g. \"x^2 + exp(-x)\"")->required();
      app.add_option("--wrt", flags->wrt, "Variables to derive by, with commas between (default: all)")
          ->type_name("NAMES");
      app.add_option("--at", flags->at, "Point: numbers for the variables, x=2,y=pi/3")->type_name("POINT");
      app.add_flag("--modes", flags->modes,
                   "Forward and reverse mode side by side on the graph, at the point");
      app.add_flag("--latex", flags->latex, "LaTeX instead (amsmath)");
      app.add_flag("--json", flags->json, "One JSON object instead");
      app.footer(kDeriveExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
