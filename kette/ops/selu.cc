// selu: the self-normalising linear unit [Klambauer et al. 2017].
#ifndef KETTE_OPS_SELU_CONSTANTS
#define KETTE_OPS_SELU_CONSTANTS
namespace kette {
inline constexpr double kSeluAlpha = 1.6732632423543772848, kSeluScale = 1.0507009873554804934;
}
#endif

#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SeluLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    using T = hn::TFromD<D>;
    const V scale = hn::Set(d, static_cast<T>(kette::kSeluScale));
    const V scale_alpha = hn::Set(d, static_cast<T>(kette::kSeluScale * kette::kSeluAlpha));
    const V negative = hn::Mul(scale_alpha, kernels::HWY_NAMESPACE::Expm1(d, x));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Mul(scale, x), negative);
  }
};
KETTE_MAP(selu, SeluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(selu)

const OpDef kSelu{
    .name = "selu",
    .formula =
        "y = λ·x if x > 0, else λ·α·(e^x − 1);  y' = λ if x > 0, else y + λ·α;  α = 1.6732632…, λ = "
        "1.0507009…",
    .notation = {.plain = {"selu({0})"}, .latex = {"\\operatorname{selu}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar =
        [](const double* x, const double*) {
          return x[0] > 0 ? kSeluScale * x[0] : kSeluScale * kSeluAlpha * std::expm1(x[0]);
        },
    .loops = selu_loops,
    .partials =
        [](const LocalCall& c) {
          const Value x = c.x[0];
          return std::vector{where(greater(x, scalar_like(x, 0)), scalar_like(x, kSeluScale),
                                   c.y + kSeluScale * kSeluAlpha)};
        },
    .domains = {{.kinks = {0}}},
    .max_ulp = 4,
    .c = {.text = "{0} > 0 ? 1.0507009873554805{f} * {0} : 1.7580993408473766{f} * expm1{f}({0})"},
    .onnx = {.type = "Selu"},
};

Value selu(Value x) { return x.graph->apply(kSelu, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
