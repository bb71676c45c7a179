// mul: the product, element by element.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct MulLoop {
  template <class D, class V>
  static V apply(D, const double*, V a, V b) {
    return hn::Mul(a, b);
  }
};
KETTE_MAP(mul, MulLoop, 2)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(mul)

const OpDef kMul{
    .name = "mul",
    .formula = "y = a·b;  ∂y/∂a = b, ∂y/∂b = a",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0*}·{1^}", Binding::product},
                 .latex = {"{0*} \\cdot {1*}", Binding::product},
                 .rule = "product rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] * x[1]; },
    .loops = mul_loops,
    .partials =
        [](const LocalCall& c) {
          return std::vector{c.x[1], c.x[0]};
        },
    .c = {.text = "{0} * {1}"},
    .onnx = {.type = "Mul"},
};

Value mul(Value a, Value b) { return a.graph->apply(kMul, {a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
