// What may stand before ( ) in a formula.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kette/ops/ops.h"

namespace kette {

/// A function is an operation of the catalogue that is written like one, f(…). Its attributes are further
/// arguments, and may be left out.
struct FormulaFunction {
  std::string_view name;
  const OpDef* op;

  size_t least_arguments() const { return static_cast<size_t>(op->min_inputs); }
  size_t most_arguments() const { return least_arguments() + op->attributes.size(); }
};

/// Sorted by name. An element-wise operation goes by the name in its notation, some by others, too.
std::span<const FormulaFunction> formula_function_table();
/// Of that name, or null.
const FormulaFunction* find_formula_function(std::string_view name);

/// A logarithm by name: "log2" → 2, "log_10" → "10", "log_a" → "a"; the base as it stands. Not "log" and
/// "ln".
std::optional<std::string_view> base_of_logarithm(std::string_view name);

}  // namespace kette
