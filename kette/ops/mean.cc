// mean: over any axes.
#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/reduction.h"
#include "kette/ops/reduction_kernel.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

void mean_reference(const ReferenceCall& call) {
  const Shape& x = call.in[0]->shape;
  const Blocks blocks = blocks_of(x, reduced_axes(kMean, x, call.attributes));
  reduce_reference(call, blocks, 0, [](double sum, double element) { return sum + element; });
  for (double& value : call.out.values) value /= static_cast<double>(blocks.axis);
}

std::unique_ptr<Kernel> prepare_mean(const KernelSpec& spec) {
  const Shape& x = spec.inputs[0];
  return mean_kernel(x.dtype(), blocks_of(x, reduced_axes(kMean, x, spec.attributes)));
}

std::vector<Value> mean_vjp(const LocalCall& c, Value g) {
  const Value x = c.x[0];
  const Value share = g / count(x, reduced_list(kMean, x.shape(), c.attributes));
  return {broadcast(with_reduced_axes(kMean, share, x, c.attributes), dims_of(x.shape()))};
}

std::string write_mean(const CCall& call) {
  const Shape& x = call.input_shapes[0];
  return over_blocks(R"(
  {T} total = 0;
  for (int32_t j = 0; j < {axis}; ++j) total += x[j * {inner}];
  *y = total / {axis};)",
                     blocks_of(x, reduced_axes(kMean, x, call.attributes)), Kept::one);
}

std::vector<Value> mean_terms(const ElementCall& call) {
  std::vector<Value> terms =
      elements_of(call, blocks_of(call.inputs[0], reduced_axes(kMean, call.inputs[0], call.attributes)));
  const auto count = static_cast<double>(terms.size());
  if (count > 1)
    for (Value& term : terms) term = term / count;
  return terms;
}

}  // namespace

const OpDef kMean{
    .name = "mean",
    .formula = "y = Σ x / m over the m elements of the axes;  ∂L/∂x = g/m repeated",
    .attributes = reduction_attributes(),
    .notation = {.plain = {"mean({0})"}, .latex = {"\\overline{{0}}"}},
    .infer = infer_reduction,
    .reference = mean_reference,
    .prepare = prepare_mean,
    .vjp = mean_vjp,
    .jvp = [](const LocalCall& c,
              std::span<const Value> t) { return t[0].graph->apply(kMean, {t[0]}, c.attributes); },
    .examples = reduction_examples,
    .copies_if_same_size = true,
    .terms = mean_terms,
    .max_ulp = 8,
    .c = {.write = write_mean},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("ReduceMean", {call.inputs[0]},
                                    {{"axes", reduced_list(kMean, call.input_shapes[0], call.attributes)},
                                     {"keepdims", call.attributes.integer("keep")}});
                 }},
};

Value mean(Value x, std::vector<int64_t> axes, bool keep) { return reduce(kMean, x, std::move(axes), keep); }

}  // namespace kette
