#include "kette/train/predictor.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kette/base/error.h"

namespace kette {
namespace {

constexpr int64_t kRowsInCache = 256;  // large enough for full speed, small enough to stay in cache

/// With a loss, from the prepared samples on; else from the raw features.
Program compile(const Model& model, Value loss, const Program::Storage& parameters, Threads* threads) {
  std::vector<Value> outputs = {model.scores, model.prediction};
  CompileOptions options{.threads = threads};
  if (loss) {
    outputs.push_back(loss);
    options.given = {model.prepared};
  }
  return Program(outputs, {}, parameters, options);
}

}  // namespace

Predictor::Predictor(Model& model, Threads* threads) : Predictor(model, Objective{}, threads) {}

Predictor::Predictor(Model& model, const Objective& objective, Threads* threads)
    : Predictor(
          model, objective, [&](std::string_view name) { return model.parameters.find(name); }, threads) {}

Predictor::Predictor(const Model& model, const Objective& objective, const Program::Storage& parameters,
                     Threads* threads)
    : program_(compile(model, objective.loss, parameters, threads)),
      input_slot_(program_.input((objective.loss ? model.prepared : model.features).name())),
      columns_((objective.loss ? model.prepared : model.features).shape()[1]),
      scores_(model.scores.shape()[1]),
      outputs_(model.prediction.shape()[1]) {
  if (objective.loss) target_slot_ = program_.input(objective.target.name());
  if (objective.weight) weight_slot_ = program_.input(objective.weight.name());
}

Predictions Predictor::predict(const data::Matrix& features) {
  if (target_slot_) fail("[predictor] made to evaluate an objective, which needs targets");
  return run(features, nullptr).predictions;
}

Predictor::Result Predictor::evaluate(const Prepared& samples) {
  if (!target_slot_) fail("[predictor] no objective was given");
  if (weight_slot_ && samples.weights.size() != samples.rows())
    fail("[predictor] {} weights for {} rows", samples.weights.size(), samples.rows());
  return run(samples.inputs, &samples);
}

Predictor::Result Predictor::run(const data::Matrix& inputs, const Prepared* expected) {
  const Shape& shape = inputs.shape();
  if (shape.rank() != 2 || shape[1] != columns_ || shape.dtype() != DType::f32)
    fail("[predictor] features are {}; expected f32[N,{}]", to_string(shape), columns_);
  const int64_t rows = shape[0];
  Result result{{Tensor(Shape({rows, scores_})), Tensor(Shape({rows, outputs_}))}};
  const auto keep = [&](size_t output, Tensor& into, int64_t first, int64_t count) {
    const int64_t row_bytes = into.shape().row_bytes();
    std::memcpy(into.bytes() + first * row_bytes, program_.output(output),
                static_cast<size_t>(count * row_bytes));
  };
  const AlignedBuffer buffer = allocate_aligned(
      static_cast<size_t>(inputs.is_packed() ? std::min(rows, kRowsInCache) * shape.row_bytes() : 0));
  for (int64_t first = 0; first < rows; first += kRowsInCache) {
    const int64_t count = std::min(kRowsInCache, rows - first);
    program_.bind(count);
    program_.set(input_slot_, inputs.read(first, count, reinterpret_cast<float*>(buffer.get())));
    if (expected) set_expected(*expected, first);
    program_.run();
    keep(0, result.predictions.scores, first, count);
    keep(1, result.predictions.prediction, first, count);
    if (expected)
      result.loss += static_cast<double>(program_.values<float>(2)[0]) * static_cast<double>(count) /
                     static_cast<double>(rows);
  }
  return result;
}

void Predictor::set_expected(const Prepared& expected, int64_t first) {
  program_.set(*target_slot_, expected.targets.bytes() + first * expected.targets.shape().row_bytes());
  if (weight_slot_)
    program_.set(*weight_slot_, expected.weights.bytes() + first * expected.weights.shape().row_bytes());
}

}  // namespace kette
