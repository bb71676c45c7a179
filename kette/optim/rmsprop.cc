// rmsprop: steps divided by the root of a running mean of the squared gradient.
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {

const OptimizerDef kRmsprop{
    .name = "rmsprop",
    .formula =
        "v ← α·v + (1−α)·g²;  θ ← θ − η·g/(√v + ε) [Tieleman & Hinton 2012, \"Neural Networks for Machine "
        "Learning\", lecture 6.5; the form of PyTorch's RMSprop]",
    .settings = {{"alpha", 0.99, 0, 1}, {"epsilon", 1e-8, 1e-30, 1}},
    .state = {"v"},
    .rule =
        [](const RuleCall& c) {
          const double alpha = c.settings.real("alpha");
          const Value v = c.state[0] * alpha + square(c.gradient) * (1 - alpha);
          const Value direction = c.gradient / (sqrt(v) + c.settings.real("epsilon"));
          return RuleResult{c.weights - c.learning_rate * direction, {v}};
        },
};

}  // namespace kette
