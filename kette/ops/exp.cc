// exp: the exponential function.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct ExpLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Exp(d, x);
  }
};
KETTE_MAP(exp, ExpLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(exp)

const OpDef kExp{
    .name = "exp",
    .formula = "y = e^x;  y' = y",
    .notation = {.plain = {"exp({0})"}, .latex = {"e^{{0}}", Binding::power}, .rule = "exponential"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::exp(x[0]); },
    .loops = exp_loops,
    .partials = [](const LocalCall& c) { return std::vector{c.y}; },
    .max_ulp = 1.5,
    .c = {.text = "exp{f}({0})"},
    .onnx = {.type = "Exp"},
};

Value exp(Value x) { return x.graph->apply(kExp, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
