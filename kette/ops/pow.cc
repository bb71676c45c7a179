// pow: a power whose base and exponent are both operands.
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
namespace {

// In double for both types: the result in f32 is then as good as correctly rounded.
template <class T>
void pow_loop(const void* const* in, void* out, int64_t n, const double*) {
  const T *a = static_cast<const T*>(in[0]), *b = static_cast<const T*>(in[1]);
  for (int64_t i = 0; i < n; ++i)
    static_cast<T*>(out)[i] = static_cast<T>(std::pow(static_cast<double>(a[i]), static_cast<double>(b[i])));
}

std::vector<Value> pow_partials(const LocalCall& c) {
  const Value a = c.x[0], b = c.x[1];
  const Value positive = greater(a, scalar_like(a, 0));
  const Value safe = where(positive, a, scalar_like(a, 1));  // ln 1 = 0 where ln a is not defined
  return {b * pow(a, b - 1.0), c.y * log(safe)};
}

}  // namespace

const OpDef kPow{
    .name = "pow",
    .formula = "y = a^b;  ∂y/∂a = b·a^(b−1), ∂y/∂b = y·ln a if a > 0, else 0",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0!}^{1^}", Binding::power},
                 .latex = {"{0!}^{{1}}", Binding::power},
                 .rule = "power"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::pow(x[0], x[1]); },
    .loops =
        [] {
          return MapLoops{pow_loop<float>, pow_loop<double>};
        },
    .partials = pow_partials,
    .domains = {{.low = 0.2}, {}},
    .max_ulp = 0.6,
    .c = {.text = "pow{f}({0}, {1})"},
    .onnx = {.type = "Pow"},
};

Value pow(Value a, Value b) { return a.graph->apply(kPow, {a, b}); }

}  // namespace kette
