// erf: the error function.
#include "kette/kernels/map.h"
// After map.h, which chooses the instruction set.
#include "kette/kernels/erf-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct ErfLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Erf(d, x);
  }
};
KETTE_MAP(erf, ErfLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>
#include <numbers>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(erf)

const OpDef kErf{
    .name = "erf",
    .formula = "y = 2/√π·∫₀ˣ e^−t² dt;  y' = 2/√π·e^−x²",
    .notation = {.plain = {"erf({0})"},
                 .latex = {"\\operatorname{erf}\\left({0}\\right)"},
                 .rule = "error function"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::erf(x[0]); },
    .loops = erf_loops,
    .partials =
        [](const LocalCall& c) { return std::vector{2 * std::numbers::inv_sqrtpi * exp(-square(c.x[0]))}; },
    .max_ulp = 3,
    .c = {.text = "erf{f}({0})"},
    .onnx = {.type = "Erf"},
};

Value erf(Value x) { return x.graph->apply(kErf, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
