#include "kette/train/build.h"

#include <algorithm>
#include <utility>

#include "kette/base/choice.h"
#include "kette/data/batches.h"
#include "kette/nn/losses.h"
#include "kette/ops/ops.h"
#include "kette/train/network_nodes.h"
#include "kette/train/preparation_nodes.h"

namespace kette {
namespace {

using data::Task;

constexpr std::array<std::string_view, 3> kOutputForms = {"softmax", "sigmoid", "identity"};
constexpr auto kAllOutputForms = choices_of<OutputForm>(kOutputForms);

/// Fills in what is absent, and checks what is given.
NetworkOptions completed(NetworkOptions options, Task task) {
  const OutputForm form = options.output.value_or(default_output_form(task));
  const Loss loss = options.loss.value_or(default_loss(task));
  const bool is_regression = task == Task::regression;
  const bool form_fits = is_regression          ? form != OutputForm::softmax
                         : task == Task::binary ? form != OutputForm::identity
                                                : form == OutputForm::softmax;
  if (!form_fits)
    fail("[network] a {} task cannot have the output {}; expected {}", to_string(task), to_string(form),
         is_regression          ? "identity or sigmoid"
         : task == Task::binary ? "softmax or sigmoid"
                                : "softmax");
  const bool is_class_loss = loss == Loss::cross_entropy || loss == Loss::hinge;
  if (loss != Loss::squared_error && is_class_loss == is_regression)
    fail("[network] a {} task cannot have the loss {}; expected {}", to_string(task), to_string(loss),
         is_regression ? "squared-error, mean-squared-error, mean-absolute-error or huber"
                       : "cross-entropy, hinge or squared-error");
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1))
    fail("[network] label smoothing is {}; expected a number in [0, 1)", options.label_smoothing);
  if (options.label_smoothing > 0 && loss != Loss::cross_entropy)
    fail("[network] label smoothing goes with the loss cross-entropy only; found {}", to_string(loss));
  if (!(options.input_dropout >= 0 && options.input_dropout < 1))
    fail("[network] the dropout of the inputs is {}; expected a number in [0, 1)", options.input_dropout);
  if (options.target_scaling && !is_regression)
    fail("[network] a {} task has no target to scale", to_string(task));
  const auto usual =
      form == OutputForm::sigmoid ? TargetScaling::Kind::min_max : TargetScaling::Kind::standard;
  if (is_regression && form == OutputForm::sigmoid && options.target_scaling.value_or(usual) != usual)
    fail("[network] a sigmoid output lies between 0 and 1; expected the target scaling min-max, found {}",
         to_string(*options.target_scaling));
  if (is_regression && !options.target_scaling) options.target_scaling = usual;
  options.output = form;
  options.loss = loss;
  return options;
}

/// Codes that no training row holds have rows in an embedding nevertheless: zeros, which say nothing.
void clear_unknown_codes(Network& network) {
  const std::vector<std::string> names = embedding_names(network.preparation);
  auto name = names.begin();
  for (const data::Preparation& p : network.preparation) {
    if (p.kind != data::Preparation::Kind::embedding) continue;
    Tensor& table = network.model.parameters.at(*name++);
    const auto clear = [&](int64_t code) {
      for (int64_t i = 0; i < p.columns; ++i) table.set(code * p.columns + i, 0);
    };
    if (!p.knows_other) clear(p.codes - 2);
    if (!p.knows_missing) clear(p.codes - 1);
  }
}

/// Running means and variances, by the names that nn/mlp.h gives them: "m1", "net2.v3".
bool is_statistic(std::string_view name) {
  if (const size_t point = name.rfind('.'); point != std::string_view::npos) name.remove_prefix(point + 1);
  return name.size() > 1 && (name[0] == 'm' || name[0] == 'v') &&
         name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool needs_steps(const NetworkOptions& options) {
  return options.input_dropout > 0 ||
         std::ranges::any_of(options.dropout, [](double rate) { return rate > 0; });
}

/// Prediction and scores from the last layer's outputs, and their names.
void finish_model(Model& model, Value outputs, const TargetScaling& scaling) {
  Graph& graph = *model.graph;
  model.scores = graph.name(outputs, "scores");
  model.prediction = model.schema.task == Task::regression
                         ? graph.name(scaling.inverse(model.scores), "prediction")
                         : graph.name(probabilities_of(model.scores), "probabilities");
}

Model start_model(const Schema& schema, std::span<const std::vector<data::Preparation>> preparations) {
  Model model;
  model.schema = schema;
  model.features = model.graph->input("features", Shape({kBatch, data::total_width(schema.features)}));
  model.prepared = add_preparation(model.features, preparations);
  return model;
}

}  // namespace

std::string_view to_string(OutputForm form) { return kOutputForms[static_cast<size_t>(form)]; }
OutputForm parse_output_form(std::string_view text) {
  return parse_choice<OutputForm>("output", text, kOutputForms);
}
std::span<const OutputForm> output_forms() { return kAllOutputForms; }
OutputForm default_output_form(Task task) {
  return task == Task::regression ? OutputForm::identity : OutputForm::softmax;
}

Samples samples(data::Matrix features, const Tensor& target) {
  const bool is_column = target.dtype() != DType::i64 && target.shape().rank() == 1;
  return {std::move(features), is_column ? target.reshaped(Shape({target.size(), 1})) : target};
}

Samples select(const data::Dataset& dataset, std::span<const int64_t> rows) {
  Samples chosen = samples(data::gather_rows(dataset.x, rows), data::gather_rows(dataset.y, rows));
  if (dataset.weights.size() > 0) chosen.weights = data::gather_rows(dataset.weights, rows);
  return chosen;
}

Samples take(data::Dataset& dataset, std::span<const int64_t> rows) {
  const bool are_all = std::ssize(rows) == dataset.rows() && (rows.empty() || rows.front() == 0) &&
                       data::are_consecutive(rows);
  if (!are_all) return select(dataset, rows);
  Samples all = samples(std::exchange(dataset.x, {}), dataset.y);
  all.weights = dataset.weights;
  return all;
}

Network build_network(const data::Dataset& dataset, std::span<const int64_t> training_rows,
                      const NetworkOptions& options, uint64_t seed) {
  return build_network(dataset,
                       data::fit_preparation(dataset.features, dataset.x, training_rows, options.preparation),
                       training_rows, options, seed);
}

Network build_network(const data::Dataset& dataset, std::vector<data::Preparation> preparation,
                      std::span<const int64_t> training_rows, const NetworkOptions& asked, uint64_t seed) {
  const Task task = dataset.task;
  Network network;  // not an aggregate with its parts: GCC 12 destroys some twice when one of them throws
  network.options = completed(asked, task);
  network.preparation = std::move(preparation);
  const NetworkOptions& options = network.options;
  network.model =
      start_model({task, dataset.features, dataset.targets, dataset.labels}, {&network.preparation, 1});
  network.target_scaling = task == Task::regression
                               ? TargetScaling::fit(*options.target_scaling, dataset.y, training_rows)
                               : TargetScaling{.kind = TargetScaling::Kind::none};
  Model& model = network.model;
  Graph& graph = *model.graph;
  const int64_t outputs = task == Task::regression ? static_cast<int64_t>(dataset.targets.size())
                          : options.output == OutputForm::softmax ? dataset.classes()
                                                                  : 1;
  const NetworkBody body = add_body(model.prepared, network.preparation, options, outputs, "", {});
  finish_model(model, body.outputs, network.target_scaling);
  network.parameters = body.parameters;
  network.statistics = body.statistics;

  Answer inference{model.scores}, training = inference;
  Value step;
  if (needs_steps(options)) step = graph.input("step", Shape({}, DType::i64));
  if (step || options.normalization == Normalization::batch) {
    const MlpForm form{.form = Form::training, .step = step, .seed = seed};
    const NetworkBody trained = add_body(model.prepared, network.preparation, options, outputs, "", form);
    training.scores = trained.outputs;
    network.updates = trained.updates;
  }
  if (task != Task::regression) {
    inference.probabilities = model.prediction;
    training.probabilities = probabilities_of(training.scores);
  }
  network.objective = add_objective(inference, training,
                                    {.loss = *options.loss,
                                     .smoothing = options.label_smoothing,
                                     .weighted = options.weighted || dataset.weights.size() > 0},
                                    network.target_scaling);
  network.objective.step = step;

  model.parameters = initialized(network.parameters, seed);
  for (const auto& [name, tensor] : initialized(network.statistics, seed)) model.parameters.add(name, tensor);
  clear_unknown_codes(network);
  return network;
}

bool is_trained(const Model& model, std::string_view parameter) {
  const bool is_own = !model.metadata.contains("origin");  // other tools' names mean nothing
  return !(is_own && is_statistic(parameter));
}

Network continue_network(Model model, const data::Dataset& dataset, std::span<const int64_t> training_rows,
                         bool weighted) {
  Network network{.model = std::move(model)};
  const Task task = network.model.schema.task;
  for (const auto& [name, tensor] : network.model.parameters) {
    const Value value = network.model.graph->find(name);
    if (!value) continue;
    (is_trained(network.model, name) ? network.parameters : network.statistics)
        .push_back({value, {Initializer::Kind::zeros}});
  }
  network.options = {.output = default_output_form(task), .loss = default_loss(task)};
  Answer answer{network.model.scores};
  if (task == Task::regression) {
    network.target_scaling = TargetScaling::fit(TargetScaling::Kind::standard, dataset.y, training_rows);
    answer.scores = network.target_scaling.forward(network.model.prediction);
  } else {
    answer.probabilities = network.model.prediction;
  }
  network.objective = add_objective(answer, answer, {.loss = *network.options.loss, .weighted = weighted},
                                    network.target_scaling);
  return network;
}

Model average_networks(std::span<const Network* const> networks) {
  if (networks.empty()) fail("[average] there is no network");
  const Network& first = *networks.front();
  std::vector<std::vector<data::Preparation>> preparations;
  std::vector<size_t> its_preparation;
  for (const Network* network : networks) {
    const auto known = std::ranges::find(preparations, network->preparation);
    its_preparation.push_back(static_cast<size_t>(known - preparations.begin()));
    if (known == preparations.end()) preparations.push_back(network->preparation);
  }
  Model model = start_model(first.model.schema, preparations);
  Graph& graph = *model.graph;
  const bool is_regression = model.schema.task == Task::regression;
  Value total;
  for (size_t i = 0; i < networks.size(); ++i) {
    const Network& network = *networks[i];
    const std::string prefix = fmt::format("net{}.", i + 1);
    const Value prepared = preparation_part(model.prepared, preparations, its_preparation[i]);
    const NetworkBody body =
        add_body(prepared, network.preparation, network.options, network.model.scores.shape()[1], prefix, {});
    const Value said =
        is_regression ? network.target_scaling.inverse(body.outputs) : probabilities_of(body.outputs);
    total = total ? total + said : said;
    for (const auto& [name, tensor] : network.model.parameters) model.parameters.add(prefix + name, tensor);
  }
  const Value mean = total * (1.0 / static_cast<double>(networks.size()));
  if (is_regression) {
    model.prediction = graph.name(mean, "prediction");
    model.scores = graph.name(first.target_scaling.forward(mean), "scores");
  } else {
    // The scores whose softmax is the mean probability; the least of all floats keeps the logarithm finite.
    model.scores = graph.name(log(max(mean, scalar_like(mean, 1e-37))), "scores");
    model.prediction = graph.name(softmax(model.scores), "probabilities");
  }
  return model;
}

}  // namespace kette
