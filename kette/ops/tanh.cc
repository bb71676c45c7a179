// tanh: the hyperbolic tangent.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct TanhLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Tanh(d, x);
  }
};
KETTE_MAP(tanh, TanhLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(tanh)

const OpDef kTanh{
    .name = "tanh",
    .formula = "y = (e^x − e^−x)/(e^x + e^−x);  y' = 1 − y²",
    .notation = {.plain = {"tanh({0})"}, .latex = {"\\tanh\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::tanh(x[0]); },
    .loops = tanh_loops,
    .partials = [](const LocalCall& c) { return std::vector{1.0 - square(c.y)}; },
    .max_ulp = 4,
    .c = {.text = "tanh{f}({0})"},
    .onnx = {.type = "Tanh"},
};

Value tanh(Value x) { return x.graph->apply(kTanh, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
