// scatter_add: rows added into a table of zeros, the adjoint of lookup.
#include <algorithm>
#include <array>

#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_scatter_add(const OpCall& call) {
  const Shape &indices = call.inputs[0], &rows = call.inputs[1];
  const int64_t count = call.attributes.integer("count");
  require_index(call.op, indices);
  require_float(call.op, rows);
  if (rows.rank() != indices.rank() + 1 ||
      !std::ranges::equal(indices.dims(), rows.dims().first(rows.dims().size() - 1)))
    fail("[scatter_add] indices {} need rows {}, found {}", dims_to_string(indices),
         indices.rank() == 0 ? "[d]" : "of the same dims and one more", dims_to_string(rows));
  if (count < 0) fail("[scatter_add] count {} must not be negative", count);
  if (rows[rows.rank() - 1] == kBatch)
    fail("[scatter_add] a row of {} has no fixed length", dims_to_string(rows));
  const std::array<int64_t, 2> dims = {count, rows[rows.rank() - 1]};
  return Shape(dims, rows.dtype());
}

void scatter_add_reference(const ReferenceCall& call) {
  const int64_t columns = call.out.shape[1];
  std::ranges::fill(call.out.values, 0.0);
  const double* from = call.in[1]->values.data();
  for (const int64_t index : reference_indices("scatter_add", *call.in[0], call.out.shape[0]))
    for (int64_t j = 0; j < columns; ++j)
      call.out.values[static_cast<size_t>(index * columns + j)] += *from++;
}

/// A tile owns a range of the table's rows and adds, in the order of the indices, those that fall into it.
template <class T>
class ScatterAddKernel final : public Kernel {
 public:
  explicit ScatterAddKernel(const KernelSpec& spec)
      : count_(spec.output[0]), columns_(spec.output[1]), indices_(spec.inputs[0].size()) {
    // Every tile reads all indices, so there are few.
    const int64_t tiles = std::clamp<int64_t>(spec.output.bytes() / (256 * 1024), 1, 16);
    rows_per_tile_ = std::max<int64_t>(1, (count_ + tiles - 1) / tiles);
  }

  int64_t tiles() const override {
    return std::max<int64_t>(1, (count_ + rows_per_tile_ - 1) / rows_per_tile_);
  }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const int64_t begin = tile * rows_per_tile_, end = std::min(count_, begin + rows_per_tile_);
    const auto* indices = static_cast<const int64_t*>(in[0]);
    const T* rows = static_cast<const T*>(in[1]);
    T* table = static_cast<T*>(out);
    std::fill(table + begin * columns_, table + end * columns_, T{0});
    for (int64_t i = 0; i < indices_; ++i) {
      check_index("scatter_add", indices[i], i, count_);
      if (indices[i] < begin || indices[i] >= end) continue;
      const T* from = rows + i * columns_;
      T* to = table + indices[i] * columns_;
      for (int64_t j = 0; j < columns_; ++j) to[j] += from[j];
    }
  }

 private:
  int64_t count_, columns_, indices_, rows_per_tile_;
};

std::unique_ptr<Kernel> prepare_scatter_add(const KernelSpec& spec) {
  if (spec.output.dtype() == DType::f32) return std::make_unique<ScatterAddKernel<float>>(spec);
  return std::make_unique<ScatterAddKernel<double>>(spec);
}

std::vector<Example> scatter_add_examples() {
  const Attributes count = {{"count", int64_t{5}}};
  const std::vector<Domain> domains = {{0, 4}, {}};
  return {{{Shape({kBatch}, DType::i64), Shape({kBatch, 3})}, count, domains},
          {{Shape({4, 2}, DType::i64), Shape({4, 2, 3})}, count, domains},
          {{Shape({}, DType::i64), Shape({2})}, count, domains}};
}

std::vector<Value> scatter_add_terms(const ElementCall& call) {
  const int64_t columns = call.inputs[1][call.inputs[1].rank() - 1];
  std::vector<Value> terms;
  for (int64_t i = 0; i < call.inputs[0].size(); ++i)
    if (call.index(0, i) == call.element / columns)
      terms.push_back(call.at(1, i * columns + call.element % columns));
  return terms;
}

}  // namespace

const OpDef kScatterAdd{
    .name = "scatter_add",
    .formula = "y = 0 with row_i added to y[index_i], for all i;  ∂L/∂rows = lookup(g, indices)",
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{.name = "count", .initial = int64_t{0}, .required = true}},
    .notation = {.plain = {"scatter_add({0}, {1})"},
                 .latex = {"\\operatorname{scatter\\_add}\\left({0}, {1}\\right)"}},
    .infer = infer_scatter_add,
    .reference = scatter_add_reference,
    .prepare = prepare_scatter_add,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{Value{}, lookup(g, c.x[0])};
        },
    .jvp =
        [](const LocalCall& c, std::span<const Value> t) {
          return t[1] ? scatter_add(c.x[0], t[1], c.attributes.integer("count")) : Value{};
        },
    .examples = scatter_add_examples,
    .terms = scatter_add_terms,
    .max_ulp = 8,
};

Value scatter_add(Value indices, Value rows, int64_t count) {
  return rows.graph->apply(kScatterAdd, {indices, rows}, {{"count", count}});
}

}  // namespace kette
