// gelu: the Gaussian error linear unit, in the exact form [Hendrycks and Gimpel 2016].
#include "kette/kernels/map.h"
// After map.h, which chooses the instruction set.
#include "kette/kernels/erf-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct GeluLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Gelu(d, x);
  }
};
KETTE_MAP(gelu, GeluLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>
#include <numbers>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(gelu)

const OpDef kGelu{
    .name = "gelu",
    .formula = "y = x·Φ(x) = x/2·(1 + erf(x/√2));  y' = Φ(x) + x·e^(−x²/2)/√(2π)",
    .notation = {.plain = {"gelu({0})"}, .latex = {"\\operatorname{gelu}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar =
        [](const double* x, const double*) {
          if (x[0] < -40) return -0.0;    // −∞·0 would be NaN
          const long double wide = x[0];  // erfc magnifies the rounding of its argument
          return static_cast<double>(wide / 2 * std::erfc(-wide / std::numbers::sqrt2_v<long double>));
        },
    .loops = gelu_loops,
    .partials =
        [](const LocalCall& c) {
          const Value x = c.x[0];
          const Value cumulative = 0.5 * (1.0 + erf(x * (1 / std::numbers::sqrt2)));
          const Value density = std::numbers::inv_sqrtpi / std::numbers::sqrt2 * exp(-0.5 * square(x));
          return std::vector{cumulative + x * density};
        },
    .max_ulp = 4,
    .c = {.text = "{0} < -40 ? 0 : {0} / 2 * erfc{f}({0} * -0.7071067811865476{f})"},
    .onnx =
        {.write =
             [](OnnxWriter& onnx, const OnnxCall& call) {
               const DType type = call.shape.dtype();
               const std::string scaled =
                   onnx.node("Mul", {call.inputs[0], onnx.scalar(1 / std::numbers::sqrt2, type)});
               const std::string sum = onnx.node("Add", {onnx.node("Erf", {scaled}), onnx.scalar(1, type)});
               return onnx.node("Mul", {onnx.node("Mul", {call.inputs[0], onnx.scalar(0.5, type)}), sum});
             }},
};

Value gelu(Value x) { return x.graph->apply(kGelu, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
