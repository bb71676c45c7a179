// square: the product of a number with itself.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct SquareLoop {
  template <class D, class V>
  static V apply(D, const double*, V x) {
    return hn::Mul(x, x);
  }
};
KETTE_MAP(square, SquareLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(square)

const OpDef kSquare{
    .name = "square",
    .formula = "y = x²;  y' = 2·x",
    .notation = {.plain = {"{0!}²", Binding::power},
                 .latex = {"{0!}^2", Binding::power},
                 .rule = "power rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] * x[0]; },
    .loops = square_loops,
    .partials = [](const LocalCall& c) { return std::vector{2.0 * c.x[0]}; },
    .c = {.text = "{0} * {0}"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Mul", {call.inputs[0], call.inputs[0]});
                 }},
};

Value square(Value x) { return x.graph->apply(kSquare, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
