#include "kette/optim/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"
#include "kette/optim/clipping.h"

namespace kette {
namespace {

constexpr std::array kCatalogue = {&kSgd, &kMomentum, &kNesterov, &kRmsprop, &kAdagrad, &kAdam, &kAdamw};

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

void check(const StepOptions& options) {
  const auto not_negative = [](std::string_view name, double value) {
    if (!(value >= 0) || !std::isfinite(value))
      fail("[training] {} is {}; expected a finite number of at least 0", name, value);
  };
  not_negative("l1", options.l1);
  not_negative("l2", options.l2);
  not_negative("clip_norm", options.clip_norm);
  not_negative("clip_value", options.clip_value);
  not_negative("weight_decay", options.weight_decay);
  if (!(options.average >= 0 && options.average < 1))
    fail("[training] average is {}; expected a number in [0, 1)", options.average);
}

bool is_weight(Value parameter, Value gradient) {
  return parameter.shape().rank() >= 2 && !is_sparse(gradient);
}

/// g + λ1·sign(w) + λ2·w.
Value penalized(Value g, Value w, const StepOptions& options) {
  if (options.l1 > 0) g = g + sign(w) * options.l1;
  if (options.l2 > 0) g = g + w * options.l2;
  return g;
}

Value limited(Value g, double limit) { return limit > 0 ? clip(g, -limit, limit) : g; }

/// What the optimisers are given: of the penalised loss, and clipped by the norm.
std::vector<Value> gradients_of(Value loss, std::span<const Value> parameters, const StepOptions& options) {
  std::vector<Value> gradients = gradient(loss, parameters);
  for (size_t i = 0; i < parameters.size(); ++i)
    if (is_weight(parameters[i], gradients[i]))
      gradients[i] = penalized(gradients[i], parameters[i], options);
  return options.clip_norm > 0 ? clipped_by_norm(gradients, options.clip_norm) : gradients;
}

/// The rule applied to the rows that a sparse gradient (scatter_add of `rows` at `indices`) concerns, each
/// once.
RuleResult apply_to_rows(const OptimizerDef& kind, const RuleCall& dense, double clip_value) {
  const Graph& graph = *dense.gradient.graph;
  const std::vector<int> operands = graph.node(dense.gradient).inputs;
  const Value indices = graph.value(operands[0]), rows = graph.value(operands[1]);
  std::vector<Value> state;
  for (const Value& s : dense.state) state.push_back(lookup(s, indices));
  RuleResult result = kind.rule({.weights = lookup(dense.weights, indices),
                                 .gradient = limited(coalesce(indices, rows), clip_value),
                                 .state = state,
                                 .learning_rate = dense.learning_rate,
                                 .step = dense.step,
                                 .settings = dense.settings});
  result.weights = assign_rows(dense.weights, indices, result.weights);
  for (size_t i = 0; i < result.state.size(); ++i)
    result.state[i] = assign_rows(dense.state[i], indices, result.state[i]);
  return result;
}

RuleResult apply_to_all(const OptimizerDef& kind, RuleCall call, const StepOptions& options) {
  if (options.weight_decay > 0 && is_weight(call.weights, call.gradient))
    call.weights = call.weights * (1.0 - call.learning_rate * options.weight_decay);
  call.gradient = limited(call.gradient, options.clip_value);
  return kind.rule(call);
}

/// Adds the running means of what the parameters become.
void add_averages(TrainingStep& step, std::span<const Value> parameters, double decay) {
  Graph& graph = *step.loss.graph;
  const Value taken = graph.parameter("average.step", Shape({}, DType::f64));
  step.state.push_back({taken, {Initializer::Kind::zeros}});
  const Value d = min(scalar_like(taken, decay), (taken + 1.0) / (taken + 10.0));
  const DType dtype = parameters.front().dtype();
  const auto in_type = [&](Value x) { return dtype == DType::f64 ? x : cast(x, dtype); };
  const Value old_share = in_type(d), new_share = in_type(1.0 - d);
  std::vector<Update> updates = {{taken, taken + 1.0}};
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Shape shape = parameters[i].shape();
    const Value average = graph.parameter(fmt::format("average/{}", graph.label(parameters[i].id)), shape);
    step.averages.push_back({average, {Initializer::Kind::zeros}});
    updates.push_back({average, average * old_share + step.updates[i].next * new_share});
  }
  step.updates.insert(step.updates.end(), updates.begin(), updates.end());
}

void add_updates(TrainingStep& step, std::span<const Update> more) {
  std::set<int> targets;
  for (const Update& update : step.updates) targets.insert(update.target.id);
  for (const Update& update : more) {
    if (!targets.insert(update.target.id).second)
      fail("[training] \"{}\" is changed by the step already", step.loss.graph->label(update.target.id));
    step.updates.push_back(update);
  }
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

TrainingStep training_step(Value loss, std::span<const Value> parameters, const StepOptions& options,
                           std::span<const Update> more) {
  const OptimizerDef& kind = *options.optimizer.kind;
  const Attributes settings = completed(kind, options.optimizer.settings);
  check(kind, parameters);
  check(options);
  Graph& graph = *loss.graph;
  const std::vector<Value> gradients = gradients_of(loss, parameters, options);

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
    const RuleResult result = is_sparse(gradients[i]) ? apply_to_rows(kind, call, options.clip_value)
                                                      : apply_to_all(kind, call, options);
    step.updates.push_back({weights, result.weights});
    for (size_t s = 0; s < state.size(); ++s) state_updates.push_back({state[s], result.state[s]});
  }
  step.updates.insert(step.updates.end(), state_updates.begin(), state_updates.end());
  if (options.average > 0) add_averages(step, parameters, options.average);
  add_updates(step, more);
  return step;
}

TrainingStep training_step(Value loss, std::span<const Value> parameters, const OptimizerSpec& spec) {
  return training_step(loss, parameters, StepOptions{.optimizer = spec});
}

}  // namespace kette
