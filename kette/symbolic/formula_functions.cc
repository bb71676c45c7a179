#include "kette/symbolic/formula_functions.h"

#include <algorithm>
#include <vector>

#include "kette/symbolic/formula.h"

namespace kette {
namespace {

std::vector<FormulaFunction> make_table() {
  std::vector<FormulaFunction> table = {
      {"log", &kLog}, {"sqrt", &kSqrt}, {"abs", &kAbs}, {"sigmoid", &kSigmoid}};
  for (const OpDef* op : catalogue()) {
    const std::string_view text = op->notation.plain.text;
    const size_t bracket = text.find("({0");
    if (op->is_elementwise() && bracket != std::string_view::npos && text.find_first_of("{ ") == bracket + 1)
      table.push_back({text.substr(0, bracket), op});
  }
  std::ranges::sort(table, {}, &FormulaFunction::name);
  return table;
}

}  // namespace

std::span<const FormulaFunction> formula_function_table() {
  static const std::vector<FormulaFunction> table = make_table();
  return table;
}

const FormulaFunction* find_formula_function(std::string_view name) {
  const auto table = formula_function_table();
  const auto found = std::ranges::lower_bound(table, name, {}, &FormulaFunction::name);
  return found == table.end() || found->name != name ? nullptr : &*found;
}

std::optional<std::string_view> base_of_logarithm(std::string_view name) {
  if (name == "log2" || name == "log10") return name.substr(3);
  if (name.starts_with("log_") && name.size() > 4) return name.substr(4);
  return std::nullopt;
}

std::vector<std::string> formula_functions() {
  std::vector<std::string> names = {"log2", "log10", "log_a"};
  for (const FormulaFunction& function : formula_function_table()) names.emplace_back(function.name);
  std::ranges::sort(names);
  return names;
}

}  // namespace kette
