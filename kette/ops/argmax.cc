// argmax: where the largest element of an axis stands.
#include <cmath>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/reduction.h"
#include "kette/ops/reduction_kernel.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_argmax(const OpCall& call) {
  const Shape& x = call.inputs[0];
  require_float(call.op, x);
  const int axis = axis_attribute(call.op, x, call.attributes);
  if (x[axis] == 0) fail("[argmax] axis {} of {} is empty", axis, dims_to_string(x));
  std::vector<int64_t> dims = dims_of(x);
  dims.erase(dims.begin() + axis);
  return Shape(dims, DType::i64);
}

Blocks argmax_blocks(const Shape& x, const Attributes& attributes) {
  const int axis = axis_attribute(kArgmax, x, attributes);
  return blocks_of(x, {axis, axis + 1});
}

/// The first of the largest; NaN counts as larger than any number.
int64_t first_largest(const double* x, int64_t count, int64_t stride) {
  int64_t best = 0;
  for (int64_t j = 0; j < count; ++j) {
    const double value = x[j * stride], largest = x[best * stride];
    if (value > largest || (std::isnan(value) && !std::isnan(largest))) best = j;
  }
  return best;
}

void argmax_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Blocks b = argmax_blocks(x.shape, call.attributes);
  for (int64_t i = 0; i < b.outer; ++i)
    for (int64_t k = 0; k < b.inner; ++k)
      call.out.values[static_cast<size_t>(i * b.inner + k)] =
          static_cast<double>(first_largest(x.values.data() + i * b.axis * b.inner + k, b.axis, b.inner));
}

std::unique_ptr<Kernel> prepare_argmax(const KernelSpec& spec) {
  const Shape& x = spec.inputs[0];
  return reduction_kernel(kernels::Reduction::argmax, x.dtype(), argmax_blocks(x, spec.attributes));
}

std::vector<Example> argmax_examples() {
  return {{{Shape({kBatch, 4})}, {{"axis", int64_t{1}}}},
          {{Shape({kBatch, 4})}, {{"axis", int64_t{0}}}},
          {{Shape({2, 3, 4})}, {{"axis", int64_t{1}}}},
          {{Shape({5})}}};
}

std::string write_argmax(const CCall& call) {
  return over_blocks(R"(
  int32_t best = 0;
  for (int32_t j = 1; j < {axis}; ++j)
    if (!(x[j * {inner}] <= x[best * {inner}]) && x[best * {inner}] == x[best * {inner}]) best = j;
  *y = best;)",
                     argmax_blocks(call.input_shapes[0], call.attributes), Kept::one);
}

}  // namespace

const OpDef kArgmax{
    .name = "argmax",
    .formula = "y = the first index of the largest element of the axis;  no derivative",
    .attributes = {{"axis", int64_t{-1}}},
    .notation = {.plain = {"argmax({0})"}, .latex = {"\\arg\\max\\left({0}\\right)"}},
    .infer = infer_argmax,
    .reference = argmax_reference,
    .prepare = prepare_argmax,
    .vjp = [](const LocalCall&, Value) { return std::vector<Value>(1); },
    .jvp = [](const LocalCall&, std::span<const Value>) { return Value{}; },
    .examples = argmax_examples,
    .max_ulp = 0,
    .c = {.write = write_argmax},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const int axis = axis_attribute(kArgmax, call.input_shapes[0], call.attributes);
                   return onnx.node("ArgMax", {call.inputs[0]},
                                    {{"axis", int64_t{axis}}, {"keepdims", int64_t{0}}});
                 }},
};

Value argmax(Value x, int64_t axis) {
  const int64_t resolved = resolve_axis("argmax", axis, x.shape().rank());
  return x.graph->apply(kArgmax, {x}, {{"axis", resolved}});
}

}  // namespace kette
