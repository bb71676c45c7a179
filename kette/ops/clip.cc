// clip: a number limited to an interval.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct ClipLoop {
  template <class D, class V>
  static V apply(D d, const double* parameters, V x) {
    const V low = hn::Set(d, static_cast<hn::TFromD<D>>(parameters[0]));
    const V high = hn::Set(d, static_cast<hn::TFromD<D>>(parameters[1]));
    return hn::IfThenElse(hn::Gt(x, high), high, hn::IfThenElse(hn::Lt(x, low), low, x));
  }
};
KETTE_MAP(clip, ClipLoop, 1)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(clip)

namespace {
Shape infer_clip(const OpCall& call) {
  const double low = call.attributes.real("low"), high = call.attributes.real("high");
  if (!(low <= high)) fail("[clip] low {} must be at most high {}", low, high);
  return infer_elementwise(call);
}
}  // namespace

const OpDef kClip{
    .name = "clip",
    .formula = "y = low if x < low, high if x > high, else x;  y' = 1 if low ≤ x ≤ high, else 0",
    .attributes = {{"low", -1.0}, {"high", 1.0}},
    .notation = {.plain = {"clip({0}, {low}, {high})"},
                 .latex = {"\\operatorname{clip}\\left({0}, {low}, {high}\\right)"}},
    .infer = infer_clip,
    .scalar = [](const double* x, const double* p) { return x[0] < p[0]   ? p[0]
                                                            : x[0] > p[1] ? p[1]
                                                                          : x[0]; },
    .loops = clip_loops,
    .partials =
        [](const LocalCall& c) {
          const Value x = c.x[0];
          return std::vector{greater_equal(x, scalar_like(x, c.attributes.real("low"))) *
                             less_equal(x, scalar_like(x, c.attributes.real("high")))};
        },
    .domains = {{.kinks = {-1, 1}}},
    .c = {.text = "{0} < {low} ? {low} : {0} > {high} ? {high} : {0}"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const DType type = call.shape.dtype();
                   return onnx.node("Clip", {call.inputs[0], onnx.scalar(call.attributes.real("low"), type),
                                             onnx.scalar(call.attributes.real("high"), type)});
                 }},
};

Value clip(Value x, double low, double high) {
  return x.graph->apply(kClip, {x}, {{"low", low}, {"high", high}});
}
}  // namespace kette
#endif  // HWY_ONCE
