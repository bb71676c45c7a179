// sign: the sign.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SignLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    const V one = hn::Set(d, hn::TFromD<D>{1});
    const V negative_or_zero = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Neg(one), x);
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), one, negative_or_zero);
  }
};
KETTE_MAP(sign, SignLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(sign)

const OpDef kSign{
    .name = "sign",
    .formula = "y = 1 if x > 0, −1 if x < 0, else x (0 or NaN);  y' = 0",
    .notation = {.plain = {"sign({0})"}, .latex = {"\\operatorname{sign}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] > 0   ? 1
                                                          : x[0] < 0 ? -1
                                                                     : x[0]; },
    .loops = sign_loops,
    .partials = [](const LocalCall&) { return std::vector<Value>(1); },
    .domains = {{.kinks = {0}}},
    .c = {.text = "{0} > 0 ? 1 : {0} < 0 ? -1 : {0}"},
    .onnx = {.type = "Sign"},
};

Value sign(Value x) { return x.graph->apply(kSign, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
