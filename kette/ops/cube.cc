// cube: the third power.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct CubeLoop {
  template <class D, class V>
  static V apply(D, const double*, V x) {
    return hn::Mul(hn::Mul(x, x), x);
  }
};
KETTE_MAP(cube, CubeLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(cube)

const OpDef kCube{
    .name = "cube",
    .formula = "y = x³;  y' = 3·x²",
    .notation = {.plain = {"{0!}³", Binding::power},
                 .latex = {"{0!}^3", Binding::power},
                 .rule = "power rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] * x[0] * x[0]; },
    .loops = cube_loops,
    .partials = [](const LocalCall& c) { return std::vector{3.0 * square(c.x[0])}; },
    .max_ulp = 1.5,
    .c = {.text = "{0} * {0} * {0}"},
    .onnx =
        {.write =
             [](OnnxWriter& onnx, const OnnxCall& call) {
               return onnx.node("Mul", {onnx.node("Mul", {call.inputs[0], call.inputs[0]}), call.inputs[0]});
             }},
};

Value cube(Value x) { return x.graph->apply(kCube, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
