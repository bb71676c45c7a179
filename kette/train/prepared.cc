#include "kette/train/prepared.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kette/base/error.h"
#include "kette/compile/program.h"

namespace kette {
namespace {

constexpr int64_t kBytesPerRun = 1 << 19;  // read and written within the cache

/// Writes the prepared rows to `inputs`, which may be `features` itself.
void prepare_rows(Model& model, const Tensor& features, Tensor& inputs, Threads* threads) {
  Program program(std::array{model.prepared}, {}, nullptr, {.threads = threads});
  const int slot = program.input(model.graph->node(model.features).name);
  const int64_t rows = features.shape()[0], from = features.shape().row_bytes(),
                to = inputs.shape().row_bytes();
  const int64_t step = std::clamp<int64_t>(kBytesPerRun / std::max(from, to), 1, 1024);
  for (int64_t first = 0; first < rows; first += step) {
    const int64_t count = std::min(step, rows - first);
    program.bind(count);
    program.set(slot, features.bytes() + first * from);
    program.run();
    std::memcpy(inputs.bytes() + first * to, program.output(0), static_cast<size_t>(count * to));
  }
}

void check(const Model& model, const Shape& features) {
  const int64_t columns = model.features.shape()[1];
  if (features.rank() != 2 || features[1] != columns || features.dtype() != DType::f32)
    fail("[prepare] features are {}; expected f32[N,{}]", to_string(features), columns);
}

}  // namespace

Prepared prepare(Model& model, const Samples& samples, Threads* threads) {
  check(model, samples.features.shape());
  if (model.prepared == model.features) return {samples.features, samples.targets, samples.weights};
  Tensor inputs(Shape({samples.rows(), model.prepared.shape()[1]}));
  prepare_rows(model, samples.features, inputs, threads);
  return {std::move(inputs), samples.targets, samples.weights};
}

Prepared prepare(Model& model, Samples&& samples, Threads* threads) {
  check(model, samples.features.shape());
  if (model.prepared.shape()[1] != samples.features.shape()[1])
    return prepare(model, static_cast<const Samples&>(samples), threads);
  if (model.prepared != model.features) prepare_rows(model, samples.features, samples.features, threads);
  return {std::move(samples.features), std::move(samples.targets), std::move(samples.weights)};
}

}  // namespace kette
