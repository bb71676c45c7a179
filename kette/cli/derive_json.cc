#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/cli/derive_text.h"

namespace kette::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json in_both_styles(Value value) {
  return {{"text", with_names(value)}, {"latex", with_names(value, FormulaStyle::latex)}};
}

Json steps_of(const DerivedFormula& formula, const Derivation& derivation) {
  Json steps = Json::array();
  for (const DerivationStep& step : derivation.steps) {
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
                     {"left", json_number(kink.left)},
                     {"right", json_number(kink.right)},
                     {"taken", json_number(kink.taken)}});
  return kinks;
}

Json modes_of(const DerivedFormula& formula) {
  Json rows = Json::array();
  for (const ModesRow& row : formula.at->modes) {
    Json edges = Json::array(), forward = Json::object();
    for (const ModesEdge& edge : row.edges)
      edges.push_back({{"operand", edge.operand.id}, {"slope", json_number(edge.slope)}});
    for (size_t i = 0; i < row.forward.size(); ++i)
      forward[formula.derivations[i].variable.name()] = json_number(row.forward[i]);
    rows.push_back({{"id", row.node.id},
                    {"name", row.node.name()},
                    {"formula", with_names(row.node)},
                    {"value", json_number(row.value)},
                    {"operands", std::move(edges)},
                    {"forward", std::move(forward)},
                    {"reverse", json_number(row.reverse)}});
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
                {"unsimplified", with_names(derivation.result)},
                {"derivative", in_both_styles(derivation.simplified)}};
    if (formula.at) {
      const DerivativeAt& at = formula.at->derivatives[i];
      one["at"] = {{"value", json_number(at.derivative)},
                   {"finite_difference", json_number(at.difference)},
                   {"relative_difference", json_number(at.relative_difference())},
                   {"kinks", kinks_of(at)}};
    }
    object["derivatives"].push_back(std::move(one));
  }
  if (formula.at) {
    Json point = Json::object();
    for (const auto& [name, value] : formula.at->point) point[name] = json_number(value);
    object["at"] = {{"point", std::move(point)}, {"value", json_number(formula.at->value)}};
    if (formula.at->has_modes) object["at"]["nodes"] = modes_of(formula);
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kette::cli
