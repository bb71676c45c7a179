#include "kette/train/prepared.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

#include "kette/base/error.h"
#include "kette/compile/program.h"
#include "kette/data/batches.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

constexpr int64_t kBytesPerRun = 1 << 19;  // read and written within the cache

/// Writes the prepared rows to `inputs`, which may be `features` itself.
void prepare_rows(Model& model, const data::Matrix& features, Tensor& inputs, Threads* threads) {
  Program program(std::array{model.prepared}, {}, nullptr, {.threads = threads});
  const int slot = program.input(model.graph->node(model.features).name);
  const int64_t rows = features.shape()[0], from = features.shape().row_bytes(),
                to = inputs.shape().row_bytes();
  const int64_t step = std::clamp<int64_t>(kBytesPerRun / std::max(from, to), 1, 1024);
  const AlignedBuffer buffer = allocate_aligned(static_cast<size_t>(features.is_packed() ? step * from : 0));
  for (int64_t first = 0; first < rows; first += step) {
    const int64_t count = std::min(step, rows - first);
    program.bind(count);
    program.set(slot, features.read(first, count, reinterpret_cast<float*>(buffer.get())));
    program.run();
    std::memcpy(inputs.bytes() + first * to, program.output(0), static_cast<size_t>(count * to));
  }
}

/// Whether each prepared column is a function of the feature column in the same place alone, the same for all
/// rows.
bool is_by_columns(const Model& model) {
  const Graph& graph = *model.graph;
  if (model.prepared.shape() != model.features.shape()) return false;
  std::vector<int> open = {model.prepared.id};
  std::set<int> seen;
  while (!open.empty()) {
    const int id = open.back();
    open.pop_back();
    if (id == model.features.id || !seen.insert(id).second) continue;
    const Node& node = graph.node(id);
    if (node.kind == NodeKind::constant) {  // the same for every row, and broadcast along columns only
      if (node.shape.rank() <= 1 || node.shape[0] == 1) continue;
      return false;
    }
    if (node.kind != NodeKind::operation || !node.op->is_elementwise()) return false;
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
  return true;
}

void check(const Model& model, const Shape& features) {
  const int64_t columns = model.features.shape()[1];
  if (features.rank() != 2 || features[1] != columns || features.dtype() != DType::f32)
    fail("[prepare] features are {}; expected f32[N,{}]", to_string(features), columns);
}

}  // namespace

Prepared prepare(Model& model, const Samples& samples, Threads* threads) {
  const data::Matrix& features = samples.features;
  check(model, features.shape());
  if (model.prepared == model.features) return {features, samples.targets, samples.weights};
  const bool stays_packed = features.is_packed() && is_by_columns(model);
  Tensor inputs(Shape({stays_packed ? data::Matrix::kCodes : samples.rows(), model.prepared.shape()[1]}));
  if (!stays_packed) {
    prepare_rows(model, features, inputs, threads);
    return {std::move(inputs), samples.targets, samples.weights};
  }
  prepare_rows(model, features.meaning(), inputs, threads);
  return {data::Matrix(samples.rows(), features.codes(), std::move(inputs)), samples.targets,
          samples.weights};
}

Prepared prepare(Model& model, Samples&& samples, Threads* threads) {
  check(model, samples.features.shape());
  if (samples.features.is_packed() || model.prepared.shape()[1] != samples.features.shape()[1])
    return prepare(model, static_cast<const Samples&>(samples), threads);
  if (model.prepared != model.features)
    prepare_rows(model, samples.features, samples.features.dense(), threads);
  return {std::move(samples.features), std::move(samples.targets), std::move(samples.weights)};
}

Prepared spread(const Prepared& all, int64_t most) {
  const int64_t count = std::min(all.rows(), most);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(i * all.rows() / count);
  return {data::gather_rows(all.inputs, rows), data::gather_rows(all.targets, rows),
          all.weights.size() > 0 ? data::gather_rows(all.weights, rows) : Tensor{}};
}

}  // namespace kette
