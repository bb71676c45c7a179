// What a network is to learn.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kette/model/model.h"
#include "kette/train/target_scaling.h"

namespace kette {

/// How far the network is from what was expected. Regression: the first four, on the scaled target; classes:
/// squared error (of the probabilities against 0 and 1), cross-entropy or hinge (of the scores).
enum class Loss : uint8_t {
  squared_error,
  mean_squared_error,
  mean_absolute_error,
  huber,
  cross_entropy,
  hinge
};

/// "squared-error", "cross-entropy", … Parsing throws Error that lists the choices.
std::string_view to_string(Loss loss);
Loss parse_loss(std::string_view text);
/// All of them, in the order of the enumeration.
std::span<const Loss> losses();
/// What a task gets unless told otherwise: squared error, or cross-entropy.
Loss default_loss(data::Task task);

/// An input for the expected answers, and the mean loss of a batch.
struct Objective {
  Value target;         // input "target": Samples::targets
  Value loss;           // node "loss", a scalar: of the network as it predicts
  Value training_loss;  // what descent makes small: `loss` itself, or the same with dropout, the batch's own
                        // statistics, …
  Value weight = {};    // input "weight", f32 [N, 1]: Samples::weights; empty when all rows count the same
  Value step =
      {};  // input "step", i64: the number of steps taken, for dropout's draws; empty when not needed
};

struct LossOptions {
  Loss loss = Loss::squared_error;
  double smoothing = 0;   // of labels, in [0, 1): with the cross-entropy, for training only
  bool weighted = false;  // rows count as the input "weight" says
};

/// The loss of scores and, for the squared error of classes, of the probabilities that follow from them.
struct Answer {
  Value scores;
  Value probabilities = {};
};

/// Appends the objective. `training` is the answer in the form that is trained (see nn/form.h), `inference`
/// the one that predicts; they may be the same.
Objective add_objective(const Answer& inference, const Answer& training, const LossOptions& options,
                        const TargetScaling& scaling = {.kind = TargetScaling::Kind::none});

/// Appends an objective to a model of classes, e.g. one read from a file. `loss` as for Loss.
Objective add_class_objective(Model& model, Loss loss);

}  // namespace kette
