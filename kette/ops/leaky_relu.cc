// leaky_relu: the rectifier with a small slope for negative arguments.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct LeakyReluLoop {
  template <class D, class V>
  static V apply(D d, const double* parameters, V x) {
    const V slope = hn::Set(d, static_cast<hn::TFromD<D>>(parameters[0]));
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(slope, x));
  }
};
KETTE_MAP(leaky_relu, LeakyReluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(leaky_relu)

const OpDef kLeakyRelu{
    .name = "leaky_relu",
    .formula = "y = x if x > 0, else slope·x;  y' = 1 if x > 0, else slope",
    .attributes = {{"slope", 0.01}},
    .notation = {.plain = {"leaky_relu({0}, {slope})"},
                 .latex = {"\\operatorname{leaky\\_relu}\\left({0}, {slope}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double* p) { return x[0] > 0 ? x[0] : p[0] * x[0]; },
    .loops = leaky_relu_loops,
    .partials =
        [](const LocalCall& c) {
          const Value x = c.x[0];
          return std::vector{where(greater(x, scalar_like(x, 0)), scalar_like(x, 1),
                                   scalar_like(x, c.attributes.real("slope")))};
        },
    .domains = {{.kinks = {0}}},
    .max_ulp = 1.5,
    .c = {.text = "{0} > 0 ? {0} : {slope} * {0}"},
    .onnx = {.type = "LeakyRelu", .renamed = {{"slope", "alpha"}}},
};

Value leaky_relu(Value x, double slope) { return x.graph->apply(kLeakyRelu, {x}, {{"slope", slope}}); }
}  // namespace kette
#endif  // HWY_ONCE
