// max: the larger of two numbers; NaN if either is.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct MaxLoop {
  template <class D, class V>
  static V apply(D, const double*, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
  }
};
KETTE_MAP(max, MaxLoop, 2)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(max)

const OpDef kMax{
    .name = "max",
    .formula = "y = a if a ≥ b, else b;  ∂y/∂a = 1 if a ≥ b, else 0; ∂y/∂b = 1 if a < b, else 0",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"max({0}, {1})"}, .latex = {"\\max\\left({0}, {1}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] > x[1] || std::isnan(x[0]) ? x[0] : x[1]; },
    .loops = max_loops,
    .partials =
        [](const LocalCall& c) {
          return std::vector{greater_equal(c.x[0], c.x[1]), less(c.x[0], c.x[1])};
        },
    .c = {.text = "{0} > {1} || {0} != {0} ? {0} : {1}"},
    .onnx = {.type = "Max"},
};

Value max(Value a, Value b) { return a.graph->apply(kMax, {a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
