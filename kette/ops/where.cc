// where: one of two numbers, chosen by a condition.
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
struct WhereLoop {
  template <class D, class V>
  static V apply(D d, const double*, V condition, V a, V b) {
    return hn::IfThenElse(hn::Eq(condition, hn::Zero(d)), b, a);
  }
};
KETTE_MAP(where, WhereLoop, 3)
}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"

namespace kette {
KETTE_MAP_DISPATCH(where)

const OpDef kWhere{
    .name = "where",
    .formula = "y = a if c ≠ 0, else b;  ∂y/∂c = 0, ∂y/∂a = 1 if c ≠ 0, else 0; ∂y/∂b = 0 if c ≠ 0, else 1",
    .min_inputs = 3,
    .max_inputs = 3,
    .notation = {.plain = {"where({0?}, {1}, {2})"},
                 .latex = {"\\begin{cases}{1} & {0?} \\\\ {2} & \\text{else}\\end{cases}"},
                 .rule = "choice"},
    .infer = infer_elementwise,
    .scalar = [](const double* x, const double*) { return x[0] != 0 ? x[1] : x[2]; },
    .loops = where_loops,
    .partials =
        [](const LocalCall& c) {
          const Value one = scalar_like(c.y, 1), zero = scalar_like(c.y, 0);
          return std::vector{Value{}, where(c.x[0], one, zero), where(c.x[0], zero, one)};
        },
    .domains = {{.kinks = {0}}},
    .c = {.text = "{0} != 0 ? {1} : {2}"},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const std::string condition = onnx.node("Cast", {call.inputs[0]}, {{"to", kOnnxBool}});
                   return onnx.node("Where", {condition, call.inputs[1], call.inputs[2]});
                 }},
};

Value where(Value condition, Value a, Value b) { return a.graph->apply(kWhere, {condition, a, b}); }
}  // namespace kette
#endif  // HWY_ONCE
