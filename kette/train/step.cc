#include "kette/train/step.h"

#include "kette/data/batches.h"

namespace kette {
namespace {

size_t row_bytes(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return static_cast<size_t>(shape.product(1, shape.rank()) * size_of(shape.dtype()));
}

bool is_consecutive(std::span<const int64_t> rows) {
  for (size_t i = 1; i < rows.size(); ++i)
    if (rows[i] != rows[i - 1] + 1) return false;
  return true;
}

Program compile(Network& network, const TrainingStep& step, Parameters& state, Threads* threads,
                std::span<const Value> observed) {
  std::vector<Value> outputs = {step.loss};
  outputs.insert(outputs.end(), observed.begin(), observed.end());
  const auto storage = [&](std::string_view name) {
    Tensor* own = network.model.parameters.find(name);
    return own ? own : state.find(name);
  };
  return Program(outputs, step.updates, storage, {.threads = threads});
}

}  // namespace

DescentStep::DescentStep(Network& network, const TrainingStep& step, Parameters& state,
                         const Samples& samples, int64_t largest_batch, Threads* threads,
                         std::span<const Value> observed)
    : samples_(samples),
      feature_bytes_(row_bytes(samples.features)),
      target_bytes_(row_bytes(samples.targets)),
      features_(allocate_aligned(static_cast<size_t>(largest_batch) * feature_bytes_)),
      targets_(allocate_aligned(static_cast<size_t>(largest_batch) * target_bytes_)),
      program_(compile(network, step, state, threads, observed)) {
  const Graph& graph = *network.model.graph;
  features_slot_ = program_.input(graph.node(network.model.features).name);
  targets_slot_ = program_.input(graph.node(network.objective.target).name);
  program_.set(program_.input(graph.node(step.learning_rate).name), &learning_rate_);
}

double DescentStep::run(std::span<const int64_t> rows, double learning_rate) {
  learning_rate_ = static_cast<float>(learning_rate);
  program_.bind(static_cast<int64_t>(rows.size()));
  const std::byte* features = samples_.features.bytes();
  const std::byte* targets = samples_.targets.bytes();
  if (is_consecutive(rows)) {
    program_.set(features_slot_, features + static_cast<size_t>(rows[0]) * feature_bytes_);
    program_.set(targets_slot_, targets + static_cast<size_t>(rows[0]) * target_bytes_);
  } else {
    data::gather_rows(features, feature_bytes_, rows, features_.get());
    data::gather_rows(targets, target_bytes_, rows, targets_.get());
    program_.set(features_slot_, features_.get());
    program_.set(targets_slot_, targets_.get());
  }
  program_.run();
  return *static_cast<const float*>(program_.output(0));
}

}  // namespace kette
