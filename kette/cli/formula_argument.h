// Formulas on the command line, and numbers for their variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kette/symbolic/point.h"

namespace kette::cli {

/// The name of the argument that is a formula: it may begin with a minus.
inline constexpr const char* kFormulaArgument = "EXPRESSION";

/// parse_formula; what is wrong becomes a UsageError with the formula and a caret below it.
Value formula_argument(std::string_view text, Graph& graph);

/// "x=2, y=-pi/3" → names and numbers, in that order. Throws UsageError naming the option.
std::vector<std::pair<std::string, double>> numbers_by_name(const std::string& option, std::string_view text);

/// "x,y" → names of variables. Throws UsageError naming the option.
std::vector<std::string> variable_names(const std::string& option, std::string_view text);

}  // namespace kette::cli
