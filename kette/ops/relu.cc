// relu: the rectifier, also called hinge.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct ReluLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x);
  }
};
KETTE_MAP(relu, ReluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(relu)

const OpDef kRelu{
    .name = "relu",
    .formula = "y = max(0, x);  y' = 1 if x > 0, else 0",
    .notation = {.plain = {"relu({0})"}, .latex = {"\\operatorname{relu}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] <= 0 ? 0 : x[0]; },
    .loops = relu_loops,
    .partials = [](const LocalCall& c) { return std::vector{greater(c.x[0], scalar_like(c.x[0], 0))}; },
    .domains = {{.kinks = {0}}},
    .c = {.text = "{0} <= 0 ? 0 : {0}"},
    .onnx = {.type = "Relu"},
};

Value relu(Value x) { return x.graph->apply(kRelu, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
