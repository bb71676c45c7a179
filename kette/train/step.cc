#include "kette/train/step.h"

#include "kette/base/error.h"
#include "kette/data/batches.h"

namespace kette {
namespace {

Program compile(const Network& network, const TrainingStep& step, const Program::Storage& storage,
                Threads* threads, std::span<const Value> observed) {
  std::vector<Value> outputs = {network.objective.training_loss};
  outputs.insert(outputs.end(), observed.begin(), observed.end());
  return Program(outputs, step.updates, storage, {.threads = threads, .given = {network.model.prepared}});
}

}  // namespace

RowFeed::RowFeed(Program& program, const Network& network, const Prepared& samples, int64_t largest_batch,
                 Threads* threads)
    : inputs_(samples.inputs),
      input_rows_(allocate_aligned(static_cast<size_t>(largest_batch * inputs_.shape().row_bytes()))),
      input_slot_(program.input(network.model.prepared.name())),
      threads_(threads) {
  const auto feed = [&](Value input, const Tensor& source) {
    const auto bytes = static_cast<size_t>(source.shape().row_bytes());
    columns_.push_back({&source, bytes, allocate_aligned(static_cast<size_t>(largest_batch) * bytes),
                        program.input(input.name())});
  };
  feed(network.objective.target, samples.targets);
  if (network.objective.weight) feed(network.objective.weight, samples.weights);
}

void RowFeed::bind(Program& program, std::span<const int64_t> rows) {
  program.bind(static_cast<int64_t>(rows.size()));
  program.set(input_slot_, inputs_.read(rows, reinterpret_cast<float*>(input_rows_.get()), threads_));
  const bool in_place = data::are_consecutive(rows);
  for (Column& column : columns_) {
    const std::byte* source = column.source->bytes();
    if (!in_place) data::gather_rows(source, column.row_bytes, rows, column.rows.get(), threads_);
    program.set(column.slot,
                in_place ? source + static_cast<size_t>(rows[0]) * column.row_bytes : column.rows.get());
  }
}

void check(const Network& network, const Prepared& samples) {
  const auto check_fits = [&](std::string_view what, Value input, const Shape& found) {
    const Shape expected = input.shape().bind(samples.rows());
    if (found != expected)
      fail("[training] the {} are {}; expected {}", what, to_string(found), to_string(expected));
  };
  if (samples.inputs.shape().rank() == 0) fail("[training] the inputs are a scalar; expected rows");
  check_fits("inputs", network.model.prepared, samples.inputs.shape());
  check_fits("targets", network.objective.target, samples.targets.shape());
  if (network.objective.weight) check_fits("weights", network.objective.weight, samples.weights.shape());
}

DescentStep::DescentStep(const Network& network, const TrainingStep& step, const Program::Storage& storage,
                         const Prepared& samples, int64_t largest_batch, Threads* threads,
                         std::span<const Value> observed)
    : program_(compile(network, step, storage, threads, observed)),
      feed_(program_, network, samples, largest_batch, threads) {
  if (network.objective.step) program_.set(program_.input(network.objective.step.name()), &steps_);
  program_.set(program_.input(step.learning_rate.name()), &learning_rate_);
}

double DescentStep::run(std::span<const int64_t> rows, double learning_rate) {
  learning_rate_ = static_cast<float>(learning_rate);
  feed_.bind(program_, rows);
  program_.run();
  ++steps_;
  return *static_cast<const float*>(program_.output(0));
}

}  // namespace kette
