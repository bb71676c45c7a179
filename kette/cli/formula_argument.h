// Formulas on the command line, and numbers for their variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kette/symbolic/point.h"

namespace kette::cli {

/// The names of arguments that are formulas, or may be: they may begin with a minus.
inline constexpr const char* kFormulaArgument = "EXPRESSION";
inline constexpr const char* kPicturedArgument = "WHAT";

/// parse_formula; what is wrong becomes a UsageError with the formula and a caret below it.
Value formula_argument(std::string_view text, Graph& graph);

/// "x=2, y=-pi/3" → names and numbers, in that order. Throws UsageError naming the option.
std::vector<std::pair<std::string, double>> numbers_by_name(const std::string& option, std::string_view text);

/// "x,y" → names of variables. Throws UsageError naming the option.
std::vector<std::string> variable_names(const std::string& option, std::string_view text);

}  // namespace kette::cli
