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

extern const OptimizerDef kSgd, kMomentum, kNesterov, kRmsprop, kAdagrad, kAdam, kAdamw;

std::span<const OptimizerDef* const> optimizers();
/// Throws Error that lists the choices.
const OptimizerDef& parse_optimizer(std::string_view name);

/// An optimiser with its settings: `{&kAdam}`, `{&kAdam, {{"beta1", 0.8}}}`.
struct OptimizerSpec {
  const OptimizerDef* kind = &kSgd;
  Attributes settings = {};  // the others have their initial values
};

/// What one training step does, in the order in which it is done. Apart from the optimiser, everything is off
/// at 0 and then leaves no node behind. *Weights* are the parameters of rank ≥ 2 whose gradient is not that
/// of a looked-up table: biases, scales and embeddings are neither penalised nor decayed.
struct StepOptions {
  /// λ1·Σ|w| + λ2/2·Σw² over the weights is added to what is made small: g ← g + λ1·sign(w) + λ2·w.
  double l1 = 0;
  double l2 = 0;
  /// The gradient of all parameters together is shortened to this Euclidean norm, g ← g·min(1, c/‖g‖)
  /// [Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks"].
  double clip_norm = 0;
  /// Every element of the gradient is limited to [−c, c].
  double clip_value = 0;
  /// θ ← θ·(1 − η·λ) of the weights, before the rule of any optimiser [Loshchilov & Hutter 2019, "Decoupled
  /// Weight Decay Regularization"]. adamw's own setting comes on top.
  double weight_decay = 0;
  OptimizerSpec optimizer = {};
  /// In [0, 1): running means of the parameters, a ← d·a + (1−d)·θ with d = min(average, (1+t)/(10+t)) after
  /// t earlier steps, so that the first values are soon forgotten [Polyak & Juditsky 1992, "Acceleration of
  /// Stochastic Approximation by Averaging"]. A pass over all parameters, whole embeddings included.
  double average = 0;
};

struct TrainingStep {
  Value loss;           // as given: without the penalties
  Value learning_rate;  // η: the scalar input "learning_rate", so that it changes without recompiling
  std::vector<Update> updates;   // of the parameters, the state, the averages, then those given besides
  std::vector<Parameter> state;  // the optimiser's own: "adam.m/W1", …; "adam.step", the steps taken (f64)
  /// With StepOptions::average: "average/W1", … for the parameters in their order. They must start with the
  /// values of the parameters, which no initialiser knows.
  std::vector<Parameter> averages = {};
};

/// One step of gradient descent on `loss` (a scalar) for every one of `parameters` (parameter nodes of one
/// floating-point type). Appends the gradient and the update to the graph.
///
/// Where the gradient concerns some rows of a table only (an embedding), only these rows and their state
/// change, and the step costs O(batch), not O(vocabulary). For optimisers with state this is the "lazy"
/// variant: rows that do not appear neither move nor forget, as in PyTorch's SparseAdam.
///
/// `more` are further updates that the same step carries out, such as an Mlp's running statistics.
///
/// Throws Error for a value that is not a parameter or given twice, types that differ, an unknown setting,
/// one out of range, or a value that `more` changes as well.
TrainingStep training_step(Value loss, std::span<const Value> parameters, const StepOptions& options,
                           std::span<const Update> more = {});
TrainingStep training_step(Value loss, std::span<const Value> parameters, const OptimizerSpec& spec = {});

}  // namespace kette
