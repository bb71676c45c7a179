// power: a power with a constant exponent.
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
namespace {

// In double for both types: the result in f32 is then as good as correctly rounded.
template <class T>
void power_loop(const void* const* in, void* out, int64_t n, const double* parameters) {
  const T* x = static_cast<const T*>(in[0]);
  for (int64_t i = 0; i < n; ++i)
    static_cast<T*>(out)[i] = static_cast<T>(std::pow(static_cast<double>(x[i]), parameters[0]));
}

std::vector<Value> power_partials(const LocalCall& c) {
  const double n = c.attributes.real("exponent");
  if (n == 0) return {Value{}};
  if (n == 1) return {scalar_like(c.y, 1)};
  return {n * pow(c.x[0], n - 1)};
}

}  // namespace

const OpDef kPower{
    .name = "power",
    .formula = "y = x^n;  y' = n·x^(n−1), 0 if n = 0",
    .attributes = {{"exponent", 2.0}},
    .notation = {.plain = {"{0!}^{exponent}", Binding::power},
                 .latex = {"{0!}^{{exponent}}", Binding::power},
                 .rule = "power rule"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double* p) { return std::pow(x[0], p[0]); },
    .loops =
        [] {
          return MapLoops{power_loop<float>, power_loop<double>};
        },
    .partials = power_partials,
    .max_ulp = 0.6,
    .c = {.text = "pow{f}({0}, {exponent})"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Pow", {call.inputs[0], onnx.scalar(call.attributes.real("exponent"),
                                                                        call.shape.dtype())});
                 }},
};

Value pow(Value x, double n) {
  if (n == 1) return x;
  if (n == 2) return square(x);
  if (n == 3) return cube(x);
  return x.graph->apply(kPower, {x}, {{"exponent", n}});
}

}  // namespace kette
