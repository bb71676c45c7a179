// silu: the sigmoid linear unit, also called swish.
#include <limits>

#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SiluLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    using T = hn::TFromD<D>;
    const V lowest = hn::Set(d, std::numeric_limits<T>::lowest());  // −∞·0 would be NaN
    return hn::Mul(hn::IfThenElse(hn::Lt(x, lowest), lowest, x), kernels::HWY_NAMESPACE::Sigmoid(d, x));
  }
};
KETTE_MAP(silu, SiluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(silu)

const OpDef kSilu{
    .name = "silu",
    .formula = "y = x·σ(x);  y' = σ(x) + y·(1 − σ(x))",
    .notation = {.plain = {"silu({0})"}, .latex = {"\\operatorname{silu}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar =
        [](const double* x, const double*) {
          const double e = std::exp(-std::abs(x[0]));
          if (std::isinf(x[0])) return x[0] < 0 ? -0.0 : x[0];
          return x[0] * (x[0] < 0 ? e / (1 + e) : 1 / (1 + e));
        },
    .loops = silu_loops,
    .partials =
        [](const LocalCall& c) {
          const Value s = sigmoid(c.x[0]);
          return std::vector{s + c.y * (1.0 - s)};
        },
    .max_ulp = 3.5,
    .c = {.text = "const {T} e = exp{f}(-fabs{f}({0})); "
                  "return {0} < -1000 ? 0 : {0} * (({0} < 0 ? e : 1) / (1 + e));"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Mul", {call.inputs[0], onnx.node("Sigmoid", call.inputs)});
                 }},
};

Value silu(Value x) { return x.graph->apply(kSilu, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
