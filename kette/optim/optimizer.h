// Optimisers: how parameters follow the gradient downhill. A step is part of the graph, so forward pass,
// backward pass and update of one training step are one program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/graph/attributes.h"
#include "kette/graph/update.h"
#include "kette/nn/parameters.h"

namespace kette {

/// A setting of an optimiser, in [low, high).
struct Hyperparameter {
  std::string_view name;
  double initial;
  double low;
  double high;
};

/// What a rule sees of one parameter. With a sparse gradient (of a looked-up table) weights, gradient and
/// state are the rows concerned, so a rule must work element by element.
struct RuleCall {
  Value weights;
  Value gradient;
  std::span<const Value> state;  // one per name in OptimizerDef::state
  Value learning_rate;           // η, a scalar of the weights' type
  Value step;                    // t = 1, 2, …, an f64 scalar; empty unless OptimizerDef::counts_steps
  const Attributes& settings;    // all of OptimizerDef::settings
};

/// Values after the step.
struct RuleResult {
  Value weights;
  std::vector<Value> state = {};
};

/// Everything about one optimiser, in one place. Adding one: a file with this, and a line in the catalogue.
struct OptimizerDef {
  std::string_view name;
  std::string_view formula;  // with its source
  std::vector<Hyperparameter> settings = {};
  std::vector<std::string_view> state = {};  // kept for each parameter, of its shape, zero at first
  bool counts_steps = false;
  RuleResult (*rule)(const RuleCall&) = nullptr;
};

extern const OptimizerDef kSgd, kMomentum, kNesterov, kAdam, kAdamw;

std::span<const OptimizerDef* const> optimizers();
/// Throws Error that lists the choices.
const OptimizerDef& parse_optimizer(std::string_view name);

/// An optimiser with its settings: `{&kAdam}`, `{&kAdam, {{"beta1", 0.8}}}`.
struct OptimizerSpec {
  const OptimizerDef* kind = &kSgd;
  Attributes settings = {};  // the others have their initial values
};

struct TrainingStep {
  Value loss;
  Value learning_rate;  // η: the scalar input "learning_rate", so that it changes without recompiling
  std::vector<Update> updates;   // of the parameters, then of the state
  std::vector<Parameter> state;  // the optimiser's own: "adam.m/W1", …; "adam.step", the steps taken (f64)
};

/// One step of gradient descent on `loss` (a scalar) for every one of `parameters` (parameter nodes of one
/// floating-point type). Appends the gradient and the update to the graph.
///
/// Where the gradient concerns some rows of a table only (an embedding), only these rows and their state
/// change, and the step costs O(batch), not O(vocabulary). For optimisers with state this is the "lazy"
/// variant: rows that do not appear neither move nor forget, as in PyTorch's SparseAdam.
///
/// Throws Error for a value that is not a parameter or given twice, types that differ, an unknown setting or
/// one out of range.
TrainingStep training_step(Value loss, std::span<const Value> parameters, const OptimizerSpec& spec = {});

}  // namespace kette
