// count: the number of elements over some axes, known when N is bound.
#include <algorithm>
#include <numeric>

#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

/// Every axis when empty.
std::vector<int64_t> counted_axes(const Shape& x, const Attributes& attributes) {
  std::vector<int64_t> axes = attributes.integers("axes");
  if (axes.empty()) {
    axes.resize(static_cast<size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  return axes;
}

double elements(const Shape& x, const Attributes& attributes) {
  double result = 1;
  for (const int64_t axis : counted_axes(x, attributes))
    result *= static_cast<double>(x[static_cast<int>(axis)]);
  return result;
}

Shape infer_count(const OpCall& call) {
  require_float(call.op, call.inputs[0]);
  for (const int64_t axis : call.attributes.integers("axes"))
    resolve_axis("count", axis, call.inputs[0].rank());
  if (std::ranges::any_of(call.attributes.integers("axes"), [](int64_t axis) { return axis < 0; }))
    fail("[count] axes {} must not be negative", to_string(*call.attributes.find("axes")));
  return Shape({}, call.inputs[0].dtype());
}

template <class T>
class CountKernel final : public Kernel {
 public:
  explicit CountKernel(double value) : value_(static_cast<T>(value)) {}
  void run(const void* const*, void* out, int64_t, void*) const override { *static_cast<T*>(out) = value_; }

 private:
  T value_;
};

std::unique_ptr<Kernel> prepare_count(const KernelSpec& spec) {
  const double value = elements(spec.inputs[0], spec.attributes);
  if (spec.output.dtype() == DType::f32) return std::make_unique<CountKernel<float>>(value);
  return std::make_unique<CountKernel<double>>(value);
}

std::vector<Example> count_examples() {
  using Axes = std::vector<int64_t>;
  return {{{Shape({kBatch, 3})}},
          {{Shape({kBatch, 3})}, {{"axes", Axes{0}}}},
          {{Shape({2, 3, 4})}, {{"axes", Axes{0, 2}}}}};
}

}  // namespace

const OpDef kCount{
    .name = "count",
    .formula = "y = the number of elements over the axes;  ∂y/∂x = 0",
    .attributes = {{"axes", std::vector<int64_t>{}}},
    .notation = {.plain = {"count({0})"}, .latex = {"\\operatorname{count}\\left({0}\\right)"}},
    .infer = infer_count,
    .reference =
        [](const ReferenceCall& call) { call.out.values[0] = elements(call.in[0]->shape, call.attributes); },
    .prepare = prepare_count,
    .vjp = [](const LocalCall&, Value) { return std::vector<Value>(1); },
    .jvp = [](const LocalCall&, std::span<const Value>) { return Value{}; },
    .examples = count_examples,
    .reads_shape_only = true,
    .max_ulp = 0.5,
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const std::string dims = onnx.node("Shape", {call.inputs[0]});
                   const std::string axes =
                       onnx.integers(counted_axes(call.input_shapes[0], call.attributes));
                   const std::string product = onnx.node("ReduceProd", {onnx.node("Gather", {dims, axes})},
                                                         {{"keepdims", int64_t{0}}});
                   return onnx_cast(onnx, product, call.shape.dtype());
                 }},
};

Value count(Value x, std::vector<int64_t> axes) {
  const Shape& shape = x.shape();
  for (int64_t& axis : axes) axis = resolve_axis("count", axis, shape.rank());
  std::ranges::sort(axes);
  const Attributes attributes = {{"axes", axes}};
  const std::vector<int64_t> counted = counted_axes(shape, attributes);
  const bool symbolic = shape.has_batch() && !counted.empty() && counted.front() == 0;
  return symbolic ? x.graph->apply(kCount, {x}, attributes) : scalar_like(x, elements(shape, attributes));
}

}  // namespace kette
