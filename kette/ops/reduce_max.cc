// reduce_max: the largest element over any axes.
#include <cmath>
#include <limits>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/reduction.h"
#include "kette/ops/reduction_kernel.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

void reduce_max_reference(const ReferenceCall& call) {
  const Shape& x = call.in[0]->shape;
  reduce_reference(call, blocks_of(x, reduced_axes(kReduceMax, x, call.attributes)),
                   -std::numeric_limits<double>::infinity(), [](double largest, double element) {
                     return std::isnan(largest) || largest >= element ? largest : element;
                   });
}

std::unique_ptr<Kernel> prepare_reduce_max(const KernelSpec& spec) {
  const Shape& x = spec.inputs[0];
  return reduction_kernel(kernels::Reduction::max, x.dtype(),
                          blocks_of(x, reduced_axes(kReduceMax, x, spec.attributes)));
}

/// ∂y/∂x, of x's dims: 1 at the largest, shared where there are several.
Value shares(const LocalCall& c) {
  const Value x = c.x[0];
  const Value largest = equal(x, with_reduced_axes(kReduceMax, c.y, x, c.attributes));
  return largest / sum(largest, reduced_list(kReduceMax, x.shape(), c.attributes), true);
}

std::string write_reduce_max(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  return over_blocks(R"(
  {T} largest = -({T})INFINITY;
  for (int32_t j = 0; j < {axis}; ++j)
    if (!(largest >= x[j * {inner}]) && largest == largest) largest = x[j * {inner}];
  *y = largest;)",
                     blocks_of(x, reduced_axes(kReduceMax, x, call.attributes)), Kept::one);
}

std::vector<Value> reduce_max_terms(const ElementCall& call) {
  const std::vector<Value> elements =
      elements_of(call, blocks_of(call.inputs[0], reduced_axes(kReduceMax, call.inputs[0], call.attributes)));
  Value largest = elements.front();
  for (size_t i = 1; i < elements.size(); ++i) largest = max(largest, elements[i]);
  return {largest};
}

}  // namespace

const OpDef kReduceMax{
    .name = "reduce_max",
    .formula =
        "y = max x over the axes, NaN if any is;  ∂L/∂x = g at the largest, in equal shares where there are "
        "several, else 0",
    .attributes = reduction_attributes(),
    .notation = {.plain = {"max({0})"}, .latex = {"\\max\\left({0}\\right)"}},
    .infer = infer_reduction,
    .reference = reduce_max_reference,
    .prepare = prepare_reduce_max,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{with_reduced_axes(kReduceMax, g, c.x[0], c.attributes) * shares(c)};
        },
    .jvp = [](const LocalCall& c,
              std::span<const Value> t) { return t[0].graph->apply(kSum, {t[0] * shares(c)}, c.attributes); },
    .examples = reduction_examples,
    .copies_if_same_size = true,
    .terms = reduce_max_terms,
    .max_ulp = 0,
    .c = {.write = write_reduce_max},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node(
                       "ReduceMax", {call.inputs[0]},
                       {{"axes", reduced_list(kReduceMax, call.input_shapes[0], call.attributes)},
                        {"keepdims", call.attributes.integer("keep")}});
                 }},
};

Value reduce_max(Value x, std::vector<int64_t> axes, bool keep) {
  return reduce(kReduceMax, x, std::move(axes), keep);
}

}  // namespace kette
