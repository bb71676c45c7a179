#include "kette/symbolic/derivation.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/infix.h"
#include "kette/symbolic/rules.h"
#include "kette/symbolic/simplify.h"

namespace kette {
namespace {

class Deriver {
 public:
  Deriver(Value function, Value variable)
      : graph_(*function.graph), one_(graph_.constant(1, DType::f64)), zero_(graph_.constant(0, DType::f64)) {
    derivation_.function = function;
    derivation_.variable = variable;
    find_parts();
  }

  Derivation derive() {
    put_together();
    write_steps();
    derivation_.simplified = simplified(derivation_.result);
    return std::move(derivation_);
  }

 private:
  bool varies(Value x) const { return varies_[static_cast<size_t>(x.id)]; }

  /// Which nodes depend on the variable.
  void find_parts() {
    const int last = derivation_.function.id;
    varies_.assign(static_cast<size_t>(last) + 1, false);
    for (int id = 0; id <= last; ++id) {
      const Node& node = graph_.node(id);
      bool depends = id == derivation_.variable.id;
      for (int input : node.inputs) depends = depends || varies_[static_cast<size_t>(input)];
      varies_[static_cast<size_t>(id)] = depends;
    }
  }

  /// Operands first, as forward mode does.
  void put_together() {
    const Value f = derivation_.function;
    std::vector<Value> tangent(varies_.size());
    std::vector<bool> needed(varies_.size(), false);
    needed.back() = true;
    for (int id = f.id; id >= 0; --id)
      if (needed[static_cast<size_t>(id)] && varies(graph_.value(id)) &&
          graph_.node(id).kind == NodeKind::operation)
        for (const Value& x : operands_of(graph_.value(id), varies_))
          needed[static_cast<size_t>(x.id)] = true;
    for (int id = 0; id <= f.id; ++id) {
      const Value y = graph_.value(id);
      if (!needed[static_cast<size_t>(id)] || !varies(y)) continue;
      if (y == derivation_.variable) {
        tangent[static_cast<size_t>(id)] = one_;
        continue;
      }
      const std::vector<Value> x = operands_of(y, varies_);
      std::vector<Tangent> tangents;
      for (const Value& operand : x)
        tangents.push_back({tangent[static_cast<size_t>(operand.id)], operand == derivation_.variable});
      tangent[static_cast<size_t>(id)] = rule(y, x, tangents).derivative;
    }
    derivation_.result = tangent.back() ? tangent.back() : zero_;
  }

  RuleResult rule(Value y, std::span<const Value> x, std::span<const Tangent> tangents) const {
    const OpDef& op = *graph_.node(y).op;
    if (!op.is_elementwise()) fail("[derive] {} is not an element-wise operation of scalars", op.name);
    return apply_rule(y, x, tangents);
  }

  /// Outermost first, from left to right, each part once.
  void write_steps() {
    std::vector<Value> open = {derivation_.function};
    std::vector<bool> seen(varies_.size(), false);
    while (!open.empty()) {
      const Value y = open.back();
      open.pop_back();
      if (seen[static_cast<size_t>(y.id)]) continue;
      seen[static_cast<size_t>(y.id)] = true;
      const std::vector<Value> next = write_step(y);
      open.insert(open.end(), next.rbegin(), next.rend());
    }
  }

  /// Returns the parts whose derivatives the step leaves open.
  std::vector<Value> write_step(Value y) {
    if (y == derivation_.variable) {
      derivation_.steps.push_back({y, one_, "variable", ""});
      return {};
    }
    if (!varies(y)) {
      derivation_.steps.push_back({y, zero_, "constant", ""});
      return {};
    }
    const std::vector<Value> x = operands_of(y, varies_);
    // The rules of sums and choices write the derivatives of variables and constants, too.
    const OpDef* op = graph_.node(y).op;
    const bool writes_all = op == &kAdd || op == &kSub;
    std::vector<Value> parts;
    std::vector<Tangent> tangents;
    for (const Value& operand : x) {
      const bool is_variable = operand == derivation_.variable;
      if (!writes_all && (is_variable || !varies(operand))) {
        tangents.push_back(is_variable ? Tangent{one_, true} : Tangent{});
        continue;
      }
      tangents.push_back({unknown(operand), false});
      parts.push_back(operand);
    }
    RuleResult result = rule(y, x, tangents);
    derivation_.steps.push_back({y, result.derivative, std::move(result.rule), convention_of(*op)});
    return parts;
  }

  Value unknown(Value part) {
    const Value made =
        graph_.input(fmt::format("∂%{}/∂{}", part.id, derivation_.variable.name()), part.shape());
    derivation_.unknowns.emplace(made.id, part);
    return made;
  }

  Graph& graph_;
  Value one_, zero_;
  Derivation derivation_;
  std::vector<bool> varies_;  // by id
};

/// log_2(x), log_a(x), log(x, a + 1).
Infix logarithm_text(const Logarithm& logarithm, const std::function<std::string(Value)>& write,
                     FormulaStyle style) {
  const std::string x = write(logarithm.x), base = write(logarithm.base);
  const Graph& graph = *logarithm.base.graph;
  if (style == FormulaStyle::latex) return {fmt::format("\\log_{{{}}}\\left({}\\right)", base, x)};
  const Node& node = graph.node(logarithm.base);
  const bool is_short =
      node.kind == NodeKind::input ||
      (node.kind == NodeKind::constant && base.find_first_not_of("0123456789") == std::string::npos);
  return {is_short ? fmt::format("log_{}({})", base, x) : fmt::format("log({}, {})", x, base)};
}

/// Writes nodes with what stands for some of them.
struct SymbolWriter {
  FormulaStyle style;
  std::function<std::optional<Infix>(Value)> symbol;

  Infix write(Value value) const {
    if (const auto logarithm = logarithm_of(value))
      return logarithm_text(
          *logarithm, [this](Value v) { return text(v); }, style);
    return infix_piece(value, {.style = style, .stands_for = [this](Value v) -> std::optional<Infix> {
                                 if (auto known = symbol(v)) return known;
                                 if (logarithm_of(v)) return write(v);
                                 return std::nullopt;
                               }});
  }
  /// A symbol, or the formula.
  std::string text(Value value) const {
    if (auto known = symbol(value)) return bracketed(*known, Binding::negation, style);
    return bracketed(write(value), Binding::negation, style);
  }
};

std::optional<Infix> named(Value value, FormulaStyle style) {
  const Node& node = value.graph->node(value);
  if (node.kind != NodeKind::operation || node.name.empty()) return std::nullopt;
  return Infix{infix_name(node.name, style)};
}

/// d/dx (…), or df/dx of what has a name.
std::string derivative_text(Value part, const std::string& variable, FormulaStyle style, bool is_partial) {
  const Node& node = part.graph->node(part);
  if (node.kind == NodeKind::input || !node.name.empty())
    return derivative_sign(variable, style, is_partial, node.name);
  return derivative_sign(variable, style, is_partial) + (style == FormulaStyle::latex ? "\\left(" : " (") +
         with_names(part, style) + (style == FormulaStyle::latex ? "\\right)" : ")");
}

}  // namespace

Derivation derive(Value function, Value variable) {
  if (variable.graph != function.graph) fail("[derive] the variable belongs to another graph");
  if (function.shape() != Shape({}, DType::f64))
    fail("[derive] the formula is {}; expected a scalar f64", to_string(function.shape()));
  if (function.graph->node(variable).kind != NodeKind::input) fail("[derive] the variable is not an input");
  return Deriver(function, variable).derive();
}

std::string with_names(Value value, FormulaStyle style) {
  const SymbolWriter writer{style, [style](Value v) { return named(v, style); }};
  return bracketed(writer.write(value), Binding::negation, style);
}

std::string derivative_sign(const std::string& variable, FormulaStyle style, bool is_partial,
                            const std::string& function) {
  const auto of = [&](const std::string& name) {
    const std::string shown = name.empty() ? "" : infix_name(name, style);
    if (!is_partial) return "d" + shown;
    return (style == FormulaStyle::plain ? "∂" : name.empty() ? "\\partial" : "\\partial ") + shown;
  };
  const std::string above = of(function), below = of(variable);
  return style == FormulaStyle::latex ? fmt::format("\\frac{{{}}}{{{}}}", above, below) : above + "/" + below;
}

DerivationText text_of(const Derivation& derivation, const DerivationStep& step, FormulaStyle style,
                       bool is_partial) {
  const std::string& variable = derivation.variable.name();
  const SymbolWriter writer{style, [&](Value v) -> std::optional<Infix> {
                              const auto found = derivation.unknowns.find(v.id);
                              if (found == derivation.unknowns.end()) return named(v, style);
                              return Infix{derivative_text(found->second, variable, style, is_partial)};
                            }};
  return {derivative_text(step.of, variable, style, is_partial), writer.text(step.derivative)};
}

}  // namespace kette
