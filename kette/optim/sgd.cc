// sgd: plain gradient descent.
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette {

const OptimizerDef kSgd{
    .name = "sgd",
    .formula = "θ ← θ − η·g [Robbins & Monro 1951, \"A Stochastic Approximation Method\"]",
    .rule = [](const RuleCall& c) { return RuleResult{c.weights - c.learning_rate * c.gradient}; },
};

}  // namespace kette
