// hardtanh: the identity between −1 and 1, constant outside.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct HardtanhLoop {
  template <class D, class V>
  static V apply(D d, const double*, V x) {
    const V one = hn::Set(d, hn::TFromD<D>{1}), minus_one = hn::Set(d, hn::TFromD<D>{-1});
    return hn::IfThenElse(hn::Gt(x, one), one, hn::IfThenElse(hn::Lt(x, minus_one), minus_one, x));
  }
};
KETTE_MAP(hardtanh, HardtanhLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(hardtanh)

const OpDef kHardtanh{
    .name = "hardtanh",
    .formula = "y = −1 if x < −1, x if −1 ≤ x ≤ 1, 1 if x > 1;  y' = 1 if −1 ≤ x ≤ 1, else 0",
    .notation = {.plain = {"hardtanh({0})"}, .latex = {"\\operatorname{hardtanh}\\left({0}\\right)"}},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] < -1  ? -1
                                                          : x[0] > 1 ? 1
                                                                     : x[0]; },
    .loops = hardtanh_loops,
    .partials =
        [](const LocalCall& c) { return std::vector{less_equal(abs(c.x[0]), scalar_like(c.x[0], 1))}; },
    .domains = {{.kinks = {-1, 1}}},
    .c = {.text = "{0} < -1 ? -1 : {0} > 1 ? 1 : {0}"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const DType type = call.shape.dtype();
                   return onnx.node("Clip", {call.inputs[0], onnx.scalar(-1, type), onnx.scalar(1, type)});
                 }},
};

Value hardtanh(Value x) { return x.graph->apply(kHardtanh, {x}); }
}  // namespace kette
#endif  // HWY_ONCE
