#include "kette/train/predictor.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kette/base/error.h"

namespace kette {
namespace {

constexpr int64_t kRowsPerRun = 256;  // large enough for full speed, small enough to stay in cache

Program compile(Model& model, Value loss, Threads* threads) {
  std::vector<Value> outputs = {model.scores, model.prediction};
  if (loss) outputs.push_back(loss);
  return Program(outputs, {}, [&](std::string_view name) { return model.parameters.find(name); },
                 {.threads = threads});
}

}  // namespace

Predictor::Predictor(Model& model, Threads* threads) : Predictor(model, Objective{}, threads) {}

Predictor::Predictor(Model& model, const Objective& objective, Threads* threads)
    : program_(compile(model, objective.loss, threads)),
      features_slot_(program_.input(model.graph->node(model.features).name)),
      columns_(model.features.shape()[1]),
      scores_(model.scores.shape()[1]),
      outputs_(model.prediction.shape()[1]) {
  if (objective.loss) target_slot_ = program_.input(model.graph->node(objective.target).name);
}

Predictions Predictor::predict(const Tensor& features) {
  if (target_slot_) fail("[predictor] made to evaluate an objective, which needs targets");
  return run(features, nullptr).predictions;
}

Predictor::Result Predictor::evaluate(const Samples& samples) {
  if (!target_slot_) fail("[predictor] no objective was given");
  return run(samples.features, &samples.targets);
}

Predictor::Result Predictor::run(const Tensor& features, const Tensor* targets) {
  const Shape& shape = features.shape();
  if (shape.rank() != 2 || shape[1] != columns_ || shape.dtype() != DType::f32)
    fail("[predictor] features are {}; expected f32[N,{}]", to_string(shape), columns_);
  const int64_t rows = shape[0];
  Result result{{Tensor(Shape({rows, scores_})), Tensor(Shape({rows, outputs_}))}};
  const auto keep = [&](size_t output, Tensor& into, int64_t first, int64_t count) {
    const int64_t row_bytes = into.shape()[1] * size_of(into.dtype());
    std::memcpy(into.bytes() + first * row_bytes, program_.output(output),
                static_cast<size_t>(count * row_bytes));
  };
  for (int64_t first = 0; first < rows; first += kRowsPerRun) {
    const int64_t count = std::min(kRowsPerRun, rows - first);
    program_.bind(count);
    program_.set(features_slot_, features.bytes() + first * columns_ * size_of(DType::f32));
    if (targets) program_.set(*target_slot_, targets->bytes() + first * size_of(targets->dtype()));
    program_.run();
    keep(0, result.predictions.scores, first, count);
    keep(1, result.predictions.prediction, first, count);
    if (targets)
      result.loss += static_cast<double>(program_.values<float>(2)[0]) * static_cast<double>(count) /
                     static_cast<double>(rows);
  }
  return result;
}

}  // namespace kette
