// softplus: a smooth rectifier.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SoftplusLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    const V e = kernels::HWY_NAMESPACE::Exp(d, hn::Neg(hn::Abs(x)));
    const V rectified = hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x);
    return hn::Add(rectified, kernels::HWY_NAMESPACE::Log1p(d, e));
  }
};
KETTE_MAP(softplus, SoftplusLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(softplus)

const OpDef kSoftplus{
    .name = "softplus",
    .formula = "y = ln(1 + e^x);  y' = σ(x)",
    .notation = {.plain = {"softplus({0})"}, .latex = {"\\operatorname{softplus}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x,
                 const double*) { return (x[0] <= 0 ? 0 : x[0]) + std::log1p(std::exp(-std::abs(x[0]))); },
    .loops = softplus_loops,
    .partials = [](const LocalCall& c) { return std::vector{sigmoid(c.x[0])}; },
    .max_ulp = 3,
    .c = {.text = "({0} <= 0 ? 0 : {0}) + log1p{f}(exp{f}(-fabs{f}({0})))"},
    .onnx = {.type = "Softplus"},
};

Value softplus(Value x) { return x.graph->apply(kSoftplus, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
