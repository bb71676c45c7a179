// logsumexp: a smooth maximum.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/reduction.h"
#include "kette/ops/reduction_kernel.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_logsumexp(const OpCall& call) {
  const Shape& x = call.inputs[0];
  require_float(call.op, x);
  return Shape(with_dim(x, axis_attribute(call.op, x, call.attributes), 1), x.dtype());
}

Blocks logsumexp_blocks(const Shape& x, const Attributes& attributes) {
  const int axis = axis_attribute(kLogsumexp, x, attributes);
  return blocks_of(x, {axis, axis + 1});
}

void logsumexp_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Blocks b = logsumexp_blocks(x.shape, call.attributes);
  for (int64_t i = 0; i < b.outer; ++i)
    for (int64_t k = 0; k < b.inner; ++k) {
      const auto at = [&](int64_t j) { return static_cast<size_t>((i * b.axis + j) * b.inner + k); };
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (int64_t j = 0; j < b.axis; ++j) largest = std::max(largest, x.values[at(j)]);
      for (int64_t j = 0; j < b.axis; ++j) sum += std::exp(x.values[at(j)] - largest);
      call.out.values[static_cast<size_t>(i * b.inner + k)] = largest + std::log(sum);
    }
}

std::unique_ptr<Kernel> prepare_logsumexp(const KernelSpec& spec) {
  return softmax_kernel(kernels::SoftmaxKind::logsumexp, spec.output.dtype(),
                        logsumexp_blocks(spec.inputs[0], spec.attributes));
}

std::vector<Value> logsumexp_vjp(const LocalCall& c, Value g) { return {g * exp(c.x[0] - c.y)}; }

Value logsumexp_jvp(const LocalCall& c, std::span<const Value> t) {
  return sum(t[0] * exp(c.x[0] - c.y), {c.attributes.integer("axis")}, true);
}

std::string write_logsumexp(const CCall& call) {
  return over_blocks(R"(
  {T} largest = x[0], total = 0;
  for (int32_t j = 1; j < {axis}; ++j) largest = x[j * {inner}] > largest ? x[j * {inner}] : largest;
  for (int32_t j = 0; j < {axis}; ++j) total += exp{f}(x[j * {inner}] - largest);
  *y = largest + log{f}(total);)",
                     logsumexp_blocks(call.input_shapes[0], call.attributes), Kept::one);
}

std::vector<Value> logsumexp_terms(const ElementCall& call) {
  return {log(exp_sum(elements_of(call, logsumexp_blocks(call.inputs[0], call.attributes))))};
}

}  // namespace

const OpDef kLogsumexp{
    .name = "logsumexp",
    .formula = "y = ln Σ_j e^x_j over the axis, which stays as 1;  ∂L/∂x = g·e^(x − y)",
    .attributes = {{"axis", int64_t{-1}}},
    .notation = {.plain = {"logsumexp({0})"}, .latex = {"\\operatorname{logsumexp}\\left({0}\\right)"}},
    .infer = infer_logsumexp,
    .reference = logsumexp_reference,
    .prepare = prepare_logsumexp,
    .vjp = logsumexp_vjp,
    .jvp = logsumexp_jvp,
    .examples = axis_examples,
    .terms = logsumexp_terms,
    .max_ulp = 8,
    .c = {.write = write_logsumexp},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const int64_t axis = axis_attribute(kLogsumexp, call.input_shapes[0], call.attributes);
                   return onnx.node("ReduceLogSumExp", {call.inputs[0]},
                                    {{"axes", std::vector<int64_t>{axis}}, {"keepdims", int64_t{1}}});
                 }},
};

Value logsumexp(Value x, int64_t axis) {
  const int64_t resolved = resolve_axis("logsumexp", axis, x.shape().rank());
  return x.graph->apply(kLogsumexp, {x}, {{"axis", resolved}});
}

}  // namespace kette
