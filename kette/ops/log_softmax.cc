// log_softmax: the logarithms of softmax's probabilities, for scores of any size.
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

Shape infer_log_softmax(const OpCall& call) {
  require_float(call.op, call.inputs[0]);
  axis_attribute(call.op, call.inputs[0], call.attributes);
  return call.inputs[0];
}

Blocks log_softmax_blocks(const Shape& x, const Attributes& attributes) {
  const int axis = axis_attribute(kLogSoftmax, x, attributes);
  return blocks_of(x, {axis, axis + 1});
}

void log_softmax_reference(const ReferenceCall& call) {
  const Reference& x = *call.in[0];
  const Blocks b = log_softmax_blocks(x.shape, call.attributes);
  for (int64_t i = 0; i < b.outer; ++i)
    for (int64_t k = 0; k < b.inner; ++k) {
      const auto at = [&](int64_t j) { return static_cast<size_t>((i * b.axis + j) * b.inner + k); };
      double largest = -std::numeric_limits<double>::infinity(), sum = 0;
      for (int64_t j = 0; j < b.axis; ++j) largest = std::max(largest, x.values[at(j)]);
      for (int64_t j = 0; j < b.axis; ++j) sum += std::exp(x.values[at(j)] - largest);
      for (int64_t j = 0; j < b.axis; ++j) call.out.values[at(j)] = x.values[at(j)] - largest - std::log(sum);
    }
}

std::unique_ptr<Kernel> prepare_log_softmax(const KernelSpec& spec) {
  return softmax_kernel(kernels::SoftmaxKind::log_softmax, spec.output.dtype(),
                        log_softmax_blocks(spec.inputs[0], spec.attributes));
}

std::vector<Value> log_softmax_vjp(const LocalCall& c, Value g) {
  return {g - exp(c.y) * sum(g, {c.attributes.integer("axis")}, true)};
}

Value log_softmax_jvp(const LocalCall& c, std::span<const Value> t) {
  return t[0] - sum(t[0] * exp(c.y), {c.attributes.integer("axis")}, true);
}

std::string write_log_softmax(const CCall& call) {
  return over_blocks(R"(
  {T} largest = x[0], total = 0;
  for (int32_t j = 1; j < {axis}; ++j) largest = x[j * {inner}] > largest ? x[j * {inner}] : largest;
  for (int32_t j = 0; j < {axis}; ++j) total += exp{f}(x[j * {inner}] - largest);
  total = log{f}(total);
  for (int32_t j = 0; j < {axis}; ++j) y[j * {inner}] = x[j * {inner}] - largest - total;)",
                     log_softmax_blocks(call.input_shapes[0], call.attributes), Kept::all);
}

std::vector<Value> log_softmax_terms(const ElementCall& call) {
  return {call.at(0, call.element) -
          log(exp_sum(slice_of(call, log_softmax_blocks(call.inputs[0], call.attributes))))};
}

}  // namespace

const OpDef kLogSoftmax{
    .name = "log_softmax",
    .formula = "y_i = x_i − ln Σ_j e^x_j over the axis;  ∂L/∂x = g − e^y·Σ g",
    .attributes = {{"axis", int64_t{-1}}},
    .notation = {.plain = {"log_softmax({0})"}, .latex = {"\\operatorname{log\\_softmax}\\left({0}\\right)"}},
    .infer = infer_log_softmax,
    .reference = log_softmax_reference,
    .prepare = prepare_log_softmax,
    .vjp = log_softmax_vjp,
    .jvp = log_softmax_jvp,
    .examples = axis_examples,
    .terms = log_softmax_terms,
    .max_ulp = 8,
    .c = {.write = write_log_softmax},
    .onnx = {.type = "LogSoftmax", .renamed = {{"axis", "axis"}}},
};

Value log_softmax(Value x, int64_t axis) {
  const int64_t resolved = resolve_axis("log_softmax", axis, x.shape().rank());
  return x.graph->apply(kLogSoftmax, {x}, {{"axis", resolved}});
}

}  // namespace kette
