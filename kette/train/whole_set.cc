#include "kette/train/whole_set.h"

#include <algorithm>
#include <numeric>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr int64_t kRowsPerPart = 1024;

Program compile(Network& network, Threads* threads) {
  if (network.objective.step)
    fail(
        "[lbfgs] the training loss draws random numbers (dropout); expected one that is the same every time");
  if (!network.updates.empty())
    fail("[lbfgs] the network keeps statistics of its batches (batch normalisation), which need descent");
  std::vector<Value> outputs = {network.objective.training_loss};
  const std::vector<Value> gradients = gradient(outputs[0], values_of(network.parameters));
  outputs.insert(outputs.end(), gradients.begin(), gradients.end());
  Parameters& parameters = network.model.parameters;
  return Program(outputs, {}, [&](std::string_view name) { return parameters.find(name); },
                 {.threads = threads, .given = {network.model.prepared}});
}

}  // namespace

WholeSet::WholeSet(Network& network, const Prepared& samples, double l2, Threads* threads)
    : l2_(l2),
      rows_(samples.rows()),
      program_(compile(network, threads)),
      feed_(program_, network, samples, std::min(kRowsPerPart, rows_), threads) {
  Graph& graph = *network.model.graph;
  const std::vector<Value> gradients =
      gradient(network.objective.training_loss, values_of(network.parameters));
  for (size_t i = 0; i < gradients.size(); ++i) {
    const Value parameter = network.parameters[i].value;
    if (parameter.dtype() != DType::f32)
      fail("[lbfgs] the parameter \"{}\" is {}; expected f32", graph.label(parameter.id),
           to_string(parameter.shape()));
    tensors_.push_back(&network.model.parameters.at(graph.label(parameter.id)));
    is_weight_.push_back(parameter.shape().rank() >= 2 && graph.node(gradients[i]).op != &kScatterAdd);
  }
}

std::vector<double> WholeSet::point() const {
  std::vector<double> result;
  for (const Tensor* tensor : tensors_)
    for (const float v : std::as_const(*tensor).values<float>()) result.push_back(v);
  return result;
}

void WholeSet::set(std::span<const double> point) {
  for (Tensor* tensor : tensors_) {
    const std::span<float> values = tensor->values<float>();
    std::ranges::transform(point.first(values.size()), values.begin(),
                           [](double v) { return static_cast<float>(v); });
    point = point.subspan(values.size());
  }
}

double WholeSet::penalty() const {
  double sum = 0;
  for (size_t i = 0; i < tensors_.size(); ++i)
    if (l2_ > 0 && is_weight_[i])
      for (const float v : std::as_const(*tensors_[i]).values<float>())
        sum += static_cast<double>(v) * static_cast<double>(v);
  return l2_ / 2 * sum;
}

double WholeSet::value(std::span<const double> point, std::span<double> gradient) {
  set(point);
  std::ranges::fill(gradient, 0);
  double loss = 0;
  std::vector<int64_t> rows;
  for (int64_t first = 0; first < rows_; first += kRowsPerPart) {
    rows.resize(static_cast<size_t>(std::min(kRowsPerPart, rows_ - first)));
    std::iota(rows.begin(), rows.end(), first);
    feed_.bind(program_, rows);
    program_.run();
    const double share = static_cast<double>(rows.size()) / static_cast<double>(rows_);
    loss += share * static_cast<double>(program_.values<float>(0)[0]);
    size_t at = 0;
    for (size_t i = 0; i < tensors_.size(); ++i)
      for (const float g : program_.values<float>(i + 1)) gradient[at++] += share * static_cast<double>(g);
  }
  size_t at = 0;
  for (size_t i = 0; i < tensors_.size(); ++i)
    for (const float v : std::as_const(*tensors_[i]).values<float>())
      gradient[at++] += is_weight_[i] ? l2_ * static_cast<double>(v) : 0.0;
  return loss + penalty();
}

}  // namespace kette
