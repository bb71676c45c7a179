// neg: the negative.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct NegLoop {
  template <class D, class V>
  static V apply(D, const double*, V x) {
    return hn::Neg(x);
  }
};
KETTE_MAP(neg, NegLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(neg)

const OpDef kNeg{
    .name = "neg",
    .formula = "y = −x;  y' = −1",
    .notation = {.plain = {"−{0*}", Binding::negation},
                 .latex = {"-{0*}", Binding::negation},
                 .rule = "constant multiple"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return -x[0]; },
    .loops = neg_loops,
    .partials = [](const LocalCall& c) { return std::vector{scalar_like(c.y, -1)}; },
    .c = {.text = "-{0}"},
    .onnx = {.type = "Neg"},
};

Value neg(Value x) { return x.graph->apply(kNeg, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
