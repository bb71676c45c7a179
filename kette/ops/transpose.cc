// transpose: the axes in another order.
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

/// Result axis i is operand axis order[i]; an empty attribute reverses.
std::vector<int64_t> order_of(const Attributes& attributes, int rank) {
  std::vector<int64_t> order = attributes.integers("order");
  if (order.empty()) {
    order.resize(static_cast<size_t>(rank));
    std::iota(order.rbegin(), order.rend(), 0);
  }
  return order;
}

std::vector<int64_t> inverse(const std::vector<int64_t>& order) {
  std::vector<int64_t> result(order.size());
  for (size_t i = 0; i < order.size(); ++i) result[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return result;
}

Shape infer_transpose(const OpCall& call) {
  const Shape& x = call.inputs[0];
  const std::vector<int64_t> order = order_of(call.attributes, x.rank());
  std::vector<int64_t> axes(static_cast<size_t>(x.rank())), dims;
  std::iota(axes.begin(), axes.end(), 0);
  if (!std::ranges::is_permutation(order, axes))
    fail("[transpose] order {} is not an order of the {} axes of {}", to_string(Attribute(order)), x.rank(),
         dims_to_string(x));
  for (const int64_t axis : order) dims.push_back(x[static_cast<int>(axis)]);
  if (x.has_batch() && order[0] != 0)
    fail("[transpose] the batch dim N of {} would not be the first", dims_to_string(x));
  return Shape(dims, x.dtype());
}

/// The operand's strides in the order of the result's axes.
std::array<int64_t, kMaxRank> result_strides(const Shape& x, const std::vector<int64_t>& order) {
  std::array<int64_t, kMaxRank> result{};
  for (size_t i = 0; i < order.size(); ++i) result[i] = x.product(static_cast<int>(order[i]) + 1, x.rank());
  return result;
}

void transpose_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Shape& y = call.out.shape;
  const auto strides = result_strides(x.shape, order_of(call.attributes, x.shape.rank()));
  for (size_t i = 0; i < call.out.values.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), from = 0;
    for (int axis = y.rank() - 1; axis >= 0; --axis) {
      from += rest % y[axis] * strides[static_cast<size_t>(axis)];
      rest /= y[axis];
    }
    call.out.values[i] = x.values[static_cast<size_t>(from)];
  }
}

/// The result as rows [all axes but the last]; a tile walks 16 columns of 16 rows at a time where the
/// operand's contiguous axis is the last but one, so that both sides stay in cache.
template <class T>
class TransposeKernel final : public Kernel {
 public:
  explicit TransposeKernel(const KernelSpec& spec)
      : rank_(spec.output.rank()),
        columns_(rank_ > 0 ? spec.output[rank_ - 1] : 1),
        tiles_(rank_ > 0 ? spec.output.product(0, rank_ - 1) : 1,
               columns_ * static_cast<int64_t>(sizeof(T))) {
    strides_ = result_strides(spec.inputs[0], order_of(spec.attributes, rank_));
    std::ranges::copy(spec.output.dims(), dims_.begin());
    if (rank_ > 0) column_stride_ = strides_[static_cast<size_t>(rank_ - 1)];
  }

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const T* x = static_cast<const T*>(in[0]);
    T* y = static_cast<T*>(out);
    constexpr int64_t kBlock = 16;
    std::array<const T*, kBlock> from{};
    for (int64_t row = tiles_.begin(tile); row < tiles_.end(tile); row += kBlock) {
      const int64_t rows = std::min(kBlock, tiles_.end(tile) - row);
      for (int64_t i = 0; i < rows; ++i) from[static_cast<size_t>(i)] = x + offset(row + i);
      T* to = y + row * columns_;
      if (column_stride_ == 1) {
        for (int64_t i = 0; i < rows; ++i)
          std::memcpy(to + i * columns_, from[static_cast<size_t>(i)],
                      static_cast<size_t>(columns_) * sizeof(T));
        continue;
      }
      for (int64_t begin = 0; begin < columns_; begin += kBlock)
        for (int64_t i = 0; i < rows; ++i)
          for (int64_t j = begin; j < std::min(begin + kBlock, columns_); ++j)
            to[i * columns_ + j] = from[static_cast<size_t>(i)][j * column_stride_];
    }
  }

 private:
  int64_t offset(int64_t row) const {
    int64_t result = 0;
    for (int axis = rank_ - 2; axis >= 0; --axis) {
      const auto a = static_cast<size_t>(axis);
      result += row % dims_[a] * strides_[a];
      row /= dims_[a];
    }
    return result;
  }

  int rank_;
  int64_t columns_, column_stride_ = 1;
  RowTiles tiles_;
  std::array<int64_t, kMaxRank> dims_{}, strides_{};
};

std::unique_ptr<Kernel> prepare_transpose(const KernelSpec& spec) {
  if (size_of(spec.output.dtype()) == 4) return std::make_unique<TransposeKernel<uint32_t>>(spec);
  return std::make_unique<TransposeKernel<uint64_t>>(spec);
}

std::vector<Example> transpose_examples() {
  using Order = std::vector<int64_t>;
  return {{{Shape({3, 5})}},
          {{Shape({17, 21})}},
          {{Shape({kBatch, 3, 4})}, {{"order", Order{0, 2, 1}}}},
          {{Shape({2, 3, 4, 5})}, {{"order", Order{2, 0, 3, 1}}}},
          {{Shape({2, 3, 4})}, {{"order", Order{1, 0, 2}}}}};
}

std::string write_transpose(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  const auto strides = result_strides(x, order_of(call.attributes, x.rank()));
  return copy_along(call.shape, std::span(strides).first(static_cast<size_t>(x.rank())));
}

}  // namespace

const OpDef kTranspose{
    .name = "transpose",
    .formula = "y[i_order] = x[i];  ∂L/∂x = the transpose of g by the inverse order",
    .attributes = {{"order", std::vector<int64_t>{}}},
    .notation = {.plain = {"{0!}ᵀ"}, .latex = {"{0!}^\\top", Binding::power}},
    .infer = infer_transpose,
    .reference = transpose_reference,
    .prepare = prepare_transpose,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{transpose(g, inverse(order_of(c.attributes, c.y.shape().rank())))};
        },
    .jvp =
        [](const LocalCall& c, std::span<const Value> t) {
          return transpose(t[0], order_of(c.attributes, c.y.shape().rank()));
        },
    .examples = transpose_examples,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_transpose},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Transpose", {call.inputs[0]},
                                    {{"perm", order_of(call.attributes, call.shape.rank())}});
                 }},
};

Value transpose(Value x, std::vector<int64_t> order) {
  if (order.empty()) {
    order.resize(static_cast<size_t>(x.shape().rank()));
    std::iota(order.rbegin(), order.rend(), 0);
  }
  return x.graph->apply(kTranspose, {x}, {{"order", std::move(order)}});
}

}  // namespace kette
