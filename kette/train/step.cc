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
  std::vector<Value> outputs = {network.objective.training_loss};
  outputs.insert(outputs.end(), observed.begin(), observed.end());
  const auto storage = [&](std::string_view name) {
    Tensor* own = network.model.parameters.find(name);
    return own ? own : state.find(name);
  };
  return Program(outputs, step.updates, storage, {.threads = threads, .given = {network.model.prepared}});
}

}  // namespace

DescentStep::DescentStep(Network& network, const TrainingStep& step, Parameters& state,
                         const Prepared& samples, int64_t largest_batch, Threads* threads,
                         std::span<const Value> observed)
    : program_(compile(network, step, state, threads, observed)) {
  const auto name = [&](Value value) { return network.model.graph->node(value).name; };
  const auto feed = [&](Value input, const Tensor& source) {
    const size_t bytes = row_bytes(source);
    feeds_.push_back({&source, bytes, allocate_aligned(static_cast<size_t>(largest_batch) * bytes),
                      program_.input(name(input))});
  };
  const Objective& objective = network.objective;
  feed(network.model.prepared, samples.inputs);
  feed(objective.target, samples.targets);
  if (objective.weight) feed(objective.weight, samples.weights);
  if (objective.step) program_.set(program_.input(name(objective.step)), &steps_);
  program_.set(program_.input(name(step.learning_rate)), &learning_rate_);
}

double DescentStep::run(std::span<const int64_t> rows, double learning_rate) {
  learning_rate_ = static_cast<float>(learning_rate);
  program_.bind(static_cast<int64_t>(rows.size()));
  const bool in_place = is_consecutive(rows);
  for (Feed& feed : feeds_) {
    const std::byte* source = feed.source->bytes();
    if (!in_place) data::gather_rows(source, feed.row_bytes, rows, feed.rows.get());
    program_.set(feed.slot,
                 in_place ? source + static_cast<size_t>(rows[0]) * feed.row_bytes : feed.rows.get());
  }
  program_.run();
  ++steps_;
  return *static_cast<const float*>(program_.output(0));
}

}  // namespace kette
