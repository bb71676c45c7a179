// From a data set to a network that can be trained: one graph from raw features to the prediction and to the
// loss.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kette/data/dataset.h"
#include "kette/graph/update.h"
#include "kette/model/model.h"
#include "kette/nn/mlp.h"

namespace kette {

/// What the last layer says.
enum class OutputForm : uint8_t {
  softmax,   // classes: a score per class, softmax over them (binary: two scores)
  sigmoid,   // binary: one score, P(second class) = σ(score); regression: σ on the output
  identity,  // regression: any number
};

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

/// "softmax", "sigmoid", "identity"; "squared-error", "cross-entropy", … Parsing throws Error that lists the
/// choices.
std::string_view to_string(OutputForm form);
std::string_view to_string(Loss loss);
OutputForm parse_output_form(std::string_view text);
Loss parse_loss(std::string_view text);
/// What a task gets unless told otherwise: identity and squared error, or softmax and cross-entropy.
OutputForm default_output_form(data::Task task);
Loss default_loss(data::Task task);

struct NetworkOptions {
  std::vector<int64_t> hidden = {64, 32};                    // units of the hidden layers; may be empty
  std::vector<Activation> activations = {Activation::relu};  // one for each hidden layer, or one for all
  std::optional<Initializer> initializer = {};               // of all weights; absent: chosen by activation
  std::optional<OutputForm> output = {};
  std::optional<Loss> loss = {};
};

/// Rows to learn from or to measure on.
struct Samples {
  Tensor features;  // f32 [rows, columns], raw
  Tensor targets;   // regression: f32 [rows, 1] in the target's units; classes: i64 [rows], their indices
  Tensor weights = {};  // f32 [rows, 1], how much each row counts (mean 1); empty: all the same

  int64_t rows() const { return features.shape()[0]; }
};

/// The given rows of the data set, in that order.
Samples select(const data::Dataset& dataset, std::span<const int64_t> rows);
/// The same when features and target come apart (as data::target_values and data::target_classes give it).
Samples samples(Tensor features, const Tensor& target);

/// What a network is to learn: an input for the expected answers, and the mean loss of a batch.
struct Objective {
  Value target;         // input "target": Samples::targets
  Value loss;           // node "loss", a scalar: of the network as it predicts
  Value training_loss;  // what descent makes small: `loss` itself, or the same with dropout, the batch's own statistics, …
  Value weight = {};    // input "weight", f32 [N, 1]: Samples::weights; empty when all rows count the same
  Value step = {};      // input "step", i64: the number of steps taken, for dropout's draws; empty when not needed
};

struct Network {
  Model model;
  std::vector<Parameter> parameters;         // what descent changes
  Objective objective;
  std::vector<Parameter> statistics = {};    // kept by `updates`, not by descent: running means of batch normalisation
  std::vector<Update> updates = {};          // to be carried out at every step of training
};

/// Features are standardised by mean and deviation of `training_rows` alone, with these constants in the
/// graph. For regression the network learns the target in standard units (with output sigmoid: moved from the
/// training rows' [minimum, maximum] to [0, 1]), and the prediction is moved back. First values of the
/// parameters follow from `seed`.
///
/// Throws Error for no training row, a hidden layer of no units, activations that are neither one nor as many
/// as hidden layers, and an output form or loss that does not fit the task.
Network build_network(const data::Dataset& dataset, std::span<const int64_t> training_rows,
                      const NetworkOptions& options, uint64_t seed);

/// Appends an objective to a model of classes, e.g. one read from a file. `loss` as for Loss.
Objective add_class_objective(Model& model, Loss loss);

}  // namespace kette
