#include <nlohmann/json.hpp>

#include "kette/cli/derive_text.h"
#include "kette/graph/json.h"

namespace kette::cli {
namespace {

using Json = nlohmann::ordered_json;

Json in_both_styles(Value value) {
  return {{"text", with_names(value)}, {"latex", with_names(value, FormulaStyle::latex)}};
}

Json steps_of(const DerivedFormula& formula, const Derivation& derivation) {
  Json steps = Json::array();
  for (const DerivationStep& step : written_steps(derivation)) {
    const DerivationText plain = text_of(derivation, step, FormulaStyle::plain, formula.is_partial);
    const DerivationText latex = text_of(derivation, step, FormulaStyle::latex, formula.is_partial);
    Json object = {{"left", plain.left},
                   {"right", plain.right},
                   {"left_latex", latex.left},
                   {"right_latex", latex.right},
                   {"rule", step.rule}};
    if (!step.convention.empty()) object["convention"] = step.convention;
    steps.push_back(std::move(object));
  }
  return steps;
}

Json kinks_of(const DerivativeAt& at) {
  Json kinks = Json::array();
  for (const Kink& kink : at.kinks)
    kinks.push_back({{"node", with_names(kink.node)},
                     {"jump", kink.is_jump},
                     {"left", number_json(kink.left)},
                     {"right", number_json(kink.right)},
                     {"taken", number_json(kink.taken)}});
  return kinks;
}

Json modes_of(const DerivedFormula& formula) {
  Json rows = Json::array();
  for (const ModesRow& row : formula.at->modes) {
    Json edges = Json::array(), forward = Json::object();
    for (const ModesEdge& edge : row.edges)
      edges.push_back({{"operand", edge.operand.id}, {"slope", number_json(edge.slope)}});
    for (size_t i = 0; i < row.forward.size(); ++i)
      forward[formula.derivations[i].variable.name()] = number_json(row.forward[i]);
    rows.push_back({{"id", row.node.id},
                    {"name", row.node.name()},
                    {"formula", with_names(row.node)},
                    {"value", number_json(row.value)},
                    {"operands", std::move(edges)},
                    {"forward", std::move(forward)},
                    {"reverse", number_json(row.reverse)}});
  }
  return rows;
}

}  // namespace

std::string to_json(const DerivedFormula& formula) {
  Json object = {{"function", formula.name}, {"formula", in_both_styles(formula.function)}};
  object["derivatives"] = Json::array();
  for (size_t i = 0; i < formula.derivations.size(); ++i) {
    const Derivation& derivation = formula.derivations[i];
    Json one = {{"variable", derivation.variable.name()},
                {"steps", steps_of(formula, derivation)},
                {"steps_left_out", steps_left_out(derivation)},
                {"unsimplified", with_names(derivation.result)},
                {"derivative", in_both_styles(derivation.simplified)}};
    if (formula.at) {
      const DerivativeAt& at = formula.at->derivatives[i];
      one["at"] = {{"value", number_json(at.derivative)},
                   {"finite_difference", number_json(at.difference)},
                   {"relative_difference", number_json(at.relative_difference())},
                   {"kinks", kinks_of(at)}};
    }
    object["derivatives"].push_back(std::move(one));
  }
  if (formula.at) {
    Json point = Json::object();
    for (const auto& [name, value] : formula.at->point) point[name] = number_json(value);
    object["at"] = {{"point", std::move(point)}, {"value", number_json(formula.at->value)}};
    if (formula.at->has_modes) object["at"]["nodes"] = modes_of(formula);
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kette::cli
