#include "kette/train/prepared.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kette/base/error.h"
#include "kette/compile/program.h"

namespace kette {
namespace {

constexpr int64_t kRowsPerRun = 1024;

Tensor prepared_inputs(Model& model, const Tensor& features, Threads* threads) {
  const Shape& shape = features.shape();
  const int64_t columns = model.features.shape()[1], width = model.prepared.shape()[1];
  if (shape.rank() != 2 || shape[1] != columns || shape.dtype() != DType::f32)
    fail("[prepare] features are {}; expected f32[N,{}]", to_string(shape), columns);
  if (model.prepared == model.features) return features;
  Program program(std::array{model.prepared}, {}, nullptr, {.threads = threads});
  const int slot = program.input(model.graph->node(model.features).name);
  Tensor inputs(Shape({shape[0], width}));
  for (int64_t first = 0; first < shape[0]; first += kRowsPerRun) {
    const int64_t count = std::min(kRowsPerRun, shape[0] - first);
    program.bind(count);
    program.set(slot, features.bytes() + first * columns * size_of(DType::f32));
    program.run();
    std::memcpy(inputs.bytes() + first * width * size_of(DType::f32), program.output(0),
                static_cast<size_t>(count * width * size_of(DType::f32)));
  }
  return inputs;
}

}  // namespace

Prepared prepare(Model& model, const Samples& samples, Threads* threads) {
  return {prepared_inputs(model, samples.features, threads), samples.targets, samples.weights};
}

}  // namespace kette
