#include "kette/cli/derive_text.h"

#include <algorithm>
#include <cmath>

#include "kette/cli/text.h"
#include "kette/symbolic/formula.h"
#include "kette/symbolic/infix.h"

namespace kette::cli {
namespace {

constexpr int kDeriveDigits = 10;
constexpr size_t kWidestEquation = 64;  // whose rule stands in a column with those of the others

std::string shown(double number) {
  if (std::isnan(number)) return "—";
  return infix_number(number, FormulaStyle::plain, kDeriveDigits).text;
}

std::string off_by(double difference) {
  return std::isnan(difference) ? "—" : difference == 0 ? "0" : fmt::format("{:.1e}", difference);
}

/// "df/dx"
std::string derivative_name(const DerivedFormula& formula, const Derivation& derivation, FormulaStyle style) {
  return derivative_sign(derivation.variable.name(), style, formula.is_partial, formula.name);
}

/// The named operations that the function depends on, and the function.
std::vector<Value> definitions(Value function) {
  const Graph& graph = *function.graph;
  std::vector<bool> needed(static_cast<size_t>(function.id) + 1, false);
  needed.back() = true;
  for (int id = function.id; id >= 0; --id)
    if (needed[static_cast<size_t>(id)])
      for (int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
  std::vector<Value> result;
  for (int id = 0; id < function.id; ++id)
    if (needed[static_cast<size_t>(id)] && graph.node(id).kind == NodeKind::operation &&
        !graph.node(id).name.empty())
      result.push_back(function.graph->value(id));
  result.push_back(function);
  return result;
}

std::string note_of(const DerivationStep& step) {
  return step.convention.empty() ? step.rule : step.rule + "; " + step.convention;
}

std::string steps_text(const DerivedFormula& formula, const Derivation& derivation) {
  std::vector<std::pair<std::string, std::string>> lines;
  size_t width = 0;
  for (const DerivationStep& step : written_steps(derivation)) {
    const DerivationText text = text_of(derivation, step, FormulaStyle::plain, formula.is_partial);
    lines.emplace_back(text.left + " = " + text.right, note_of(step));
    if (const size_t wide = width_of(lines.back().first); wide <= kWidestEquation)
      width = std::max(width, wide);
  }
  std::string result;
  for (const auto& [equation, rule] : lines)
    result += fmt::format("  {}{}   [{}]\n", equation,
                          std::string(width - std::min(width, width_of(equation)), ' '), rule);
  if (const size_t left = steps_left_out(derivation))
    result += fmt::format("  … and {}\n", counted(static_cast<int64_t>(left), "more step"));
  return result;
}

std::string gradient_text(const DerivedFormula& formula, const std::vector<std::string>& parts) {
  std::string list;
  for (const std::string& part : parts) list += (list.empty() ? "" : ", ") + part;
  return fmt::format("∇{} = ({})\n", formula.name, list);
}

/// A kink of one operation; whether the whole has one there is said behind.
std::string kink_text(const Kink& kink, bool is_smooth, const std::string& function) {
  const Node& node = kink.node.graph->node(kink.node);
  const std::string operand = with_names(kink.node.graph->value(node.inputs[kink.operand]));
  const std::string what = with_names(kink.node);
  const std::string where = fmt::format("where {} = {}", operand, shown(kink.at));
  std::string text;
  if (is_smooth)
    text = fmt::format("{} {} {}, {} to the left, {} to the right; {} is taken; {} itself is smooth there",
                       what, kink.is_jump ? "jumps" : "has a kink by its operand", where, shown(kink.left),
                       shown(kink.right), shown(kink.taken), function);
  else if (kink.is_jump)
    text = fmt::format("{} jumps {}, from {} to {}: it has no derivative there; {} is taken", what, where,
                       shown(kink.left), shown(kink.right), shown(kink.taken));
  else
    text = fmt::format(
        "{} has a kink {}, slope {} to the left, {} to the right: it is not differentiable there; the "
        "subgradient {} is taken, as in training",
        what, where, shown(kink.left), shown(kink.right), shown(kink.taken));
  return "  ! " + filled(text, 96, 4) + "\n";
}

std::string undefined_text(Value formula, const Point& point) {
  const Value where = undefined_at(formula, point);
  if (!where) return "";
  std::string operands;  // those that are not the same everywhere
  for (int input : where.graph->node(where).inputs) {
    const Value x = where.graph->value(input);
    if (variables_of(x).empty()) continue;
    operands += fmt::format("{}{} = {}", operands.empty() ? " where " : " and ", with_names(x),
                            shown(value_at(x, point)));
  }
  return fmt::format("  ! {} is {}{}\n", with_names(where),
                     std::isnan(value_at(where, point)) ? "not defined" : "infinite", operands);
}

std::string modes_text(const DerivedFormula& formula) {
  std::vector<std::string> head = {"node", "value"};
  const std::vector<ModesRow>& rows = formula.at->modes;
  for (const Derivation& derivation : formula.derivations)
    head.push_back(derivative_sign(derivation.variable.name(), FormulaStyle::plain, true, "node"));
  std::vector<std::vector<std::string>> cells = {head};
  cells[0].push_back("∂" + formula.name + "/∂node");
  for (const ModesRow& row : rows) {
    std::string text = with_names(row.node);
    if (!row.node.name().empty() && text != row.node.name()) text = row.node.name() + " = " + text;
    if (row.node == formula.function && row.node.name().empty()) text = formula.name + " = " + text;
    cells.push_back({cut(text, 40), shown(row.value)});
    for (double tangent : row.forward) cells.back().push_back(shown(tangent));
    cells.back().push_back(shown(row.reverse));
  }
  return fmt::format(
      "\n{}\nForward mode fills a column ∂node/∂variable from top to bottom: {} for all derivatives.\n"
      "Reverse mode fills the column ∂{}/∂node from bottom to top: 1 pass, whatever the number of "
      "variables.\n",
      table(cells), counted(static_cast<int64_t>(formula.derivations.size()), "pass"), formula.name);
}

std::string point_text(const DerivedFormula& formula) {
  const FormulaAt& at = *formula.at;
  std::string text = "at ";
  for (const auto& [name, number] : at.point)
    text += fmt::format("{}{} = {}", text.size() > 3 ? ", " : "", name, shown(number));
  std::vector<std::vector<std::string>> cells = {{"", "", "finite difference", "relative difference"}};
  cells.push_back({"  " + formula.name, shown(at.value), "", ""});
  std::vector<std::string> parts;
  for (size_t i = 0; i < at.derivatives.size(); ++i) {
    const DerivativeAt& one = at.derivatives[i];
    cells.push_back({"  " + derivative_name(formula, formula.derivations[i], FormulaStyle::plain),
                     shown(one.derivative), shown(one.difference), off_by(one.relative_difference())});
    parts.push_back(shown(one.derivative));
  }
  text += "\n" + table(cells);
  if (parts.size() > 1) text += "  " + gradient_text(formula, parts);
  text += undefined_text(formula.function, at.point);
  std::vector<std::string> told;
  for (size_t i = 0; i < at.derivatives.size(); ++i) {
    for (const Kink& kink : at.derivatives[i].kinks)
      if (std::string line = kink_text(
              kink, is_smooth_at(formula.function, formula.derivations[i].variable.name(), at.point),
              formula.name);
          std::ranges::find(told, line) == told.end()) {
        text += line;
        told.push_back(std::move(line));
      }
    if (std::isfinite(at.value) && !std::isfinite(at.derivatives[i].derivative))
      text += fmt::format("  ! {} is not a finite number there\n",
                          derivative_name(formula, formula.derivations[i], FormulaStyle::plain));
  }
  return at.has_modes ? text + modes_text(formula) : text;
}

/// In \text{}: what is a special character of LaTeX, and what is no letter of most fonts.
std::string latex_words(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view("#$%&_{}^").find(c) != std::string_view::npos) result += '\\';
    result += c;
    if (c == '^') result += "{}";
  }
  return result;
}

}  // namespace

double DerivativeAt::relative_difference() const {
  if (derivative == difference) return 0;
  const double size = std::max(std::abs(derivative), std::abs(difference));
  return std::abs(derivative - difference) / (size < 1e-6 ? 1 : size);
}

std::span<const DerivationStep> written_steps(const Derivation& derivation) {
  return std::span(derivation.steps).first(std::min(derivation.steps.size(), kMostSteps));
}

std::string to_text(const DerivedFormula& formula) {
  std::string text;
  for (const Value& definition : definitions(formula.function))
    text += fmt::format("{} = {}\n", definition == formula.function ? formula.name : definition.name(),
                        with_names(definition));
  std::vector<std::string> parts;
  for (const Derivation& derivation : formula.derivations) {
    parts.push_back(with_names(derivation.simplified));
    text += fmt::format("\n{}{} = {}\n", steps_text(formula, derivation),
                        derivative_name(formula, derivation, FormulaStyle::plain), parts.back());
  }
  if (parts.size() > 1) text += "\n" + gradient_text(formula, parts);
  return formula.at ? text + "\n" + point_text(formula) : text;
}

std::string to_latex(const DerivedFormula& formula) {
  constexpr FormulaStyle kLatex = FormulaStyle::latex;
  std::string text = "\\begin{align*}\n";
  for (const Value& definition : definitions(formula.function))
    text += fmt::format("  {} &= {} \\\\\n",
                        infix_name(definition == formula.function ? formula.name : definition.name(), kLatex),
                        with_names(definition, kLatex));
  for (const Derivation& derivation : formula.derivations) {
    for (const DerivationStep& step : written_steps(derivation)) {
      const DerivationText line = text_of(derivation, step, kLatex, formula.is_partial);
      text +=
          fmt::format("  {} &= {} && \\text{{[{}]}} \\\\\n", line.left, line.right, latex_words(step.rule));
    }
    if (const size_t left = steps_left_out(derivation))
      text += fmt::format("  & \\dots && \\text{{[{}]}} \\\\\n",
                          counted(static_cast<int64_t>(left), "more step"));
    text += fmt::format("  {} &= {} \\\\\n", derivative_name(formula, derivation, kLatex),
                        with_names(derivation.simplified, kLatex));
  }
  if (formula.at) {
    const auto number = [](double x) { return infix_number(x, kLatex, kDeriveDigits).text; };
    std::string point;
    for (const auto& [name, value] : formula.at->point)
      point += fmt::format("{}{} = {}", point.empty() ? "" : ", ", infix_name(name, kLatex), number(value));
    const auto line = [&](const std::string& left, double value) {
      text += fmt::format("  {}\\Big|_{{{}}} &= {} \\\\\n", left, point, number(value));
    };
    line(infix_name(formula.name, kLatex), formula.at->value);
    for (size_t i = 0; i < formula.derivations.size(); ++i)
      line(derivative_name(formula, formula.derivations[i], kLatex), formula.at->derivatives[i].derivative);
  }
  return text + "\\end{align*}\n";
}

}  // namespace kette::cli
