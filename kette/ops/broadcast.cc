// broadcast: a tensor repeated to larger dims.
#include <algorithm>
#include <array>
#include <cstring>

#include "kette/ops/c_forms.h"
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_broadcast(const OpCall& call) {
  const Shape& x = call.inputs[0];
  const Shape y = checked_shape(call.op, call.attributes.integers("dims"), x.dtype());
  bool fits = x.rank() <= y.rank();
  for (int axis = 0; fits && axis < x.rank(); ++axis)
    fits = x[axis] == 1 || x[axis] == y[y.rank() - x.rank() + axis];
  if (!fits) fail("[broadcast] {} cannot be repeated to {}", dims_to_string(x), dims_to_string(y));
  return y;
}

/// The operand's strides along the result's axes; 0 where it is repeated.
std::array<int64_t, kMaxRank> repeated_strides(const Shape& x, const Shape& y) {
  std::array<int64_t, kMaxRank> strides{};
  for (int axis = 0; axis < x.rank(); ++axis)
    if (x[axis] != 1)
      strides[static_cast<size_t>(y.rank()) - static_cast<size_t>(x.rank() - axis)] =
          x.product(axis + 1, x.rank());
  return strides;
}

void broadcast_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Shape& y = call.out.shape;
  const auto strides = repeated_strides(x.shape, y);
  for (size_t i = 0; i < call.out.values.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), from = 0;
    for (int axis = y.rank() - 1; axis >= 0; --axis) {
      from += rest % y[axis] * strides[static_cast<size_t>(axis)];
      rest /= y[axis];
    }
    call.out.values[i] = x.values[static_cast<size_t>(from)];
  }
}

/// The last axes that are all copied or all repeated form a row: one memcpy or one fill.
template <class T>
class BroadcastKernel final : public Kernel {
 public:
  explicit BroadcastKernel(const KernelSpec& spec)
      : outer_(outer_axes(spec)),
        columns_(spec.output.product(outer_, spec.output.rank())),
        tiles_(spec.output.product(0, outer_), columns_ * static_cast<int64_t>(sizeof(T))),
        strides_(repeated_strides(spec.inputs[0], spec.output)),
        copies_(outer_ < spec.output.rank() && !repeats(spec, spec.output.rank() - 1)) {
    std::ranges::copy(spec.output.dims(), dims_.begin());
  }

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    for (int64_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row) {
      int64_t rest = row, offset = 0;
      for (int axis = outer_ - 1; axis >= 0; --axis) {
        const auto a = static_cast<size_t>(axis);
        offset += rest % dims_[a] * strides_[a];
        rest /= dims_[a];
      }
      const T* from = static_cast<const T*>(in[0]) + offset;
      T* to = static_cast<T*>(out) + row * columns_;
      if (copies_)
        std::memcpy(to, from, static_cast<size_t>(columns_) * sizeof(T));
      else
        std::fill_n(to, columns_, *from);
    }
  }

 private:
  static bool repeats(const KernelSpec& spec, int axis) {
    const Shape &x = spec.inputs[0], &y = spec.output;
    const int own = axis - (y.rank() - x.rank());
    return own < 0 || (x[own] == 1 && y[axis] != 1);
  }
  /// Number of leading axes that are not part of a row.
  static int outer_axes(const KernelSpec& spec) {
    int axis = spec.output.rank();
    while (axis > 0 && repeats(spec, axis - 1) == repeats(spec, spec.output.rank() - 1)) --axis;
    return axis;
  }

  int outer_;
  int64_t columns_;
  RowTiles tiles_;
  std::array<int64_t, kMaxRank> dims_{}, strides_;
  bool copies_;
};

std::unique_ptr<Kernel> prepare_broadcast(const KernelSpec& spec) {
  if (size_of(spec.output.dtype()) == 4) return std::make_unique<BroadcastKernel<uint32_t>>(spec);
  return std::make_unique<BroadcastKernel<uint64_t>>(spec);
}

std::vector<Example> broadcast_examples() {
  using Dims = std::vector<int64_t>;
  return {{{Shape({})}, {{"dims", Dims{kBatch, 3}}}},
          {{Shape({3})}, {{"dims", Dims{kBatch, 3}}}},
          {{Shape({kBatch, 1})}, {{"dims", Dims{kBatch, 5}}}},
          {{Shape({1, 4, 1})}, {{"dims", Dims{3, 4, 2}}}},
          {{Shape({2, 1, 5})}, {{"dims", Dims{2, 3, 5}}}}};
}

std::string write_broadcast(const CCall& call) {
  const auto strides = repeated_strides(call.input_shapes[0], call.shape);
  return copy_along(call.shape, std::span(strides).first(static_cast<size_t>(call.shape.rank())));
}

}  // namespace

const OpDef kBroadcast{
    .name = "broadcast",
    .formula = "y = x repeated to the dims;  ∂L/∂x = g summed over the repetitions",
    .attributes = {{.name = "dims", .initial = std::vector<int64_t>{}, .required = true}},
    .notation = {.plain = {"broadcast({0})"}, .latex = {"\\operatorname{broadcast}\\left({0}\\right)"}},
    .infer = infer_broadcast,
    .reference = broadcast_reference,
    .prepare = prepare_broadcast,
    .vjp = [](const LocalCall& c, Value g) { return std::vector{sum_to(g, c.x[0].shape())}; },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return broadcast(t[0], dims_of(c.y.shape())); },
    .examples = broadcast_examples,
    .copies_if_same_size = true,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_broadcast},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   // A leading N is written as 1: Expand then keeps the operand's own N.
                   std::vector<int64_t> dims = onnx_dims(call.shape);
                   if (call.shape.has_batch()) dims[0] = 1;
                   return onnx.node("Expand", {call.inputs[0], onnx.integers(dims)});
                 }},
};

Value broadcast(Value x, std::vector<int64_t> dims) {
  if (std::ranges::equal(x.shape().dims(), dims)) return x;
  return x.graph->apply(kBroadcast, {x}, {{"dims", std::move(dims)}});
}

}  // namespace kette
