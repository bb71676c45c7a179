#include "kette/symbolic/rules.h"

#include "kette/base/error.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/terms.h"

namespace kette {
namespace {

/// What a rule sees: operands x of the node y, and their derivatives.
struct Call {
  Value y;
  std::vector<Value> x;
  std::span<const Tangent> tangents;

  Graph& graph() const { return *y.graph; }
  /// Does the operand depend on the variable?
  bool varies(size_t i) const { return static_cast<bool>(tangents[i].value); }
  /// local·x_i': as the chain rule writes it. The derivative of the variable itself, 1, is left out.
  Value chained(Value local, size_t i) const {
    if (tangents[i].is_variable) return local;
    return plain_number_of(local) == 1 ? tangents[i].value : mul(local, tangents[i].value);
  }
  /// x_i'·factor, the same in the order of products and quotients.
  Value before(Value factor, size_t i) const {
    return tangents[i].is_variable ? factor : mul(tangents[i].value, factor);
  }
  Value tangent(size_t i) const { return tangents[i].value; }
};

const OpDef& op_of(const Call& c) { return *c.graph().node(c.y).op; }

std::string with_chain(std::string_view rule, const Tangent& tangent) {
  return std::string(rule) + (tangent.is_variable ? "" : ", chain rule");
}

/// Σ ∂y/∂x_i·x_i', with the local derivatives of the operation's definition.
Value chained_sum(const Call& c) {
  const Attributes attributes = c.graph().node(c.y).attributes;
  const std::vector<Value> partials = op_of(c).partials({c.x, c.y, attributes});
  Value total;
  for (size_t i = 0; i < c.x.size(); ++i) {
    if (!c.varies(i) || !partials[i]) continue;
    const Value part = c.chained(partials[i], i);
    total = total ? add(total, part) : part;
  }
  return total ? total : scalar_like(c.y, 0);
}

Value sum(const Call& c) {
  const bool is_difference = &op_of(c) == &kSub;
  if (!c.varies(0)) return is_difference ? neg(c.tangent(1)) : c.tangent(1);
  if (!c.varies(1)) return c.tangent(0);
  return is_difference ? sub(c.tangent(0), c.tangent(1)) : add(c.tangent(0), c.tangent(1));
}

RuleResult product(const Call& c) {
  if (!c.varies(0)) return {c.chained(c.x[0], 1), "constant multiple"};
  if (!c.varies(1)) return {c.before(c.x[1], 0), "constant multiple"};
  return {add(c.before(c.x[1], 0), c.chained(c.x[0], 1)), "product rule"};
}

RuleResult quotient(const Call& c) {
  if (!c.varies(1)) return {div(c.tangent(0), c.x[1]), "constant multiple"};
  const Value below = square(c.x[1]);
  if (!c.varies(0)) return {neg(div(c.chained(c.x[0], 1), below)), "quotient rule"};
  return {div(sub(c.before(c.x[1], 0), c.chained(c.x[0], 1)), below), "quotient rule"};
}

RuleResult power(const Call& c) {
  const Value a = c.x[0], b = c.x[1];
  if (!c.varies(1)) return {chained_sum(c), with_chain("power rule", c.tangents[0])};
  if (!c.varies(0))
    return {c.chained(mul(c.y, log(a)), 1), with_chain("exponential to any base", c.tangents[1])};
  return {mul(c.y, add(c.chained(log(a), 1), div(c.chained(b, 0), a))), "f^g = exp(g·ln f)"};
}

RuleResult choice(const Call& c) {
  const auto or_zero = [&](size_t i) { return c.varies(i) ? c.tangent(i) : scalar_like(c.y, 0); };
  return {where(c.x[0], or_zero(1), or_zero(2)), "choice"};
}

}  // namespace

std::optional<Logarithm> logarithm_of(Value value) {
  Graph& graph = *value.graph;
  const Node& node = graph.node(value);
  const auto is_log = [&](int id) { return graph.node(id).op == &kLog && graph.node(id).name.empty(); };
  if (node.op != &kDiv || !is_log(node.inputs[0]) || !is_log(node.inputs[1])) return std::nullopt;
  return Logarithm{graph.value(graph.node(node.inputs[0]).inputs[0]),
                   graph.value(graph.node(node.inputs[1]).inputs[0])};
}

std::vector<Value> operands_of(Value value, const std::vector<bool>& varies) {
  Graph& graph = *value.graph;
  if (const auto logarithm = logarithm_of(value))
    if (varies[static_cast<size_t>(logarithm->x.id)] && !varies[static_cast<size_t>(logarithm->base.id)])
      return {logarithm->x};
  std::vector<Value> operands;
  for (int input : graph.node(value).inputs) operands.push_back(graph.value(input));
  return operands;
}

RuleResult apply_rule(Value y, std::span<const Value> operands, std::span<const Tangent> tangents) {
  const Call c{y, {operands.begin(), operands.end()}, tangents};
  const OpDef& op = op_of(c);
  if (op.is_elementwise() && op.partials == nullptr) fail("[{}] has no derivative", op.name);
  if (&op == &kDiv && operands.size() == 1) {
    const Value base = c.graph().value(c.graph().node(y).inputs[1]);
    return {div(c.tangent(0), mul(c.x[0], base)), with_chain("logarithm to any base", tangents[0])};
  }
  if (&op == &kAdd || &op == &kSub) return {sum(c), std::string(op.notation.rule)};
  if (&op == &kNeg) return {neg(c.tangent(0)), "constant multiple"};
  if (&op == &kMul) return product(c);
  if (&op == &kDiv) return quotient(c);
  if (&op == &kPow) return power(c);
  if (&op == &kWhere) return choice(c);
  const std::string_view rule = op.notation.rule.empty() ? op.name : op.notation.rule;
  const std::string name = operands.size() == 1 ? with_chain(rule, tangents[0]) : std::string(rule);
  if (&op == &kLog) return {div(c.tangent(0), c.x[0]), name};
  if (&op == &kSqrt) return {div(c.tangent(0), mul(scalar_like(y, 2), y)), name};
  return {chained_sum(c), name};
}

std::string convention_of(const OpDef& op) {
  if (&op == &kSign || op.notation.plain.binding == Binding::relation) return "0 wherever it does not jump";
  const bool has_kink = !op.domains.empty() && !op.domains[0].kinks.empty();
  if (op.min_inputs == 1 ? !has_kink : &op != &kMin && &op != &kMax) return "";
  // "y = …;  y' = 1 if x > 0, else 0"
  const size_t begin = op.formula.find(";  ");
  if (begin == std::string_view::npos) return "";
  std::string_view derivative = op.formula.substr(begin + 3);
  if (derivative.find(" if ") == std::string_view::npos && derivative.find(" at ") == std::string_view::npos)
    return "";
  const std::string_view left = "y' = ";
  if (!derivative.starts_with(left)) return std::string(derivative);
  return fmt::format("{}'(x) = {}", op.name, derivative.substr(left.size()));
}

}  // namespace kette
