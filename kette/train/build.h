// From a data set to a network that can be trained: one graph from raw features to the prediction and to the
// loss.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/dataset.h"
#include "kette/data/preparation.h"
#include "kette/graph/update.h"
#include "kette/model/model.h"
#include "kette/nn/mlp.h"
#include "kette/train/objective.h"
#include "kette/train/target_scaling.h"

namespace kette {

/// What the last layer says.
enum class OutputForm : uint8_t {
  softmax,   // classes: a score per class, softmax over them (binary: two scores)
  sigmoid,   // binary: one score, P(second class) = σ(score); regression: σ on the output
  identity,  // regression: any number
};

/// "softmax", "sigmoid", "identity"; parsing throws Error that lists the choices.
std::string_view to_string(OutputForm form);
OutputForm parse_output_form(std::string_view text);
/// All of them, in the order of the enumeration.
std::span<const OutputForm> output_forms();
/// What a task gets unless told otherwise: identity, or softmax.
OutputForm default_output_form(data::Task task);

struct NetworkOptions {
  std::vector<int64_t> hidden = {64, 32};                    // units of the hidden layers; may be empty
  std::vector<Activation> activations = {Activation::relu};  // one for each hidden layer, or one for all
  std::optional<Initializer> initializer = {};               // of all weights; absent: chosen by activation
  std::optional<OutputForm> output = {};
  std::optional<Loss> loss = {};
  std::vector<double> dropout = {
      0};                    // share of each hidden layer's units, one for each or one for all; in [0, 1)
  double input_dropout = 0;  // the same of the prepared features
  Normalization normalization = Normalization::none;  // of the hidden layers
  double label_smoothing = 0;                         // of classes, with the cross-entropy; in [0, 1)
  std::optional<TargetScaling::Kind> target_scaling =
      {};  // of a regression; absent: standard, with sigmoid min_max
  data::PreparationOptions preparation = {};
  bool weighted = false;  // samples have weights
};

/// Rows to learn from or to measure on.
struct Samples {
  data::Matrix features;  // f32 [rows, columns], raw
  Tensor targets;       // regression: f32 [rows, targets] in their units; classes: i64 [rows], their indices
  Tensor weights = {};  // f32 [rows, 1], how much each row counts (mean 1); empty: all the same

  int64_t rows() const { return features.shape()[0]; }
};

/// The given rows of the data set, in that order.
Samples select(const data::Dataset& dataset, std::span<const int64_t> rows);
/// The same; takes the data set's matrix `x` away instead of copying it where the rows are all, in order.
Samples take(data::Dataset& dataset, std::span<const int64_t> rows);
/// The same when features and target come apart (as data::target_values and data::target_classes give it).
Samples samples(data::Matrix features, const Tensor& target);

struct Network {
  Model model;
  std::vector<Parameter> parameters;  // what descent changes
  Objective objective;
  std::vector<Parameter> statistics =
      {};  // kept by `updates`, not by descent: running means of batch normalisation
  std::vector<Update> updates = {};  // to be carried out at every step of training
  // What it was built from, see average_networks().
  NetworkOptions options = {};
  std::vector<data::Preparation> preparation = {};
  TargetScaling target_scaling = {};
};

/// Preprocessing is fitted on `training_rows` alone (see data::fit_preparation) and part of the graph, as is
/// the scaling of a regression's target. First values of the parameters follow from `seed`.
///
/// Throws Error for no training row, a hidden layer of no units, activations or dropouts that are neither one
/// nor as many as hidden layers, and an output form, loss or scaling that does not fit the task.
Network build_network(const data::Dataset& dataset, std::span<const int64_t> training_rows,
                      const NetworkOptions& options, uint64_t seed);

/// The same with a preparation that is fitted already, for several networks on the same prepared rows.
Network build_network(const data::Dataset& dataset, std::vector<data::Preparation> preparation,
                      std::span<const int64_t> training_rows, const NetworkOptions& options, uint64_t seed);

/// Whether descent changes a model's parameter of that name; running statistics of batch normalisation are kept
/// otherwise.
bool is_trained(const Model& model, std::string_view parameter);

/// A trained model, to be trained further on rows that are encoded by its schema: its preprocessing stays as
/// it is. Statistics of batch normalisation stay, too. Its loss is the task's default on the scores; for a
/// regression the squared error of the prediction in units of the targets' deviation in `training_rows`.
Network continue_network(Model model, const data::Dataset& dataset, std::span<const int64_t> training_rows,
                         bool weighted = false);

/// One model that says the mean of what the networks say: of their predictions, or of their probabilities.
/// They must be of one data set; preparations, architectures, losses and target scalings may differ.
Model average_networks(std::span<const Network* const> networks);

}  // namespace kette
