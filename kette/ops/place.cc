// place: one element of every row, the others zero; the adjoint of pick.
#include <algorithm>

#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_place(const OpCall& call) {
  const Shape &column = call.inputs[0], &indices = call.inputs[1];
  const int64_t size = call.attributes.integer("size");
  require_float(call.op, column);
  require_index(call.op, indices);
  if (column.rank() != 2 || column[1] != 1 || indices.rank() != 1 || column[0] != indices[0])
    fail("[place] needs a column [N,1] and indices [N], found {} and {}", dims_to_string(column),
         dims_to_string(indices));
  if (size < 0) fail("[place] size {} must not be negative", size);
  return Shape(with_dim(column, 1, size), column.dtype());
}

void place_reference(const ReferenceCall& call) {
  const int64_t columns = call.out.shape[1];
  std::ranges::fill(call.out.values, 0.0);
  int64_t row = 0;
  for (const int64_t index : reference_indices("place", *call.in[1], columns)) {
    call.out.values[static_cast<size_t>(row * columns + index)] =
        call.in[0]->values[static_cast<size_t>(row)];
    ++row;
  }
}

template <class T>
class PlaceKernel final : public Kernel {
 public:
  explicit PlaceKernel(const KernelSpec& spec)
      : columns_(spec.output[1]), tiles_(spec.output[0], columns_ * static_cast<int64_t>(sizeof(T))) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const T* column = static_cast<const T*>(in[0]);
    const auto* indices = static_cast<const int64_t*>(in[1]);
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      check_index("place", indices[i], i, columns_);
      T* row = static_cast<T*>(out) + i * columns_;
      std::fill_n(row, columns_, T{0});
      row[indices[i]] = column[i];
    }
  }

 private:
  int64_t columns_;
  RowTiles tiles_;
};

std::unique_ptr<Kernel> prepare_place(const KernelSpec& spec) {
  if (spec.output.dtype() == DType::f32) return std::make_unique<PlaceKernel<float>>(spec);
  return std::make_unique<PlaceKernel<double>>(spec);
}

std::vector<Example> place_examples() {
  return {{{Shape({kBatch, 1}), Shape({kBatch}, DType::i64)}, {{"size", int64_t{4}}}, {{}, {0, 3}}}};
}

}  // namespace

const OpDef kPlace{
    .name = "place",
    .formula = "y[n, index_n] = x_n, else 0;  ∂L/∂x = pick(g, indices)",
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{.name = "size", .initial = int64_t{0}, .required = true}},
    .notation = {.plain = {"place({0}, {1})"}, .latex = {"\\operatorname{place}\\left({0}, {1}\\right)"}},
    .infer = infer_place,
    .reference = place_reference,
    .prepare = prepare_place,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{pick(g, c.x[1]), Value{}};
        },
    .jvp =
        [](const LocalCall& c, std::span<const Value> t) {
          return t[0] ? place(t[0], c.x[1], c.attributes.integer("size")) : Value{};
        },
    .examples = place_examples,
    .moves = true,
    .max_ulp = 0,
};

Value place(Value column, Value indices, int64_t size) {
  return column.graph->apply(kPlace, {column, indices}, {{"size", size}});
}

}  // namespace kette
