#include "kette/train/build.h"

#include <algorithm>
#include <array>

#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/data/standardize.h"
#include "kette/nn/losses.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using data::Task;

constexpr std::array<std::string_view, 3> kOutputForms = {"softmax", "sigmoid", "identity"};
constexpr std::array<std::string_view, 6> kLosses = {
    "squared-error", "mean-squared-error", "mean-absolute-error", "huber", "cross-entropy", "hinge"};

template <class Choice, size_t n>
Choice parse_choice(std::string_view what, std::string_view text,
                    const std::array<std::string_view, n>& names) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end())
    fail("[{}] \"{}\" is unknown; expected one of {}", what, text, fmt::join(names, ", "));
  return static_cast<Choice>(found - names.begin());
}

/// One number per column, as the constant [columns].
Value row(Graph& graph, std::span<const double> numbers) {
  Tensor tensor(Shape({static_cast<int64_t>(numbers.size())}));
  for (size_t i = 0; i < numbers.size(); ++i) tensor.set(static_cast<int64_t>(i), numbers[i]);
  return graph.constant(std::move(tensor));
}

/// How the target is moved to where a network's output is at home, and back: t = (y − shift) / scale.
struct TargetScale {
  double shift = 0, scale = 1;
};

TargetScale fit_target(const Tensor& y, std::span<const int64_t> rows, OutputForm form) {
  if (form == OutputForm::identity) {
    const data::Standardizer fitted = data::Standardizer::fit(y, rows);
    return {fitted.mean[0], fitted.scale[0]};
  }
  double low = y.at(rows.front()), high = low;
  for (const int64_t i : rows) low = std::min(low, y.at(i)), high = std::max(high, y.at(i));
  return {low, high > low ? high - low : 1};
}

void check_choices(Task task, OutputForm form, Loss loss) {
  const bool form_fits = task == Task::regression ? form != OutputForm::softmax
                         : task == Task::binary   ? form != OutputForm::identity
                                                  : form == OutputForm::softmax;
  if (!form_fits)
    fail("[network] a {} task cannot have the output {}; expected {}", to_string(task), to_string(form),
         task == Task::regression ? "identity or sigmoid"
         : task == Task::binary   ? "softmax or sigmoid"
                                  : "softmax");
  const bool is_class_loss = loss == Loss::cross_entropy || loss == Loss::hinge;
  if (loss != Loss::squared_error && is_class_loss != (task != Task::regression))
    fail("[network] a {} task cannot have the loss {}; expected {}", to_string(task), to_string(loss),
         task == Task::regression ? "squared-error, mean-squared-error, mean-absolute-error or huber"
                                  : "cross-entropy, hinge or squared-error");
}

std::vector<LayerSpec> layers_of(const NetworkOptions& options, int64_t outputs, Activation last) {
  const size_t depth = options.hidden.size(), given = options.activations.size();
  if (depth > 0 && given != 1 && given != depth)
    fail("[network] {} activations for {} hidden layers; expected one for all, or one for each", given,
         depth);
  std::vector<LayerSpec> layers;
  for (size_t i = 0; i < depth; ++i)
    layers.push_back({.units = options.hidden[i],
                      .activation = options.activations[given == 1 ? 0 : i],
                      .initializer = options.initializer});
  layers.push_back({.units = outputs, .activation = last, .initializer = options.initializer});
  return layers;
}

Objective add_regression_objective(Model& model, Loss loss, const TargetScale& scale) {
  Graph& graph = *model.graph;
  const Value target = graph.input("target", Shape({kBatch, 1}));
  const Value expected = (target - scale.shift) / scale.scale;
  const auto measure = loss == Loss::squared_error         ? squared_error
                       : loss == Loss::mean_squared_error  ? mean_squared_error
                       : loss == Loss::mean_absolute_error ? mean_absolute_error
                                                           : nullptr;
  const Value result =
      measure ? measure(model.scores, expected, Reduction::mean) : huber(model.scores, expected);
  const Value named = graph.name(result, "loss");
  return {.target = target, .loss = named, .training_loss = named};
}

}  // namespace

std::string_view to_string(OutputForm form) { return kOutputForms[static_cast<size_t>(form)]; }
std::string_view to_string(Loss loss) { return kLosses[static_cast<size_t>(loss)]; }
OutputForm parse_output_form(std::string_view text) {
  return parse_choice<OutputForm>("output", text, kOutputForms);
}
Loss parse_loss(std::string_view text) { return parse_choice<Loss>("loss", text, kLosses); }

OutputForm default_output_form(Task task) {
  return task == Task::regression ? OutputForm::identity : OutputForm::softmax;
}
Loss default_loss(Task task) { return task == Task::regression ? Loss::squared_error : Loss::cross_entropy; }

Samples samples(Tensor features, const Tensor& target) {
  const int64_t rows = target.size();
  return {std::move(features), target.dtype() == DType::i64 ? target : target.reshaped(Shape({rows, 1}))};
}

Samples select(const data::Dataset& dataset, std::span<const int64_t> rows) {
  return samples(data::gather_rows(dataset.x, rows), data::gather_rows(dataset.y, rows));
}

Objective add_class_objective(Model& model, Loss loss) {
  Graph& graph = *model.graph;
  const Value target = graph.input("target", Shape({kBatch}, DType::i64));
  const int64_t scores = model.scores.shape()[1], classes = model.prediction.shape()[1];
  const auto is_second = [&] { return cast(reshape(target, {kBatch, 1}), DType::f32); };
  Value result;
  if (loss == Loss::squared_error)
    result = squared_error(model.prediction, one_hot(target, classes));
  else if (loss == Loss::hinge)
    result = scores == 1 ? hinge(model.scores, is_second() * 2 - 1) : multiclass_hinge(model.scores, target);
  else
    result =
        scores == 1 ? binary_cross_entropy(model.scores, is_second()) : cross_entropy(model.scores, target);
  const Value named = graph.name(result, "loss");
  return {.target = target, .loss = named, .training_loss = named};
}

Network build_network(const data::Dataset& dataset, std::span<const int64_t> training_rows,
                      const NetworkOptions& options, uint64_t seed) {
  const Task task = dataset.task;
  const OutputForm form = options.output.value_or(default_output_form(task));
  const Loss loss = options.loss.value_or(default_loss(task));
  check_choices(task, form, loss);
  const data::Standardizer fitted = data::Standardizer::fit(dataset.x, training_rows);

  Network network;
  Model& model = network.model;
  Graph& graph = *model.graph;
  model.schema = {task, dataset.features, dataset.target, dataset.labels};
  model.features = graph.input("features", Shape({kBatch, fitted.columns()}));
  model.prepared =
      graph.name((model.features - row(graph, fitted.mean)) / row(graph, fitted.scale), "prepared");

  const bool is_regression = task == Task::regression;
  const int64_t outputs = form == OutputForm::softmax ? dataset.classes() : 1;
  const Activation last =
      is_regression && form == OutputForm::sigmoid ? Activation::sigmoid : Activation::identity;
  const Mlp layers = mlp(model.prepared, layers_of(options, outputs, last));
  network.parameters = layers.parameters;
  model.scores = graph.name(layers.output, "scores");

  if (is_regression) {
    const TargetScale scale = fit_target(dataset.y, training_rows, form);
    model.prediction = graph.name(model.scores * scale.scale + scale.shift, "prediction");
    network.objective = add_regression_objective(model, loss, scale);
  } else {
    const Value p = form == OutputForm::softmax ? softmax(model.scores) : sigmoid(model.scores);
    const std::array both = {1 - p, p};
    model.prediction = graph.name(form == OutputForm::softmax ? p : concat(both, 1), "probabilities");
    network.objective = add_class_objective(model, loss);
  }
  model.parameters = initialized(network.parameters, seed);
  return network;
}

}  // namespace kette
