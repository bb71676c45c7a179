// concat: tensors joined along an axis.
#include <cstring>
#include <limits>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_concat(const OpCall& call) {
  const Shape& first = call.inputs[0];
  const int axis = axis_attribute(call.op, first, call.attributes);
  int64_t total = 0;
  for (const Shape& x : call.inputs) {
    const bool fits = x.dtype() == first.dtype() && x.rank() == first.rank() &&
                      with_dim(x, axis, 0) == with_dim(first, axis, 0);
    if (!fits) fail("[concat] {} does not join {} along axis {}", to_string(x), to_string(first), axis);
    if (x[axis] == kBatch) fail("[concat] {} cannot be joined along the batch dim N", dims_to_string(x));
    if (__builtin_add_overflow(total, x[axis], &total)) fail("[concat] too many elements");
  }
  return Shape(with_dim(first, axis, total), first.dtype());
}

void concat_reference(const ReferenceCall& call) {
  const Shape& y = call.out.shape;
  const int axis = axis_attribute(kConcat, y, call.attributes);
  const int64_t inner = y.product(axis + 1, y.rank()), row = y[axis] * inner;
  int64_t column = 0;
  for (const Reference* x : call.in) {
    const int64_t block = x->shape[axis] * inner;
    for (int64_t i = 0; i < static_cast<int64_t>(x->values.size()); ++i)
      call.out.values[static_cast<size_t>(i / block * row + column + i % block)] =
          x->values[static_cast<size_t>(i)];
    column += block;
  }
}

/// One memcpy for each operand and each position in the axes before the joined one.
class ConcatKernel final : public Kernel {
 public:
  explicit ConcatKernel(const KernelSpec& spec)
      : axis_(axis_attribute(kConcat, spec.output, spec.attributes)),
        row_bytes_(spec.output.product(axis_, spec.output.rank()) * size_of(spec.output.dtype())),
        tiles_(spec.output.product(0, axis_), row_bytes_) {
    for (const Shape& x : spec.inputs)
      block_bytes_.push_back(x.product(axis_, x.rank()) * size_of(x.dtype()));
  }

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    auto* to = static_cast<std::byte*>(out) + tiles_.begin(tile) * row_bytes_;
    for (int64_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row) {
      for (size_t i = 0; i < block_bytes_.size(); ++i) {
        const int64_t bytes = block_bytes_[i];
        std::memcpy(to, static_cast<const std::byte*>(in[i]) + row * bytes, static_cast<size_t>(bytes));
        to += bytes;
      }
    }
  }

 private:
  int axis_;
  int64_t row_bytes_;
  RowTiles tiles_;
  std::vector<int64_t> block_bytes_;
};

std::vector<Value> concat_vjp(const LocalCall& c, Value g) {
  const int axis = axis_attribute(kConcat, c.y.shape(), c.attributes);
  std::vector<Value> result;
  int64_t begin = 0;
  for (const Value& x : c.x) {
    result.push_back(is_float(x.dtype()) ? slice(g, axis, begin, begin + x.shape()[axis]) : Value{});
    begin += x.shape()[axis];
  }
  return result;
}

Value concat_jvp(const LocalCall& c, std::span<const Value> t) {
  std::vector<Value> parts;
  for (size_t i = 0; i < c.x.size(); ++i)
    parts.push_back(t[i] ? t[i] : filled(c.x[i], 0, dims_of(c.x[i].shape())));
  return concat(parts, c.attributes.integer("axis"));
}

std::vector<Example> concat_examples() {
  return {{{Shape({kBatch, 3}), Shape({kBatch, 2})}, {{"axis", int64_t{1}}}},
          {{Shape({2, 3}), Shape({1, 3}), Shape({4, 3})}, {{"axis", int64_t{0}}}},
          {{Shape({2, 3, 2}), Shape({2, 1, 2})}, {{"axis", int64_t{1}}}}};
}

std::string write_concat(const CCall& call) {
  const Shape& y = call.shape;
  const int axis = axis_attribute(kConcat, y, call.attributes);
  const int64_t inner = y.product(axis + 1, y.rank()), outer = y.product(0, axis), row = y[axis] * inner;
  std::string text;
  int64_t first = 0;
  for (size_t i = 0; i < call.input_shapes.size(); ++i) {
    const int64_t block = call.input_shapes[i][axis] * inner;
    text += copy_blocks(fmt::format("{{{}}}", i), 0, block, first, row, outer, block);
    first += block;
  }
  return text;
}

}  // namespace

const OpDef kConcat{
    .name = "concat",
    .formula = "y = the operands one after the other along the axis;  ∂L/∂x_i = the part of g that x_i fills",
    .min_inputs = 1,
    .max_inputs = std::numeric_limits<int>::max(),
    .attributes = {{.name = "axis", .initial = int64_t{0}, .required = true}},
    .notation = {.plain = {"[{,}]"}, .latex = {"\\left[{,}\\right]"}},
    .infer = infer_concat,
    .reference = concat_reference,
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<ConcatKernel>(spec);
    },
    .vjp = concat_vjp,
    .jvp = concat_jvp,
    .examples = concat_examples,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_concat},
    .onnx = {.type = "Concat", .renamed = {{"axis", "axis"}}},
};

Value concat(std::span<const Value> values, int64_t axis) {
  if (values.empty()) fail("[concat] takes one operand or more, got none");
  const int resolved = resolve_axis("concat", axis, values.front().shape().rank());
  return values.front().graph->apply(kConcat, values, {{"axis", int64_t{resolved}}});
}

}  // namespace kette
