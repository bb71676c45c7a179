#include "kette/cli/explain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "kette/cli/text.h"
#include "kette/figure/figure.h"
#include "kette/figure/numbers_text.h"
#include "kette/symbolic/infix.h"

namespace kette::cli {
namespace {

constexpr size_t kIndent = 4;

/// The title to the left, a remark to the right where both fit in a line.
std::string headed(const std::string& title, const std::string& remark, size_t columns) {
  const size_t width = width_of(title) + 2 + width_of(remark);
  if (width > columns)
    return filled(title, columns, kIndent) + "\n" + std::string(kIndent, ' ') + remark + "\n";
  return title + std::string(columns - width + 2, ' ') + remark + "\n";
}

/// `name = a = b = c`, in one line or with a line for each `=`.
std::string equation(const std::string& name, std::vector<std::string> sides, size_t columns) {
  std::erase(sides, "");
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
  std::string line = std::string(kIndent, ' ') + name;
  for (const std::string& side : sides) line += " = " + side;
  if (width_of(line) <= columns) return line + "\n";
  const size_t indent = kIndent + std::min<size_t>(width_of(name), 12) + 1;
  std::string text = std::string(kIndent, ' ') + name;
  const bool is_short = width_of(name) <= 12;
  for (size_t i = 0; i < sides.size(); ++i) {
    const std::string side = "= " + sides[i];
    const size_t room = columns > indent + 20 ? columns - indent : 20;
    std::string part = filled(side, room, 2);
    for (size_t at = 0; (at = part.find('\n', at)) != part.npos; at += indent + 1)
      part.insert(at + 1, indent, ' ');
    text += i == 0 && is_short ? " " + part : "\n" + std::string(indent, ' ') + part;
  }
  return text + "\n";
}

std::string elements(const Formula& formula, size_t columns) {
  std::string text;
  for (const ElementLine& line : formula.elements)
    text += equation(line.name, {line.symbols, line.numbers, number_text(line.value)}, columns);
  if (formula.left_out > 0)
    text += fmt::format("{}… {} more\n", std::string(kIndent, ' '), grouped(formula.left_out));
  return text;
}

std::string titled(const Formula& formula) {
  return formula.symbols.empty() ? formula.name : formula.name + " = " + formula.symbols;
}

std::string underlined(const std::string& title) {
  std::string line;
  for (size_t i = 0; i < width_of(title); ++i) line += "─";
  return title + "\n" + line + "\n";
}

}  // namespace

std::string step_text(const ForwardStep& step, size_t columns) {
  std::string remark = step.operation + "  " + dims_label(step.formula.shape, step.formula.shape.dtype());
  std::string text = headed(titled(step.formula), remark, columns);
  if (!step.definition.empty())
    text += std::string(kIndent, ' ') + filled(step.definition, columns - kIndent, kIndent) + "\n";
  return text + elements(step.formula, columns);
}

std::string step_text(const BackwardStep& step, size_t columns) {
  std::string text =
      headed(step.incoming.name,
             step.rule_name.empty() ? step.operation : step.operation + ": " + step.rule_name, columns);
  if (!step.rule.empty())
    text += std::string(kIndent, ' ') + filled(step.rule, columns - kIndent, kIndent) + "\n";
  text += elements(step.incoming, columns);
  for (const BackwardPart& part : step.parts) {
    if (!part.local.name.empty()) {
      text += "  local     " + filled(titled(part.local), columns - 12, kIndent) + "\n";
      text += elements(part.local, columns);
    }
    const std::string remark = part.is_part ? "  (a part: others add theirs)" : "";
    text += "  passes on " + filled(titled(part.outgoing) + remark, columns - 12, kIndent) + "\n";
    text += elements(part.outgoing, columns);
    if (!part.subgradient.empty()) text += "  kink      " + filled(part.subgradient, columns - 12, 12) + "\n";
  }
  return text;
}

std::string step_text(const LayerDeltas& layer, size_t columns) {
  std::string text =
      headed(fmt::format("layer {}, {}: δ = {}", layer.layer, layer.weights.parameter, layer.delta.symbols),
             dims_label(layer.delta.shape, layer.delta.shape.dtype()), columns);
  return text + elements(layer.delta, columns) + step_text(layer.weights, columns);
}

std::string step_text(const ParameterChange& change, size_t columns) {
  std::string text =
      "  change    " +
      filled(titled(change.change) + (change.is_part ? "  (a part: it is used elsewhere, too)" : ""),
             columns - 12, kIndent) +
      "\n";
  for (size_t i = 0; i < change.change.elements.size(); ++i) {
    const ElementLine& line = change.change.elements[i];
    text += equation(line.name, {line.symbols, line.numbers, number_text(line.value)}, columns);
    const std::string element = line.name.substr(std::string_view("Δ").size());
    std::string before = number_text(change.before[i]), after = number_text(change.after[i]);
    if (before == after) {  // a small step of a large number
      before = infix_number(change.before[i], FormulaStyle::plain, 9).text;
      after = infix_number(change.after[i], FormulaStyle::plain, 9).text;
    }
    text += fmt::format("{}{}: {} → {}\n", std::string(2 * kIndent, ' '), element, before, after);
  }
  if (change.change.left_out > 0)
    text += fmt::format("{}… {} more\n", std::string(kIndent, ' '), grouped(change.change.left_out));
  return text;
}

std::string text_of_update(const Steps& steps, size_t columns) {
  return filled(fmt::format("after one step of all parameters with η = {}: loss {} → {}",
                            number_text(steps.learning_rate), number_text(steps.loss_before),
                            number_text(steps.loss_after)),
                columns, kIndent) +
         "\n";
}

std::string page_of(const Steps& steps, size_t columns) {
  std::string text = underlined("Forward pass: each operation behind its operands");
  for (const ForwardStep& step : steps.forward) text += "\n" + step_text(step, columns);
  if (steps.backward.empty()) return text;
  text += "\n" + underlined("Backward pass: from the loss down, by the chain rule");
  for (const BackwardStep& step : steps.backward) text += "\n" + step_text(step, columns);
  if (steps.layers.empty() && steps.others.empty()) return text;
  text += "\n" + underlined("Deltas and the update");
  for (const LayerDeltas& layer : steps.layers) text += "\n" + step_text(layer, columns);
  for (const ParameterChange& change : steps.others) text += "\n" + step_text(change, columns);
  return text + "\n" + text_of_update(steps, columns);
}

}  // namespace kette::cli
