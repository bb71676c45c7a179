#include "kette/explain/attribution.h"

#include <algorithm>
#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/compile/program.h"
#include "kette/explain/needed.h"
#include "kette/explain/provenance.h"
#include "kette/explain/trace.h"
#include "kette/explain/view.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr int64_t kFewestSteps = 64, kMostSteps = 8192;
constexpr double kTolerance = 1e-4;

/// Where the row enters as real numbers: the ends of preprocessing, and what is looked up by those that are
/// codes.
std::vector<int> entries_of(const Subject& model) {
  const Graph& graph = *model.graph;
  const View view = view_of(model);
  std::vector<bool> is_code(static_cast<size_t>(graph.size()), false);
  std::vector<int> entries;
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    const int id = view.nodes[i];
    const Node& node = graph.node(id);
    const bool is_end = view.is_leaf[i] && (node.kind == NodeKind::operation || id == model.features.id);
    if (is_end && !is_float(node.shape.dtype())) is_code[static_cast<size_t>(id)] = true;
    const bool looks_up =
        !view.is_leaf[i] && node.op == &kLookup && is_code[static_cast<size_t>(node.inputs[1])];
    if ((is_end && is_float(node.shape.dtype())) || looks_up) entries.push_back(id);
  }
  return entries;
}

std::vector<int> features_of_entry(const Subject& model, int id) {
  const Node& node = model.graph->node(id);
  if (node.op != &kLookup || model.graph->node(node.inputs[0]).kind != NodeKind::parameter)
    return features_behind(model, model.graph->value(id));
  const std::vector<int> of_code = features_behind(model, model.graph->value(node.inputs[1]));
  const int64_t units = node.shape[node.shape.rank() - 1];
  std::vector<int> features;
  for (const int feature : of_code) features.insert(features.end(), static_cast<size_t>(units), feature);
  return features;
}

/// The network from its entries to one output, in a graph of its own where they are inputs.
struct Function {
  Graph graph;
  std::vector<Value> entries;
  Value output;
};

std::unique_ptr<Function> function_of(const Subject& model, std::span<const int> entries, int64_t output) {
  auto function = std::make_unique<Function>();
  std::vector<Value> given;
  for (const int entry : entries) given.push_back(model.graph->value(entry));
  const std::vector<Value> copies =
      copy_needed(*model.graph, std::vector{model.result}, function->graph, 1, given);
  for (const Node& node : function->graph.nodes())
    if (node.kind == NodeKind::input && !node.name.starts_with("given "))
      fail("{}: reads {} otherwise than as real numbers; its features cannot be told apart", model.source,
           data::quote(node.name));
  for (const int entry : entries) function->entries.push_back(copies[static_cast<size_t>(entry)]);
  function->output = slice(copies[static_cast<size_t>(model.result.id)], 1, output, output + 1);
  return function;
}

int64_t output_of(const Subject& model, const std::string& name, const Tensor& said) {
  const bool is_regression = model.schema.task == data::Task::regression;
  const std::vector<std::string>& names = is_regression ? model.schema.targets : model.schema.labels;
  if (name.empty()) return is_regression ? 0 : most_probable(said);
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return found - names.begin();
  const std::string_view near = data::nearest_name(name, names);
  fail("{}: has no {} {}{}", model.source, is_regression ? "target" : "class", data::quote(name),
       near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

/// F and its gradient by the entries at a point of the straight line from 0 to the row.
class Line {
 public:
  Line(const Subject& model, Function& function, const std::vector<Tensor>& row)
      : row_(row), point_(row), parameters_(model.parameters), program_(compile(function)) {}

  double at(double share) {
    for (size_t i = 0; i < row_.size(); ++i) {
      for (int64_t k = 0; k < row_[i].size(); ++k) point_[i].set(k, share * row_[i].at(k));
      program_.set(fmt::format("given {}", i), point_[i]);
    }
    program_.run();
    return program_.output_tensor(0).at(0);
  }
  Tensor gradient(size_t entry) const { return program_.output_tensor(entry + 1); }

 private:
  Program compile(Function& function) {
    std::vector<Value> outputs = kette::gradient(reshape(function.output, {}), function.entries);
    outputs.insert(outputs.begin(), function.output);
    return Program(outputs, {}, [this](std::string_view name) { return parameters_.find(name); });
  }

  const std::vector<Tensor>& row_;
  std::vector<Tensor> point_;
  Parameters parameters_;
  Program program_;
};

}  // namespace

int64_t most_probable(const Tensor& probabilities) {
  int64_t best = 0;
  for (int64_t k = 1; k < probabilities.size(); ++k)
    if (probabilities.at(k) > probabilities.at(best)) best = k;
  return best;
}

Attribution attribution_of(const Subject& model, const std::string& output) {
  if (!model.row) fail("{}: no row is given", model.source);
  const std::vector<int> entries = entries_of(model);
  std::vector<int> nodes = entries;
  nodes.push_back(model.result.id);
  std::map<int, Tensor> values = values_of(model, nodes);
  const int64_t which = output_of(model, output, values.at(model.result.id));
  const std::unique_ptr<Function> function = function_of(model, entries, which);
  std::vector<Tensor> row;
  for (const int entry : entries) row.push_back(values.at(entry));
  Line line(model, *function, row);

  const bool is_regression = model.schema.task == data::Task::regression;
  const size_t count = model.schema.features.size();
  Attribution result;
  result.output = is_regression ? model.schema.targets[static_cast<size_t>(which)]
                                : "the probability of " + model.schema.labels[static_cast<size_t>(which)];
  std::vector<FeatureAttribution> features(count + 1);  // the last: of several columns
  std::vector<std::vector<int>> origins;
  for (const int entry : entries) origins.push_back(features_of_entry(model, entry));
  const auto place = [&](size_t entry, int64_t k) {
    const int origin = origins[entry][static_cast<size_t>(k)];
    return origin < 0 ? count : static_cast<size_t>(origin);  // a constant's share is 0 or the baseline's
  };

  result.at_baseline = line.at(0);
  result.at_row = line.at(1);
  for (size_t i = 0; i < row.size(); ++i) {
    const Tensor gradient = line.gradient(i);
    for (int64_t k = 0; k < gradient.size(); ++k)
      features[place(i, k)].gradient_input += row[i].at(k) * gradient.at(k);
  }
  for (result.steps = kFewestSteps;; result.steps *= 2) {
    double lowest = std::min(result.at_row, result.at_baseline),
           highest = std::max(result.at_row, result.at_baseline);
    for (FeatureAttribution& feature : features) feature.integrated = 0;
    for (int64_t step = 0; step < result.steps; ++step) {
      const double value = line.at((static_cast<double>(step) + 0.5) / static_cast<double>(result.steps));
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
      for (size_t i = 0; i < row.size(); ++i) {
        const Tensor gradient = line.gradient(i);
        for (int64_t k = 0; k < gradient.size(); ++k)
          features[place(i, k)].integrated +=
              row[i].at(k) * gradient.at(k) / static_cast<double>(result.steps);
      }
    }
    double sum = 0;
    for (const FeatureAttribution& feature : features) sum += feature.integrated;
    const double error = std::abs(sum - (result.at_row - result.at_baseline));
    // float32 knows F no better than this.
    const double rounding = 1e-6 * std::max(std::abs(lowest), std::abs(highest));
    if (!(error > std::max(kTolerance * (highest - lowest), rounding)) || result.steps >= kMostSteps) break;
  }
  for (size_t i = 0; i < count; ++i) {
    features[i].feature = model.schema.features[i].name;
    if (const int64_t at = model.row->find(features[i].feature); at >= 0)
      features[i].field = model.row->field(0, at);
  }
  features.back().feature = "several columns";
  if (features.back().integrated == 0 && features.back().gradient_input == 0) features.pop_back();
  std::ranges::stable_sort(features.begin(), features.begin() + static_cast<ptrdiff_t>(count),
                           std::ranges::greater{},
                           [](const FeatureAttribution& feature) { return std::abs(feature.integrated); });
  result.features = std::move(features);
  return result;
}

}  // namespace kette
