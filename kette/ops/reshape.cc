// reshape: the same elements with other dims.
#include <cstring>

#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_reshape(const OpCall& call) {
  const Shape& x = call.inputs[0];
  const Shape y = checked_shape(call.op, call.attributes.integers("dims"), x.dtype());
  // N stays N, so the elements of one row must stay as many.
  if (x.has_batch() != y.has_batch() || x.product(0, x.rank()) != y.product(0, y.rank()))
    fail("[reshape] {} cannot become {}", dims_to_string(x), dims_to_string(y));
  return y;
}

/// For programs that do not take the operand's memory as the result's.
class CopyKernel final : public Kernel {
 public:
  explicit CopyKernel(int64_t bytes) : tiles_(bytes, 1) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const int64_t begin = tiles_.begin(tile);
    std::memcpy(static_cast<std::byte*>(out) + begin, static_cast<const std::byte*>(in[0]) + begin,
                static_cast<size_t>(tiles_.end(tile) - begin));
  }

 private:
  RowTiles tiles_;
};

std::vector<Example> reshape_examples() {
  using Dims = std::vector<int64_t>;
  return {{{Shape({2, 6})}, {{"dims", Dims{3, 4}}}},
          {{Shape({kBatch, 2, 3})}, {{"dims", Dims{kBatch, 6}}}},
          {{Shape({kBatch})}, {{"dims", Dims{kBatch, 1}}}},
          {{Shape({1, 1})}, {{"dims", Dims{}}}}};
}

}  // namespace

const OpDef kReshape{
    .name = "reshape",
    .formula = "y = the elements of x in row-major order;  ∂L/∂x = g with the dims of x",
    .attributes = {{.name = "dims", .initial = std::vector<int64_t>{}, .required = true}},
    .notation = {.plain = {"reshape({0})"}, .latex = {"\\operatorname{reshape}\\left({0}\\right)"}},
    .infer = infer_reshape,
    .reference = [](const ReferenceCall& call) { call.out.values = call.in[0]->values; },
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<CopyKernel>(spec.output.bytes());
    },
    .vjp = [](const LocalCall& c, Value g) { return std::vector{reshape(g, dims_of(c.x[0].shape()))}; },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return reshape(t[0], dims_of(c.y.shape())); },
    .examples = reshape_examples,
    .is_view = true,
    .moves = true,
    .max_ulp = 0,
    .c = {.view = [](const CCall&) { return int64_t{0}; }},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Reshape", {call.inputs[0], onnx.integers(onnx_dims(call.shape))});
                 }},
};

Value reshape(Value x, std::vector<int64_t> dims) {
  return x.graph->apply(kReshape, {x}, {{"dims", std::move(dims)}});
}

}  // namespace kette
