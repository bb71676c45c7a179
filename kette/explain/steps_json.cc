#include <nlohmann/json.hpp>

#include "kette/explain/steps.h"
#include "kette/graph/json.h"

namespace kette {
namespace {

using Json = nlohmann::ordered_json;

Json formula_json(const Formula& formula) {
  Json object{{"name", text_json(formula.name)}};
  if (!formula.symbols.empty()) object["symbols"] = text_json(formula.symbols);
  object["shape"] = std::vector<int64_t>(formula.shape.dims().begin(), formula.shape.dims().end());
  Json& elements = object["elements"] = Json::array();
  for (const ElementLine& line : formula.elements) {
    Json element{{"name", text_json(line.name)}};
    if (!line.symbols.empty()) element["symbols"] = text_json(line.symbols);
    if (!line.numbers.empty()) element["numbers"] = text_json(line.numbers);
    element["value"] = number_json(line.value);
    elements.push_back(std::move(element));
  }
  object["left_out"] = formula.left_out;
  return object;
}

Json backward_json(const BackwardStep& step) {
  Json object{{"node", step.node}, {"op", step.operation}, {"rule", text_json(step.rule)}};
  if (!step.rule_name.empty()) object["rule_name"] = step.rule_name;
  object["incoming"] = formula_json(step.incoming);
  Json& parts = object["parts"] = Json::array();
  for (const BackwardPart& part : step.parts) {
    Json passed;
    if (!part.local.name.empty()) passed["local"] = formula_json(part.local);
    passed["outgoing"] = formula_json(part.outgoing);
    passed["is_part"] = part.is_part;
    if (!part.subgradient.empty()) passed["subgradient"] = text_json(part.subgradient);
    parts.push_back(std::move(passed));
  }
  return object;
}

Json change_json(const ParameterChange& change) {
  Json values = Json::array();
  for (size_t i = 0; i < change.before.size(); ++i)
    values.push_back({{"before", number_json(change.before[i])}, {"after", number_json(change.after[i])}});
  return {{"parameter", text_json(change.parameter)},
          {"change", formula_json(change.change)},
          {"is_part", change.is_part},
          {"values", std::move(values)}};
}

}  // namespace

Json steps_json(const Steps& steps) {
  Json object;
  Json& forward = object["forward"] = Json::array();
  for (const ForwardStep& step : steps.forward) {
    Json one{{"node", step.node}, {"op", step.operation}};
    if (!step.definition.empty()) one["definition"] = text_json(step.definition);
    one["formula"] = formula_json(step.formula);
    forward.push_back(std::move(one));
  }
  Json& backward = object["backward"] = Json::array();
  for (const BackwardStep& step : steps.backward) backward.push_back(backward_json(step));
  Json& layers = object["layers"] = Json::array();
  for (const LayerDeltas& layer : steps.layers)
    layers.push_back({{"layer", layer.layer},
                      {"out", formula_json(layer.out)},
                      {"delta", formula_json(layer.delta)},
                      {"weights", change_json(layer.weights)}});
  Json& others = object["others"] = Json::array();
  for (const ParameterChange& change : steps.others) others.push_back(change_json(change));
  if (!steps.layers.empty() || !steps.others.empty())
    object["update"] = {{"learning_rate", steps.learning_rate},
                        {"loss_before", number_json(steps.loss_before)},
                        {"loss_after", number_json(steps.loss_after)}};
  return object;
}

}  // namespace kette
