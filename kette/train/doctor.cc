#include "kette/train/doctor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/data/standardize.h"
#include "kette/graph/op_def.h"
#include "kette/judge/measures.h"
#include "kette/ops/ops.h"
#include "kette/train/state.h"

namespace kette {
namespace {

constexpr int64_t kMostRowsOfColumns = 1024;

/// Of `rows`, so many are looked at: enough to tell a dead unit, few next to those of an epoch.
int64_t rows_to_look_at(int64_t rows) { return std::clamp<int64_t>(rows / 8, 64, 256); }

/// By prepared column: whether it holds the codes that rows of a parameter are looked up by, which have no
/// scale. Of every network in the graph, be it read from a file, or the mean of several.
std::vector<bool> embedded_columns(const Model& model, int64_t width) {
  std::vector<bool> is_embedded(static_cast<size_t>(width));
  const Graph& graph = *model.graph;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& look_up = graph.node(graph.value(id));
    if (look_up.op != &kLookup || graph.node(graph.value(look_up.inputs[0])).kind != NodeKind::parameter)
      continue;
    int64_t column = 0;
    Value codes = graph.value(look_up.inputs[1]);
    while (codes != model.prepared) {
      const Node& node = graph.node(codes);
      if (node.op == &kSlice && node.attributes.integer("axis") != 0)
        column += node.attributes.integer("begin");
      else if (node.op != &kReshape && node.op != &kCast)
        break;
      codes = graph.value(node.inputs[0]);
    }
    if (codes == model.prepared) is_embedded.at(static_cast<size_t>(column)) = true;
  }
  return is_embedded;
}

/// None of a model of another tool: what scales its columns is part of its network.
std::vector<InputColumn> columns_of(const Model& model, const Prepared& training) {
  if (model.metadata.contains("origin")) return {};
  const Tensor looked_at = spread(training, kMostRowsOfColumns).inputs.unpacked();
  const std::span<const float> values = looked_at.values<float>();
  const int64_t width = looked_at.shape()[1];
  const auto rows = static_cast<size_t>(looked_at.shape()[0]);
  std::vector<double> sums(static_cast<size_t>(width)), squares(static_cast<size_t>(width));
  for (size_t row = 0; row < rows; ++row)
    for (size_t j = 0; j < sums.size(); ++j) {
      const double v = values[row * sums.size() + j];
      sums[j] += v;
      squares[j] += v * v;
    }
  const auto count = static_cast<double>(rows);
  // Other columns stand for part of a feature only.
  const bool has_names = std::ssize(model.schema.features) == width &&
                         std::ranges::all_of(model.schema.features, [](const data::Feature& f) {
                           return f.kind == data::Feature::Kind::number;
                         });
  std::vector<InputColumn> columns;
  const std::vector<bool> is_embedded = embedded_columns(model, width);
  for (size_t j = 0; j < sums.size(); ++j) {
    if (is_embedded[j]) continue;
    const double mean = sums[j] / count;
    columns.push_back({has_names ? model.schema.features[j].name : fmt::format("prepared column {}", j + 1),
                       mean, std::sqrt(std::max(0.0, squares[j] / count - mean * mean))});
  }
  return columns;
}

double norm(std::span<const float> values) {
  double sum = 0;
  for (const float v : values) sum += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(sum);
}

/// Share of the units that are 0 on every row. `values` [rows, units].
double dead_share(std::span<const float> values, size_t units) {
  std::vector<float> largest(units);
  for (size_t row = 0; row < values.size(); row += units)
    for (size_t unit = 0; unit < units; ++unit)
      largest[unit] = std::max(largest[unit], std::abs(values[row + unit]));
  return static_cast<double>(std::ranges::count(largest, 0.f)) / static_cast<double>(units);
}

/// Where less than about 2 % of the largest slope is left: |tanh| > 0.99, sigmoid within 0.005 of 0 or 1;
/// hardtanh where it is flat.
double saturated_share(std::span<const float> values, std::string_view activation) {
  const bool is_sigmoid = activation == kSigmoid.name;
  const float middle = is_sigmoid ? 0.5f : 0.f;
  const float flat = is_sigmoid ? 0.495f : activation == kHardtanh.name ? 1.f : 0.99f;
  const auto is_flat = [&](float v) { return std::abs(v - middle) >= flat; };
  return static_cast<double>(std::ranges::count_if(values, is_flat)) / static_cast<double>(values.size());
}

/// The targets' variance; 1 where they are all the same.
double variance(const Tensor& targets) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < targets.size(); ++i) {
    const double v = targets.at(i);
    sum += v;
    squares += v * v;
  }
  const auto count = static_cast<double>(targets.size());
  const double result = squares / count - sum / count * (sum / count);
  return result > 0 ? result : 1;
}

/// 0, 1, 4, 16, 64, …
bool is_due(int64_t epochs) {
  const auto bits = static_cast<uint64_t>(epochs);
  return bits == 0 || (std::has_single_bit(bits) && std::countr_zero(bits) % 2 == 0);
}

}  // namespace

/// A layer is a parameter called W and a number, behind any prefix.
std::vector<Doctor::Layer> Doctor::layers_of(Network& network) {
  Graph& graph = *network.model.graph;
  std::vector<Layer> layers;
  for (const Parameter& parameter : network.parameters) {
    const std::string& name = graph.node(parameter.value).name;
    const size_t digits = name.find_last_not_of("0123456789");
    if (digits == std::string::npos || digits + 1 == name.size() || name[digits] != 'W') continue;
    const std::string prefix = name.substr(0, digits), number = name.substr(digits + 1);
    Layer layer{.name = prefix + number,
                .weights = parameter.value,
                .output = {},
                .activation = {},
                .tensor = &network.model.parameters.at(name),
                .before = {}};
    if (const Value h = graph.find(prefix + "h" + number); h && h.dtype() == DType::f32) {
      const Node& node = graph.node(h);
      const OpDef* op = node.op;
      if (op) layer.activation = op->name;
      if (op == &kRelu || op == &kSigmoid || op == &kTanh || op == &kHardtanh) layer.output = h;
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

void Doctor::compile() {
  const Objective& objective = network_.objective;
  std::vector<Value> weights;
  for (const Layer& layer : layers_) weights.push_back(layer.weights);
  std::vector<Value> outputs = {objective.loss, network_.model.scores, network_.model.prediction};
  const std::vector<Value> gradients = gradient(objective.training_loss, weights);
  outputs.insert(outputs.end(), gradients.begin(), gradients.end());
  for (const Layer& layer : layers_)
    if (layer.output) outputs.push_back(layer.output);
  Parameters& parameters = network_.model.parameters;
  const auto storage = [&](std::string_view name) { return parameters.find(name); };
  program_.emplace(outputs, std::span<const Update>(), storage,
                   CompileOptions{.given = {network_.model.prepared}});
  feed_.emplace(*program_, network_, rows_, rows_.rows(), nullptr);
  if (objective.step)
    program_->set(program_->input(network_.model.graph->node(objective.step).name), &steps_);
}

Doctor::Doctor(Network& network, const Prepared& training)
    : network_(network),
      layers_((check(network, training), layers_of(network))),
      rows_(spread(training, rows_to_look_at(training.rows()))) {
  observations_.columns = columns_of(network.model, training);
  observations_.classes = static_cast<int64_t>(network.model.schema.labels.size());
}

void Doctor::look(int64_t epochs, int64_t steps) {
  if (!program_) compile();
  Program& program = *program_;
  steps_ = steps;
  std::vector<int64_t> all(static_cast<size_t>(rows_.rows()));
  std::iota(all.begin(), all.end(), int64_t{0});
  feed_->bind(program, all);
  program.run();
  Probe& probe = observations_.probes.emplace_back();
  probe.epochs = epochs;
  probe.loss = program.values<float>(0)[0];
  constexpr size_t kFirstGradient = 3;
  size_t seen = kFirstGradient + layers_.size();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    LayerProbe& found = probe.layers.emplace_back();
    found.layer = layer.name;
    found.activation = layer.activation;
    found.weight_norm = norm(std::as_const(*layer.tensor).values<float>());
    found.gradient_norm = norm(program.values<float>(kFirstGradient + i));
    if (!layer.output) continue;
    const auto units = static_cast<size_t>(program.output_shape(seen)[1]);
    const std::span<const float> values = program.values<float>(seen++);
    if (layer.activation == kRelu.name)
      found.dead = dead_share(values, units);
    else
      found.saturated = saturated_share(values, layer.activation);
  }
}

void Doctor::measure_start() {
  const Program& program = *program_;
  const Tensor& targets = rows_.targets;
  if (observations_.classes == 0)
    observations_.start_ratio = mean_squared_error(program.output_tensor(2), targets) / variance(targets);
  else
    observations_.start_ratio = mean_cross_entropy(program.output_tensor(1), targets) /
                                std::log(static_cast<double>(std::max<int64_t>(observations_.classes, 2)));
}

void Doctor::before_epoch(int64_t epochs, int64_t steps) {
  is_measuring_ = is_due(epochs);
  if (!is_measuring_) return;
  look(epochs, steps);
  if (epochs == 0) measure_start();
  for (Layer& layer : layers_) {
    const std::span<const float> values = std::as_const(*layer.tensor).values<float>();
    layer.before.assign(values.begin(), values.end());
  }
}

void Doctor::after_first_step() {
  if (!is_measuring_) return;
  is_measuring_ = false;
  Probe& probe = observations_.probes.back();
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    const std::span<const float> now = std::as_const(*layer.tensor).values<float>();
    for (size_t j = 0; j < now.size(); ++j) layer.before[j] -= now[j];
    if (probe.layers[i].weight_norm > 0)
      probe.layers[i].update = norm(layer.before) / probe.layers[i].weight_norm;
  }
}

void Doctor::after_epoch(const EpochReport& report, int64_t steps, bool is_last) {
  const std::optional<Validation>& validation = report.validation;
  observations_.epochs.push_back({report.epoch, report.loss,
                                  validation ? std::optional(validation->loss) : std::nullopt,
                                  report.learning_rate});
  if (is_last) look(report.epoch, steps);
}

}  // namespace kette
