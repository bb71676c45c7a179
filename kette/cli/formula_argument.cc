#include "kette/cli/formula_argument.h"

#include <algorithm>

#include "kette/cli/command.h"
#include "kette/cli/text.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"
#include "kette/symbolic/formula.h"

namespace kette::cli {
namespace {

std::vector<std::string> parts_of(const std::string& option, std::string_view text) {
  return option_value(option, [&] { return split_list(text); });
}

/// As parts_of, but commas inside brackets are the formulas' own: "x=log(8, 2), y=1".
std::vector<std::string> formulas_of(const std::string& option, std::string_view text) {
  std::vector<std::string> formulas;
  int open = 0;
  for (const std::string& part : parts_of(option, text)) {
    if (open > 0)
      formulas.back() += ", " + part;
    else
      formulas.push_back(part);
    for (const char c : part) open += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
  }
  return formulas;
}

void check_name(const std::string& option, const std::string& name) {
  if (!is_formula_name(name))
    throw UsageError(fmt::format("{}: {} is no name of a variable", option, data::quote(name)));
}

}  // namespace

Value formula_argument(std::string_view text, Graph& graph) {
  try {
    return parse_formula(text, graph);
  } catch (const FormulaError& error) {
    throw UsageError(error.what(), with_caret(text, error.at()));
  }
}

std::vector<std::pair<std::string, double>> numbers_by_name(const std::string& option,
                                                            std::string_view text) {
  std::vector<std::pair<std::string, double>> numbers;
  for (const std::string& part : formulas_of(option, text)) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos)
      throw UsageError(fmt::format("{}: expected name=number, found {}", option, data::quote(part)));
    const std::string name(data::trim_blanks(std::string_view(part).substr(0, equals)));
    const std::string number(data::trim_blanks(std::string_view(part).substr(equals + 1)));
    check_name(option, name);
    if (number.find_first_of(";=") != std::string::npos)
      throw UsageError(fmt::format("{}: {} must be a number, found {}; commas separate variables", option,
                                   name, data::quote(number)));
    if (std::ranges::find(numbers, name, &std::pair<std::string, double>::first) != numbers.end())
      throw UsageError(fmt::format("{}: {} is given twice", option, name));
    Graph graph;
    try {
      const Value value = parse_formula(number, graph);
      if (const auto variables = variables_of(value); !variables.empty())
        throw UsageError(fmt::format("{}: {} must be a number, found {}", option, name, data::quote(number)));
      numbers.emplace_back(name, value_at(value, {}));
    } catch (const FormulaError& error) {
      throw UsageError(fmt::format("{}: {}: {}", option, name, error.what()), with_caret(number, error.at()));
    }
  }
  return numbers;
}

std::vector<std::string> variable_names(const std::string& option, std::string_view text) {
  std::vector<std::string> names = parts_of(option, text);
  for (const std::string& name : names) check_name(option, name);
  std::vector<std::string> once;
  for (const std::string& name : names)
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  return once;
}

}  // namespace kette::cli
