// pick: one element of every row.
#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_pick(const OpCall& call) {
  const Shape &x = call.inputs[0], &indices = call.inputs[1];
  require_index(call.op, indices);
  if (x.rank() != 2 || indices.rank() != 1 || x[0] != indices[0])
    fail("[pick] needs a matrix [N,k] and indices [N], found {} and {}", dims_to_string(x),
         dims_to_string(indices));
  return Shape(with_dim(x, 1, 1), x.dtype());
}

void pick_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  size_t row = 0;
  for (const int64_t index : reference_indices("pick", *call.in[1], x.shape[1])) {
    call.out.values[row] = x.values[row * static_cast<size_t>(x.shape[1]) + static_cast<size_t>(index)];
    ++row;
  }
}

template <class T>
class PickKernel final : public Kernel {
 public:
  explicit PickKernel(const KernelSpec& spec) : columns_(spec.inputs[0][1]), tiles_(spec.inputs[0][0], 64) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const T* x = static_cast<const T*>(in[0]);
    const auto* indices = static_cast<const int64_t*>(in[1]);
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      check_index("pick", indices[i], i, columns_);
      static_cast<T*>(out)[i] = x[i * columns_ + indices[i]];
    }
  }

 private:
  int64_t columns_;
  RowTiles tiles_;
};

std::unique_ptr<Kernel> prepare_pick(const KernelSpec& spec) {
  if (size_of(spec.output.dtype()) == 4) return std::make_unique<PickKernel<uint32_t>>(spec);
  return std::make_unique<PickKernel<uint64_t>>(spec);
}

std::vector<Example> pick_examples() {
  return {{{Shape({kBatch, 4}), Shape({kBatch}, DType::i64)}, {}, {{}, {0, 3}}},
          {{Shape({3, 5}), Shape({3}, DType::i64)}, {}, {{}, {0, 4}}}};
}

/// An index outside the row, an Error elsewhere, becomes the nearest one.
std::string write_pick(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  return with_numbers(repeated(x[0], R"(
  {y}[{i}] = {0}[{i} * {columns} + ({1}[{i}] < 0 ? 0 : {1}[{i}] < {columns} ? {1}[{i}] : {columns} - 1)];)"),
                      {{"columns", x[1]}});
}

}  // namespace

const OpDef kPick{
    .name = "pick",
    .formula = "y_n = x[n, index_n];  ∂L/∂x = place(g, indices)",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0!}[{1}]"}, .latex = {"{0!}_{{1}}"}},
    .infer = infer_pick,
    .reference = pick_reference,
    .prepare = prepare_pick,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{place(g, c.x[1], c.x[0].shape()[1]), Value{}};
        },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return t[0] ? pick(t[0], c.x[1]) : Value{}; },
    .examples = pick_examples,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_pick},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const std::string column = onnx.node("Unsqueeze", {call.inputs[1], onnx.integers({1})});
                   return onnx.node("GatherElements", {call.inputs[0], column}, {{"axis", int64_t{1}}});
                 }},
};

Value pick(Value x, Value indices) { return x.graph->apply(kPick, {x, indices}); }

}  // namespace kette
