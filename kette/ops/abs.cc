// abs: the absolute value.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct AbsLoop {
  template <class D, class V>
  static V apply(D, const double*, V x) {
    return hn::Abs(x);
  }
};
KETTE_MAP(abs, AbsLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(abs)

const OpDef kAbs{
    .name = "abs",
    .formula = "y = |x|;  y' = sign(x), 0 at 0",
    .notation = {.plain = {"|{0}|"}, .latex = {"\\left|{0}\\right|"}, .rule = "absolute value"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::abs(x[0]); },
    .loops = abs_loops,
    .partials = [](const LocalCall& c) { return std::vector{sign(c.x[0])}; },
    .domains = {{.kinks = {0}}},
    .c = {.text = "fabs{f}({0})"},
    .onnx = {.type = "Abs"},
};

Value abs(Value x) { return x.graph->apply(kAbs, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
