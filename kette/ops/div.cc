// div: the quotient, element by element.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct DivLoop {
  template <class D, class V>
  static V apply(D, const double*, V a, V b) {
    return hn::Div(a, b);
  }
};
KETTE_MAP(div, DivLoop, 2)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(div)

const OpDef kDiv{
    .name = "div",
    .formula = "y = a/b;  ∂y/∂a = 1/b, ∂y/∂b = −y/b",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0*}/{1^}", Binding::product},
                 .latex = {"\\frac{{0}}{{1}}", Binding::product},
                 .rule = "quotient rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] / x[1]; },
    .loops = div_loops,
    .partials =
        [](const LocalCall& c) {
          return std::vector{1.0 / c.x[1], -(c.y / c.x[1])};
        },
    .domains = {{}, {.low = 0.3}},
    .c = {.text = "{0} / {1}"},
    .onnx = {.type = "Div"},
};

Value div(Value a, Value b) { return a.graph->apply(kDiv, {a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
