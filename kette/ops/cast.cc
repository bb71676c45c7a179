// cast: the same numbers in another element type.
#include <cmath>

#include "kette/ops/c_forms.h"
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

DType target(const Attributes& attributes) { return parse_dtype(attributes.text("to")); }

[[noreturn]] void fail_cast(double value, int64_t position) {
  fail("[cast] {} at position {} is not in the range of i64", value, position);
}

/// Towards zero.
int64_t whole(double value, int64_t position) {
  if (!(value >= -0x1p63 && value < 0x1p63)) fail_cast(value, position);
  return static_cast<int64_t>(value);
}

void cast_reference(const ReferenceCall& call) {
  const std::vector<double>& x = call.in[0]->values;
  for (size_t i = 0; i < x.size(); ++i)
    call.out.values[i] =
        is_float(call.out.shape.dtype()) ? x[i] : static_cast<double>(whole(x[i], static_cast<int64_t>(i)));
}

template <class From, class To>
class CastKernel final : public Kernel {
 public:
  explicit CastKernel(const KernelSpec& spec) : tiles_(spec.output.size(), sizeof(To)) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const From* x = static_cast<const From*>(in[0]);
    To* y = static_cast<To*>(out);
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>)
        y[i] = whole(x[i], i);
      else
        y[i] = static_cast<To>(x[i]);
    }
  }

 private:
  RowTiles tiles_;
};

template <class From>
std::unique_ptr<Kernel> prepare_from(const KernelSpec& spec) {
  switch (spec.output.dtype()) {
    case DType::f32:
      return std::make_unique<CastKernel<From, float>>(spec);
    case DType::f64:
      return std::make_unique<CastKernel<From, double>>(spec);
    case DType::i64:
      break;
  }
  return std::make_unique<CastKernel<From, int64_t>>(spec);
}

std::unique_ptr<Kernel> prepare_cast(const KernelSpec& spec) {
  switch (spec.inputs[0].dtype()) {
    case DType::f32:
      return prepare_from<float>(spec);
    case DType::f64:
      return prepare_from<double>(spec);
    case DType::i64:
      break;
  }
  return prepare_from<int64_t>(spec);
}

std::vector<Example> cast_examples() {
  return {{{Shape({kBatch, 3})}, {{"to", std::string("f64")}}},
          {{Shape({kBatch, 3}, DType::f64)}, {{"to", std::string("f32")}}},
          {{Shape({4}, DType::i64)}, {{"to", std::string("f32")}}},
          {{Shape({4}, DType::i64)}, {{"to", std::string("f64")}}},
          {{Shape({5})}, {{"to", std::string("i64")}}}};
}

/// Numbers that i64 cannot hold, an Error elsewhere, become −1.
std::string write_cast(const CCall& call) {
  const bool rounds = is_float(call.input_shapes[0].dtype()) && !is_float(call.shape.dtype());
  return repeated(call.shape.size(), rounds ? R"(
  const {T} x = {0}[{i}];
  {y}[{i}] = x >= -9223372036854775808.0{f} && x < 9223372036854775808.0{f} ? ({Y})x : -1;)"
                                            : R"(
  {y}[{i}] = ({Y}){0}[{i}];)");
}

}  // namespace

const OpDef kCast{
    .name = "cast",
    .formula =
        "y = x in another element type, towards zero if whole;  ∂L/∂x = g in the type of x; 0 from or to i64",
    .attributes = {{.name = "to", .initial = std::string(), .required = true}},
    .notation = {.plain = {"{to}({0})"}, .latex = {"\\mathrm{{to}}\\left({0}\\right)"}},
    .infer = [](const OpCall& call) { return call.inputs[0].as(target(call.attributes)); },
    .reference = cast_reference,
    .prepare = prepare_cast,
    .vjp =
        [](const LocalCall& c, Value g) {
          const bool smooth = is_float(c.x[0].dtype()) && is_float(c.y.dtype());
          return std::vector{smooth ? cast(g, c.x[0].dtype()) : Value{}};
        },
    .jvp = [](const LocalCall& c,
              std::span<const Value> t) { return is_float(c.y.dtype()) ? cast(t[0], c.y.dtype()) : Value{}; },
    .examples = cast_examples,
    .moves = true,
    .max_ulp = 0.5,
    .c = {.write = write_cast},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx_cast(onnx, call.inputs[0], call.shape.dtype());
                 }},
};

Value cast(Value x, DType dtype) {
  if (x.dtype() == dtype) return x;
  return x.graph->apply(kCast, {x}, {{"to", std::string(to_string(dtype))}});
}

}  // namespace kette
