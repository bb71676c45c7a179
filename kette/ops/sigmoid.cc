// sigmoid: the logistic function.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SigmoidLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Sigmoid(d, x);
  }
};
KETTE_MAP(sigmoid, SigmoidLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(sigmoid)

const OpDef kSigmoid{
    .name = "sigmoid",
    .formula = "y = 1/(1 + e^−x);  y' = y·(1 − y)",
    .notation = {.plain = {"σ({0})"}, .latex = {"\\sigma\\left({0}\\right)"}, .rule = "sigmoid"},
    .infer = infer_elementwise,
    .scalar =
        [](const double* x, const double*) {
          const double e = std::exp(-std::abs(x[0]));
          return x[0] < 0 ? e / (1 + e) : 1 / (1 + e);
        },
    .loops = sigmoid_loops,
    .partials = [](const LocalCall& c) { return std::vector{c.y * (1.0 - c.y)}; },
    .max_ulp = 2.5,
    .c = {.text = "const {T} e = exp{f}(-fabs{f}({0})); return {0} < 0 ? e / (1 + e) : 1 / (1 + e);"},
    .onnx = {.type = "Sigmoid"},
};

Value sigmoid(Value x) { return x.graph->apply(kSigmoid, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
