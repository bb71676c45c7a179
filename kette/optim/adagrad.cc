// adagrad: a rate for every weight that falls with the sum of its squared gradients.
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {

const OptimizerDef kAdagrad{
    .name = "adagrad",
    .formula =
        "s ← s + g²;  θ ← θ − η·g/(√s + ε) [Duchi, Hazan & Singer 2011, \"Adaptive Subgradient Methods for "
        "Online Learning and Stochastic Optimization\", section 1.1, diagonal; the form of PyTorch's "
        "Adagrad]",
    .settings = {{"epsilon", 1e-10, 1e-30, 1}},
    .state = {"s"},
    .rule =
        [](const RuleCall& c) {
          const Value s = c.state[0] + square(c.gradient);
          const Value direction = c.gradient / (sqrt(s) + c.settings.real("epsilon"));
          return RuleResult{c.weights - c.learning_rate * direction, {s}};
        },
};

}  // namespace kette
