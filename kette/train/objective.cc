#include "kette/train/objective.h"

#include "kette/base/choice.h"
#include "kette/nn/losses.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr std::array<std::string_view, 6> kLosses = {
    "squared-error", "mean-squared-error", "mean-absolute-error", "huber", "cross-entropy", "hinge"};

constexpr auto kAllLosses = choices_of<Loss>(kLosses);

/// One loss for each sample [N,1], or their mean, a scalar.
Value loss_of(const Answer& answer, Value target, const LossOptions& options, const TargetScaling& scaling,
              Reduction reduction) {
  const Value scores = answer.scores;
  if (is_float(target.dtype())) {
    const Value expected = scaling.forward(target);
    if (options.loss == Loss::huber) return huber(scores, expected, 1, reduction);
    if (options.loss == Loss::squared_error) return squared_error(scores, expected, reduction);
    if (options.loss == Loss::mean_squared_error) return mean_squared_error(scores, expected, reduction);
    return mean_absolute_error(scores, expected, reduction);
  }
  const bool is_single = scores.shape()[1] == 1;
  const auto is_second = [&] { return cast(reshape(target, {kBatch, 1}), DType::f32); };
  if (options.loss == Loss::squared_error)
    return squared_error(answer.probabilities, one_hot(target, answer.probabilities.shape()[1]), reduction);
  if (options.loss == Loss::hinge)
    return is_single ? hinge(scores, is_second() * 2 - 1, reduction)
                     : multiclass_hinge(scores, target, reduction);
  if (options.smoothing > 0)
    return is_single ? binary_cross_entropy(scores, is_second(), options.smoothing, reduction)
                     : cross_entropy(scores, target, options.smoothing, reduction);
  return is_single ? binary_cross_entropy(scores, is_second(), reduction)
                   : cross_entropy(scores, target, reduction);
}

}  // namespace

std::string_view to_string(Loss loss) { return kLosses[static_cast<size_t>(loss)]; }
Loss parse_loss(std::string_view text) { return parse_choice<Loss>("loss", text, kLosses); }
std::span<const Loss> losses() { return kAllLosses; }
Loss default_loss(data::Task task) {
  return task == data::Task::regression ? Loss::squared_error : Loss::cross_entropy;
}

Objective add_objective(const Answer& inference, const Answer& training, const LossOptions& options,
                        const TargetScaling& scaling) {
  Graph& graph = *inference.scores.graph;
  const bool is_class_loss = options.loss == Loss::cross_entropy || options.loss == Loss::hinge;
  const bool has_classes = is_class_loss || inference.probabilities;
  Objective objective;
  objective.target = has_classes ? graph.input("target", Shape({kBatch}, DType::i64))
                                 : graph.input("target", inference.scores.shape());
  if (options.weighted) objective.weight = graph.input("weight", Shape({kBatch, 1}));
  const auto mean_loss = [&](const Answer& answer, const LossOptions& how) {
    if (!options.weighted) return loss_of(answer, objective.target, how, scaling, Reduction::mean);
    return weighted(loss_of(answer, objective.target, how, scaling, Reduction::none), objective.weight);
  };
  LossOptions unsmoothed = options;
  unsmoothed.smoothing = 0;
  objective.loss = graph.name(mean_loss(inference, unsmoothed), "loss");
  objective.training_loss = mean_loss(training, options);
  if (objective.training_loss != objective.loss) graph.name(objective.training_loss, "training_loss");
  return objective;
}

Objective add_class_objective(Model& model, Loss loss) {
  const Answer answer{model.scores, model.prediction};
  return add_objective(answer, answer, {.loss = loss});
}

}  // namespace kette
