// softmax: scores to probabilities.
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

Shape infer_softmax(const OpCall& call) {
  require_float(call.op, call.inputs[0]);
  axis_attribute(call.op, call.inputs[0], call.attributes);
  return call.inputs[0];
}

Blocks softmax_blocks(const Shape& x, const Attributes& attributes) {
  const int axis = axis_attribute(kSoftmax, x, attributes);
  return blocks_of(x, {axis, axis + 1});
}

void softmax_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Blocks b = softmax_blocks(x.shape, call.attributes);
  for (int64_t i = 0; i < b.outer; ++i)
    for (int64_t k = 0; k < b.inner; ++k) {
      const auto at = [&](int64_t j) { return static_cast<size_t>((i * b.axis + j) * b.inner + k); };
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (int64_t j = 0; j < b.axis; ++j) largest = std::max(largest, x.values[at(j)]);
      for (int64_t j = 0; j < b.axis; ++j) sum += std::exp(x.values[at(j)] - largest);
      for (int64_t j = 0; j < b.axis; ++j) call.out.values[at(j)] = std::exp(x.values[at(j)] - largest) / sum;
    }
}

std::unique_ptr<Kernel> prepare_softmax(const KernelSpec& spec) {
  return softmax_kernel(kernels::SoftmaxKind::softmax, spec.output.dtype(),
                        softmax_blocks(spec.inputs[0], spec.attributes));
}

// The Jacobian diag(y) − y·yᵀ is symmetric: one rule for cotangents and tangents.
Value through(const LocalCall& c, Value g) {
  return c.y * (g - sum(g * c.y, {c.attributes.integer("axis")}, true));
}

std::vector<Value> softmax_vjp(const LocalCall& c, Value g) { return {through(c, g)}; }

Value softmax_jvp(const LocalCall& c, std::span<const Value> t) { return through(c, t[0]); }

std::string write_softmax(const CCall& call) {
  return over_blocks(R"(
  {T} largest = x[0], total = 0;
  for (int32_t j = 1; j < {axis}; ++j) largest = x[j * {inner}] > largest ? x[j * {inner}] : largest;
  for (int32_t j = 0; j < {axis}; ++j) total += y[j * {inner}] = exp{f}(x[j * {inner}] - largest);
  for (int32_t j = 0; j < {axis}; ++j) y[j * {inner}] /= total;)",
                     softmax_blocks(call.input_shapes[0], call.attributes), Kept::all);
}

std::vector<Value> softmax_terms(const ElementCall& call) {
  return {exp(call.at(0, call.element)) /
          exp_sum(slice_of(call, softmax_blocks(call.inputs[0], call.attributes)))};
}

}  // namespace

const OpDef kSoftmax{
    .name = "softmax",
    .formula = "y_i = e^x_i / Σ_j e^x_j over the axis;  ∂L/∂x = y·(g − Σ g·y)",
    .attributes = {{"axis", int64_t{-1}}},
    .notation = {.plain = {"softmax({0})"}, .latex = {"\\operatorname{softmax}\\left({0}\\right)"}},
    .infer = infer_softmax,
    .reference = softmax_reference,
    .prepare = prepare_softmax,
    .vjp = softmax_vjp,
    .jvp = softmax_jvp,
    .examples = axis_examples,
    .terms = softmax_terms,
    .max_ulp = 8,
    .c = {.write = write_softmax},
    .onnx = {.type = "Softmax", .renamed = {{"axis", "axis"}}},
};

Value softmax(Value x, int64_t axis) {
  const int64_t resolved = resolve_axis("softmax", axis, x.shape().rank());
  return x.graph->apply(kSoftmax, {x}, {{"axis", resolved}});
}

}  // namespace kette
