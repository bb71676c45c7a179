// momentum: descent with a velocity that remembers earlier gradients.
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {

const OptimizerDef kMomentum{
    .name = "momentum",
    .formula =
        "v ← μ·v + g;  θ ← θ − η·v [Polyak 1964, \"Some methods of speeding up the convergence of iteration "
        "methods\"; the form of PyTorch's SGD]",
    .settings = {{"momentum", 0.9, 0, 1}},
    .state = {"v"},
    .rule =
        [](const RuleCall& c) {
          const Value v = c.state[0] * c.settings.real("momentum") + c.gradient;
          return RuleResult{c.weights - c.learning_rate * v, {v}};
        },
};

}  // namespace kette
