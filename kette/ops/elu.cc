// elu: the exponential linear unit [Clevert et al. 2015].
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct EluLoop {
  template <class D, class V>
  static V apply(D d, const double* parameters, V x) {
    const V alpha = hn::Set(d, static_cast<hn::TFromD<D>>(parameters[0]));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(alpha, kernels::HWY_NAMESPACE::Expm1(d, x)));
  }
};
KETTE_MAP(elu, EluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(elu)

const OpDef kElu{
    .name = "elu",
    .formula = "y = x if x > 0, else α·(e^x − 1);  y' = 1 if x > 0, else y + α",
    .attributes = {{"alpha", 1.0}},
    .notation = {.plain = {"elu({0}, {alpha})"}, .latex = {"\\operatorname{elu}\\left({0}, {alpha}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double* p) { return x[0] > 0 ? x[0] : p[0] * std::expm1(x[0]); },
    .loops = elu_loops,
    .partials =
        [](const LocalCall& c) {
          const Value x = c.x[0];
          return std::vector{
              where(greater(x, scalar_like(x, 0)), scalar_like(x, 1), c.y + c.attributes.real("alpha"))};
        },
    .domains = {{.kinks = {0}}},
    .max_ulp = 3,
    .c = {.text = "{0} > 0 ? {0} : {alpha} * expm1{f}({0})"},
    .onnx = {.type = "Elu", .renamed = {{"alpha", "alpha"}}},
};

Value elu(Value x, double alpha) { return x.graph->apply(kElu, {x}, {{"alpha", alpha}}); }
}  // namespace kette
#endif  // HWY_ONCE
