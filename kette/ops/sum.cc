// sum: over any axes.
#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/reduction.h"
#include "kette/ops/reduction_kernel.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

void sum_reference(const ReferenceCall& call) {
  const Shape& x = call.in[0]->shape;
  reduce_reference(call, blocks_of(x, reduced_axes(kSum, x, call.attributes)), 0,
                   [](double sum, double element) { return sum + element; });
}

std::unique_ptr<Kernel> prepare_sum(const KernelSpec& spec) {
  const Shape& x = spec.inputs[0];
  return reduction_kernel(kernels::Reduction::sum, x.dtype(),
                          blocks_of(x, reduced_axes(kSum, x, spec.attributes)));
}

std::vector<Value> sum_vjp(const LocalCall& c, Value g) {
  return {broadcast(with_reduced_axes(kSum, g, c.x[0], c.attributes), dims_of(c.x[0].shape()))};
}

std::string write_sum(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  return over_blocks(R"(
  {T} total = 0;
  for (int32_t j = 0; j < {axis}; ++j) total += x[j * {inner}];
  *y = total;)",
                     blocks_of(x, reduced_axes(kSum, x, call.attributes)), Kept::one);
}

std::vector<Value> sum_terms(const ElementCall& call) {
  return elements_of(call, blocks_of(call.inputs[0], reduced_axes(kSum, call.inputs[0], call.attributes)));
}

}  // namespace

const OpDef kSum{
    .name = "sum",
    .formula = "y = Σ x over the axes;  ∂L/∂x = g repeated",
    .attributes = reduction_attributes(),
    .notation = {.plain = {"Σ {0*}", Binding::product}, .latex = {"\\sum {0*}", Binding::product}},
    .infer = infer_reduction,
    .reference = sum_reference,
    .prepare = prepare_sum,
    .vjp = sum_vjp,
    .jvp = [](const LocalCall& c,
              std::span<const Value> t) { return t[0].graph->apply(kSum, {t[0]}, c.attributes); },
    .examples = reduction_examples,
    .copies_if_same_size = true,
    .terms = sum_terms,
    .max_ulp = 8,
    .c = {.write = write_sum},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const std::string axes =
                       onnx.integers(reduced_list(kSum, call.input_shapes[0], call.attributes));
                   return onnx.node("ReduceSum", {call.inputs[0], axes},
                                    {{"keepdims", call.attributes.integer("keep")}});
                 }},
};

Value sum(Value x, std::vector<int64_t> axes, bool keep) { return reduce(kSum, x, std::move(axes), keep); }

}  // namespace kette
