// log: the natural logarithm.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct LogLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    return kernels::HWY_NAMESPACE::Log(d, x);
  }
};
KETTE_MAP(log, LogLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(log)

const OpDef kLog{
    .name = "log",
    .formula = "y = ln x;  y' = 1/x",
    .notation = {.plain = {"ln({0})"}, .latex = {"\\ln\\left({0}\\right)"}, .rule = "logarithm"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return std::log(x[0]); },
    .loops = log_loops,
    .partials = [](const LocalCall& c) { return std::vector{1.0 / c.x[0]}; },
    .domains = {{.low = 0.1, .high = 9}},
    .max_ulp = 1.6,
    .c = {.text = "log{f}({0})"},
    .onnx = {.type = "Log"},
};

Value log(Value x) { return x.graph->apply(kLog, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
