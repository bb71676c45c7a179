// greater_equal: the comparison a ≥ b.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct GreaterEqualLoop {
  template <class D, class V>
  static V apply(D d, const double*, V a, V b) {
    return hn::IfThenElseZero(hn::Ge(a, b), hn::Set(d, hn::TFromD<D>{1}));
  }
};
KETTE_MAP(greater_equal, GreaterEqualLoop, 2)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(greater_equal)

const OpDef kGreaterEqual{
    .name = "greater_equal",
    .formula = "y = 1 if a ≥ b, else 0;  ∂y/∂a = 0, ∂y/∂b = 0",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0-} ≥ {1-}", Binding::relation},
                 .latex = {"{0-} \\ge {1-}", Binding::relation},
                 .rule = "comparison"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] >= x[1] ? 1.0 : 0.0; },
    .loops = greater_equal_loops,
    .partials = [](const LocalCall&) { return std::vector<Value>(2); },
    .c = {.text = "{0} >= {1} ? 1 : 0"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx_cast(onnx, onnx.node("GreaterOrEqual", call.inputs), call.shape.dtype());
                 }},
};

Value greater_equal(Value a, Value b) { return a.graph->apply(kGreaterEqual, {a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
