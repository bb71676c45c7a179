// adamw: Adam with a decay of the weights that does not pass through its running means.
#include "kette/ops/ops.h"
#include "kette/optim/adam_moments.h"

namespace kette {
namespace {

std::vector<Hyperparameter> settings() {
  std::vector<Hyperparameter> all = adam_settings();
  all.push_back({"weight_decay", 0.01, 0, 1e6});
  return all;
}

}  // namespace

const OptimizerDef kAdamw{
    .name = "adamw",
    .formula =
        "θ ← θ·(1 − η·λ), then as adam [Loshchilov & Hutter 2019, \"Decoupled Weight Decay Regularization\"; "
        "the "
        "form of PyTorch's AdamW]",
    .settings = settings(),
    .state = {"m", "v"},
    .counts_steps = true,
    .rule =
        [](const RuleCall& c) {
          const AdamMoments moments = adam_moments(c);
          const Value shrink = 1.0 - c.learning_rate * c.settings.real("weight_decay");
          return RuleResult{c.weights * shrink - moments.change, {moments.m, moments.v}};
        },
};

}  // namespace kette
