// adam: a step of its own size for every weight, from running means of the gradient and its square.
#include "kette/ops/ops.h"
#include "kette/optim/adam_moments.h"

namespace kette {

const OptimizerDef kAdam{
    .name = "adam",
    .formula =
        "m ← β1·m + (1−β1)·g;  v ← β2·v + (1−β2)·g²;  θ ← θ − η·m̂/(√v̂ + ε), m̂ = m/(1−β1^t), v̂ = v/(1−β2^t) "
        "[Kingma & Ba 2015, \"Adam: A Method for Stochastic Optimization\", algorithm 1]",
    .settings = adam_settings(),
    .state = {"m", "v"},
    .counts_steps = true,
    .rule =
        [](const RuleCall& c) {
          const AdamMoments moments = adam_moments(c);
          return RuleResult{c.weights - moments.change, {moments.m, moments.v}};
        },
};

}  // namespace kette
