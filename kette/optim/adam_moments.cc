#include "kette/optim/adam_moments.h"

#include "kette/ops/ops.h"

namespace kette {
namespace {

/// 1 − β^t in float64: in float32 the difference would lose half its digits in the first steps.
Value bias_correction(double beta, Value step) { return 1.0 - pow(scalar_like(step, beta), step); }

Value in_type_of(Value x, Value scalar) {
  return scalar.dtype() == x.dtype() ? scalar : cast(scalar, x.dtype());
}

}  // namespace

std::vector<Hyperparameter> adam_settings() {
  return {{"beta1", 0.9, 0, 1}, {"beta2", 0.999, 0, 1}, {"epsilon", 1e-8, 1e-30, 1}};
}

AdamMoments adam_moments(const RuleCall& c) {
  const double beta1 = c.settings.real("beta1"), beta2 = c.settings.real("beta2"),
               epsilon = c.settings.real("epsilon");
  const Value g = c.gradient;
  const Value m = c.state[0] * beta1 + g * (1 - beta1);
  const Value v = c.state[1] * beta2 + square(g) * (1 - beta2);

  // η·(m/c1)/(√(v/c2) + ε) = (η·√c2/c1)·m/(√v + ε·√c2): what is in parentheses are scalars, and interning
  // makes them the same nodes for all parameters.
  const Value c1 = bias_correction(beta1, c.step), root = sqrt(bias_correction(beta2, c.step));
  const Value rate = c.learning_rate * in_type_of(g, root / c1);
  return {.change = rate * (m / (sqrt(v) + in_type_of(g, root * epsilon))), .m = m, .v = v};
}

}  // namespace kette
