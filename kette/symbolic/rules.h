// The rules of differentiation, as books state them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/graph/op_def.h"

namespace kette {

/// The derivative of an operand.
struct Tangent {
  Value value = {};          // empty: the operand does not depend on the variable
  bool is_variable = false;  // the operand is the variable itself, `value` is the number 1
};

struct RuleResult {
  Value derivative;
  std::string rule;
};

/// log_base x, which is the node ln(x)/ln(base).
struct Logarithm {
  Value x, base;
};
std::optional<Logarithm> logarithm_of(Value value);

/// What the rule for a node differentiates: its operands, but of a logarithm to a constant base only x.
/// `varies`: by id, does a node depend on the variable?
std::vector<Value> operands_of(Value value, const std::vector<bool>& varies);

/// The derivative of an element-wise operation's node by the tangents of operands_of(node), not all empty.
/// Only nodes that books write: the local derivatives are those of OpDef::partials, some in another form.
RuleResult apply_rule(Value y, std::span<const Value> operands, std::span<const Tangent> tangents);

/// The words of an operation's definition that tell its derivative at kinks: "relu'(x) = 1 if x > 0, else 0";
/// empty where it has none.
std::string convention_of(const OpDef& op);

}  // namespace kette
