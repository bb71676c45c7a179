// one_hot: indices as rows of zeros with a single one.
#include <algorithm>

#include "kette/ops/c_forms.h"
#include "kette/ops/onnx_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_one_hot(const OpCall& call) {
  const int64_t depth = call.attributes.integer("depth");
  const DType dtype = parse_dtype(call.attributes.text("dtype"));
  require_index(call.op, call.inputs[0]);
  if (depth < 0) fail("[one_hot] depth {} must not be negative", depth);
  if (!is_float(dtype)) fail("[one_hot] dtype must be f32 or f64, found {}", to_string(dtype));
  return Shape(with_last(call.inputs[0], depth), dtype);
}

void one_hot_reference(const ReferenceCall& call) {
  const int64_t depth = call.attributes.integer("depth");
  std::ranges::fill(call.out.values, 0.0);
  int64_t row = 0;
  for (const int64_t index : reference_indices("one_hot", *call.in[0], depth))
    call.out.values[static_cast<size_t>(row++ * depth + index)] = 1;
}

template <class T>
class OneHotKernel final : public Kernel {
 public:
  explicit OneHotKernel(const KernelSpec& spec)
      : depth_(spec.attributes.integer("depth")),
        tiles_(spec.inputs[0].size(), depth_ * static_cast<int64_t>(sizeof(T))) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const auto* indices = static_cast<const int64_t*>(in[0]);
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      check_index("one_hot", indices[i], i, depth_);
      T* row = static_cast<T*>(out) + i * depth_;
      std::fill_n(row, depth_, T{0});
      row[indices[i]] = T{1};
    }
  }

 private:
  int64_t depth_;
  RowTiles tiles_;
};

std::unique_ptr<Kernel> prepare_one_hot(const KernelSpec& spec) {
  if (spec.output.dtype() == DType::f32) return std::make_unique<OneHotKernel<float>>(spec);
  return std::make_unique<OneHotKernel<double>>(spec);
}

std::vector<Example> one_hot_examples() {
  return {{{Shape({kBatch}, DType::i64)}, {{"depth", int64_t{4}}}, {{0, 3}}},
          {{Shape({2, 3}, DType::i64)}, {{"depth", int64_t{5}}, {"dtype", std::string("f64")}}, {{0, 4}}}};
}

std::string write_one_hot(const CCall& call) {
  return with_numbers(repeated(call.input_shapes[0].size(), R"(
  for (int32_t j = 0; j < {depth}; ++j) {y}[{i} * {depth} + j] = {0}[{i}] == j ? 1 : 0;)"),
                      {{"depth", call.attributes.integer("depth")}});
}

}  // namespace

const OpDef kOneHot{
    .name = "one_hot",
    .formula = "y[i, index_i] = 1, else 0;  no derivative",
    .attributes = {{.name = "depth", .initial = int64_t{0}, .required = true}, {"dtype", std::string("f32")}},
    .notation = {.plain = {"one_hot({0})"}, .latex = {"\\operatorname{one\\_hot}\\left({0}\\right)"}},
    .infer = infer_one_hot,
    .reference = one_hot_reference,
    .prepare = prepare_one_hot,
    .vjp = [](const LocalCall&, Value) { return std::vector<Value>(1); },
    .jvp = [](const LocalCall&, std::span<const Value>) { return Value{}; },
    .examples = one_hot_examples,
    .max_ulp = 0,
    .c = {.write = write_one_hot},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   // OneHot wants [off, on] as one tensor; whole numbers are exact in any type.
                   const std::string values = onnx_cast(onnx, onnx.integers({0, 1}), call.shape.dtype());
                   return onnx.node("OneHot",
                                    {call.inputs[0], onnx.integer(call.attributes.integer("depth")), values},
                                    {{"axis", int64_t{-1}}});
                 }},
};

Value one_hot(Value indices, int64_t depth, DType dtype) {
  return indices.graph->apply(kOneHot, {indices},
                              {{"depth", depth}, {"dtype", std::string(to_string(dtype))}});
}

}  // namespace kette
