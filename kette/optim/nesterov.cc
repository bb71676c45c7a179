// nesterov: momentum that looks ahead, taking the gradient where the velocity leads.
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {

const OptimizerDef kNesterov{
    .name = "nesterov",
    .formula =
        "v ← μ·v + g;  θ ← θ − η·(g + μ·v) [Nesterov 1983; Sutskever et al. 2013, \"On the importance of "
        "initialization and momentum in deep learning\"; the form of PyTorch's SGD]",
    .settings = {{"momentum", 0.9, 0, 1}},
    .state = {"v"},
    .rule =
        [](const RuleCall& c) {
          const double mu = c.settings.real("momentum");
          const Value v = c.state[0] * mu + c.gradient;
          return RuleResult{c.weights - c.learning_rate * (c.gradient + v * mu), {v}};
        },
};

}  // namespace kette
