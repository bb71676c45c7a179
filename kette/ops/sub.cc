// sub: the difference, element by element.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SubLoop {
  template <class D, class V>
  static V apply(D, const double*, V a, V b) {
    return hn::Sub(a, b);
  }
};
KETTE_MAP(sub, SubLoop, 2)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(sub)

const OpDef kSub{
    .name = "sub",
    .formula = "y = a − b;  ∂y/∂a = 1, ∂y/∂b = −1",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0-} − {1*}", Binding::sum},
                 .latex = {"{0-} - {1*}", Binding::sum},
                 .rule = "difference rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] - x[1]; },
    .loops = sub_loops,
    .partials =
        [](const LocalCall& c) {
          return std::vector{scalar_like(c.y, 1), scalar_like(c.y, -1)};
        },
    .c = {.text = "{0} - {1}"},
    .onnx = {.type = "Sub"},
};

Value sub(Value a, Value b) { return a.graph->apply(kSub, {a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
