#include "kette/optim/optimizer.h"

#include <algorithm>
#include <array>
#include <set>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr std::array kCatalogue = {&kSgd, &kMomentum, &kNesterov, &kAdam, &kAdamw};

/// All settings of the optimiser, checked.
Attributes completed(const OptimizerDef& kind, const Attributes& given) {
  const auto& known = kind.settings;
  for (const auto& [name, value] : given)
    if (std::ranges::find(known, name, &Hyperparameter::name) == known.end())
      fail("[{}] has no setting \"{}\"", kind.name, name);
  Attributes result;
  for (const Hyperparameter& setting : known) {
    const double value = given.find(setting.name) ? given.real(setting.name) : setting.initial;
    if (!(value >= setting.low && value < setting.high))
      fail("[{}] {} is {}; expected a number in [{}, {})", kind.name, setting.name, value, setting.low,
           setting.high);
    result.set(setting.name, value);
  }
  return result;
}

void check(const OptimizerDef& kind, std::span<const Value> parameters) {
  if (parameters.empty()) fail("[{}] there is no parameter to train", kind.name);
  std::set<int> seen;
  for (const Value& parameter : parameters) {
    if (!seen.insert(parameter.id).second)
      fail("[{}] \"{}\" is given twice", kind.name, parameter.graph->label(parameter.id));
    if (parameter.graph->node(parameter).kind != NodeKind::parameter)
      fail("[{}] \"{}\" is not a parameter", kind.name, parameter.graph->label(parameter.id));
    if (parameter.dtype() != parameters.front().dtype() || !is_float(parameter.dtype()))
      fail("[{}] \"{}\" is {}; expected reals of one type", kind.name, parameter.graph->label(parameter.id),
           to_string(parameter.shape()));
  }
}

/// The rule applied to the rows that a sparse gradient (scatter_add of `rows` at `indices`) concerns, each
/// once.
RuleResult apply_to_rows(const OptimizerDef& kind, const RuleCall& dense) {
  const Graph& graph = *dense.gradient.graph;
  const std::vector<int> operands = graph.node(dense.gradient).inputs;
  const Value indices = graph.value(operands[0]), rows = graph.value(operands[1]);
  std::vector<Value> state;
  for (const Value& s : dense.state) state.push_back(lookup(s, indices));
  RuleResult result = kind.rule({.weights = lookup(dense.weights, indices),
                                 .gradient = coalesce(indices, rows),
                                 .state = state,
                                 .learning_rate = dense.learning_rate,
                                 .step = dense.step,
                                 .settings = dense.settings});
  result.weights = assign_rows(dense.weights, indices, result.weights);
  for (size_t i = 0; i < result.state.size(); ++i)
    result.state[i] = assign_rows(dense.state[i], indices, result.state[i]);
  return result;
}

}  // namespace

std::span<const OptimizerDef* const> optimizers() { return kCatalogue; }

const OptimizerDef& parse_optimizer(std::string_view name) {
  std::string choices;
  for (const OptimizerDef* kind : optimizers()) {
    if (kind->name == name) return *kind;
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", kind->name);
  }
  fail("[optimizer] \"{}\" is unknown; expected one of {}", name, choices);
}

TrainingStep training_step(Value loss, std::span<const Value> parameters, const OptimizerSpec& spec) {
  const OptimizerDef& kind = *spec.kind;
  const Attributes settings = completed(kind, spec.settings);
  check(kind, parameters);
  Graph& graph = *loss.graph;
  const std::vector<Value> gradients = gradient(loss, parameters);

  TrainingStep step{.loss = loss,
                    .learning_rate = graph.input("learning_rate", Shape({}, parameters.front().dtype()))};
  const auto add_state = [&](std::string_view name, const Shape& shape) {
    const Value state = graph.parameter(fmt::format("{}.{}", kind.name, name), shape);
    step.state.push_back({state, {Initializer::Kind::zeros}});
    return state;
  };
  std::vector<Update> state_updates;
  Value t;
  if (kind.counts_steps) {
    const Value taken = add_state("step", Shape({}, DType::f64));
    t = taken + 1.0;
    state_updates.push_back({taken, t});
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Value weights = parameters[i];
    std::vector<Value> state;
    for (const std::string_view name : kind.state)
      state.push_back(add_state(fmt::format("{}/{}", name, graph.label(weights.id)), weights.shape()));
    const RuleCall call{.weights = weights,
                        .gradient = gradients[i],
                        .state = state,
                        .learning_rate = step.learning_rate,
                        .step = t,
                        .settings = settings};
    const bool is_sparse = graph.node(gradients[i]).op == &kScatterAdd;
    const RuleResult result = is_sparse ? apply_to_rows(kind, call) : kind.rule(call);
    step.updates.push_back({weights, result.weights});
    for (size_t s = 0; s < state.size(); ++s) state_updates.push_back({state[s], result.state[s]});
  }
  step.updates.insert(step.updates.end(), state_updates.begin(), state_updates.end());
  return step;
}

}  // namespace kette
