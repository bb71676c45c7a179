// sqrt: the square root.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SqrtLoop {
  template <class D, class V>
  static V apply(D, const double*, V x) {
    return hn::Sqrt(x);
  }
};
KETTE_MAP(sqrt, SqrtLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(sqrt)

const OpDef kSqrt{
    .name = "sqrt",
    .formula = "y = √x;  y' = 1/(2·y), ∞ at 0",
    .notation = {.plain = {"√{0!}", Binding::power}, .latex = {"\\sqrt{{0}}"}, .rule = "square root"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::sqrt(x[0]); },
    .loops = sqrt_loops,
    .partials = [](const LocalCall& c) { return std::vector{0.5 / c.y}; },
    .domains = {{.low = 0.1, .high = 9}},
    .c = {.text = "sqrt{f}({0})"},
    .onnx = {.type = "Sqrt"},
};

Value sqrt(Value x) { return x.graph->apply(kSqrt, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
