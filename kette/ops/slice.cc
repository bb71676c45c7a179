// slice: a range of an axis.
#include <cstring>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_slice(const OpCall& call) {
  const Shape& x = call.inputs[0];
  const int axis = axis_attribute(call.op, x, call.attributes);
  const int64_t begin = call.attributes.integer("begin"), end = call.attributes.integer("end");
  if (x[axis] == kBatch) fail("[slice] {} cannot be cut along the batch dim N", dims_to_string(x));
  if (begin < 0 || begin > end || end > x[axis])
    fail("[slice] [{}, {}) is not a range of axis {} of {}", begin, end, axis, dims_to_string(x));
  return Shape(with_dim(x, axis, end - begin), x.dtype());
}

void slice_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const int axis = axis_attribute(kSlice, x.shape, call.attributes);
  const int64_t inner = x.shape.product(axis + 1, x.shape.rank());
  const int64_t from_row = x.shape[axis] * inner, to_row = call.out.shape[axis] * inner;
  const int64_t begin = call.attributes.integer("begin") * inner;
  for (int64_t i = 0; i < static_cast<int64_t>(call.out.values.size()); ++i)
    call.out.values[static_cast<size_t>(i)] =
        x.values[static_cast<size_t>(i / to_row * from_row + begin + i % to_row)];
}

/// One memcpy for each position in the axes before the cut one.
class SliceKernel final : public Kernel {
 public:
  explicit SliceKernel(const KernelSpec& spec)
      : axis_(axis_attribute(kSlice, spec.output, spec.attributes)),
        from_bytes_(spec.inputs[0].product(axis_, spec.inputs[0].rank()) * size_of(spec.output.dtype())),
        to_bytes_(spec.output.product(axis_, spec.output.rank()) * size_of(spec.output.dtype())),
        begin_bytes_(spec.attributes.integer("begin") * spec.output.product(axis_ + 1, spec.output.rank()) *
                     size_of(spec.output.dtype())),
        tiles_(spec.output.product(0, axis_), to_bytes_) {}

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    for (int64_t row = tiles_.begin(tile); row < tiles_.end(tile); ++row)
      std::memcpy(static_cast<std::byte*>(out) + row * to_bytes_,
                  static_cast<const std::byte*>(in[0]) + row * from_bytes_ + begin_bytes_,
                  static_cast<size_t>(to_bytes_));
  }

 private:
  int axis_;
  int64_t from_bytes_, to_bytes_, begin_bytes_;
  RowTiles tiles_;
};

std::vector<Value> slice_vjp(const LocalCall& c, Value g) {
  const Shape x = c.x[0].shape();  // a copy: appending nodes moves the shapes in the graph
  const int axis = axis_attribute(kSlice, x, c.attributes);
  const int64_t before = c.attributes.integer("begin"), after = x[axis] - c.attributes.integer("end");
  std::vector<Value> parts;
  if (before > 0) parts.push_back(filled(g, 0, with_dim(x, axis, before)));
  parts.push_back(g);
  if (after > 0) parts.push_back(filled(g, 0, with_dim(x, axis, after)));
  return {parts.size() == 1 ? g : concat(parts, axis)};
}

Value slice_jvp(const LocalCall& c, std::span<const Value> t) {
  return slice(t[0], c.attributes.integer("axis"), c.attributes.integer("begin"),
               c.attributes.integer("end"));
}

std::vector<Example> slice_examples() {
  const auto cut = [](int64_t axis, int64_t begin, int64_t end) {
    return Attributes{{"axis", axis}, {"begin", begin}, {"end", end}};
  };
  return {{{Shape({kBatch, 5})}, cut(1, 1, 4)},
          {{Shape({kBatch, 5})}, cut(1, 0, 2)},
          {{Shape({6, 2})}, cut(0, 4, 6)},
          {{Shape({2, 4, 3})}, cut(1, 1, 2)}};
}

struct Cut {
  int64_t first, block, from_row, outer;
};
Cut cut_of(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  const int axis = axis_attribute(kSlice, x, call.attributes);
  const int64_t inner = x.product(axis + 1, x.rank());
  return {call.attributes.integer("begin") * inner, call.shape[axis] * inner, x[axis] * inner,
          x.product(0, axis)};
}
int64_t slice_view(const CCall& call) { return cut_of(call).outer == 1 ? cut_of(call).first : -1; }
std::string write_slice(const CCall& call) {
  const Cut cut = cut_of(call);
  return copy_blocks("{0}", cut.first, cut.from_row, 0, cut.block, cut.outer, cut.block);
}

}  // namespace

const OpDef kSlice{
    .name = "slice",
    .formula = "y = elements [begin, end) of the axis;  ∂L/∂x = g there, 0 elsewhere",
    .attributes = {{.name = "axis", .initial = int64_t{0}, .required = true},
                   {.name = "begin", .initial = int64_t{0}, .required = true},
                   {.name = "end", .initial = int64_t{0}, .required = true}},
    .notation = {.plain = {"{0!}[{begin}:{end}]"}, .latex = {"{0!}_{{begin}:{end}}"}},
    .infer = infer_slice,
    .reference = slice_reference,
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<SliceKernel>(spec);
    },
    .vjp = slice_vjp,
    .jvp = slice_jvp,
    .examples = slice_examples,
    .copies_if_same_size = true,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_slice, .view = slice_view},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const auto list = [&](std::string_view key) {
                     return onnx.integers({call.attributes.integer(key)});
                   };
                   return onnx.node("Slice", {call.inputs[0], list("begin"), list("end"), list("axis")});
                 }},
};

Value slice(Value x, int64_t axis, int64_t begin, int64_t end) {
  const int64_t resolved = resolve_axis("slice", axis, x.shape().rank());
  return x.graph->apply(kSlice, {x}, {{"axis", resolved}, {"begin", begin}, {"end", end}});
}

}  // namespace kette
