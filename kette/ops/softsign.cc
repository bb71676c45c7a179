// softsign: a sigmoid of polynomial tails.
#include <limits>

#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SoftsignLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    using T = hn::TFromD<D>;
    const V magnitude = hn::Abs(x), one = hn::Set(d, T{1});
    const V y = hn::Div(x, hn::Add(one, magnitude));
    const auto finite = hn::Le(magnitude, hn::Set(d, std::numeric_limits<T>::max()));
    return hn::IfThenElse(hn::Or(finite, hn::IsNaN(x)), y, hn::CopySign(one, x));  // ∞/∞ would be NaN
  }
};
KETTE_MAP(softsign, SoftsignLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(softsign)

const OpDef kSoftsign{
    .name = "softsign",
    .formula = "y = x/(1 + |x|);  y' = 1/(1 + |x|)²",
    .notation = {.plain = {"softsign({0})"}, .latex = {"\\operatorname{softsign}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar =
        [](const double* x, const double*) {
          return std::isinf(x[0]) ? std::copysign(1, x[0]) : x[0] / (1 + std::abs(x[0]));
        },
    .loops = softsign_loops,
    .partials = [](const LocalCall& c) { return std::vector{1.0 / square(1.0 + abs(c.x[0]))}; },
    .domains = {{.kinks = {0}}},
    .max_ulp = 1.5,
    .c = {.text = "{0} > 1e30{f} ? 1 : {0} < -1e30{f} ? -1 : {0} / (1 + fabs{f}({0}))"},
    .onnx = {.type = "Softsign"},
};

Value softsign(Value x) { return x.graph->apply(kSoftsign, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
