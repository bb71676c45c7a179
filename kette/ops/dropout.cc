// dropout: random elements set to zero [Srivastava et al. 2014], the others scaled so that the mean stays.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kette/base/random.h"
#include "kette/kernels/dropout.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_dropout(const OpCall& call) {
  const Shape &x = call.inputs[0], &step = call.inputs[1];
  const double rate = call.attributes.real("rate");
  require_float(call.op, x);
  if (step.dtype() != DType::i64 || step.rank() != 0)
    fail("[dropout] the step must be i64[], found {}", to_string(step));
  if (!(rate >= 0 && rate < 1)) fail("[dropout] rate {} is not in [0, 1)", rate);
  return x;
}

/// Element i stays where word i of the sequence (seed, step) is at least rate·2³².
kernels::DropoutDraws draws_of(const Attributes& attributes, int64_t step) {
  return {.key = static_cast<uint64_t>(attributes.integer("seed")),
          .sequence = static_cast<uint64_t>(step),
          .lowest = static_cast<uint32_t>(std::ldexp(attributes.real("rate"), 32))};
}

double scale(const Attributes& attributes) { return 1 / (1 - attributes.real("rate")); }

void dropout_reference(const ReferenceCall& call) {
  const auto step = static_cast<int64_t>(call.in[1]->values[0]);
  const kernels::DropoutDraws draws = draws_of(call.attributes, step);
  const Random words(draws.key, draws.sequence);
  const std::vector<double>& x = call.in[0]->values;
  for (size_t i = 0; i < x.size(); ++i)
    call.out.values[i] = words.word(i) >= draws.lowest ? x[i] * scale(call.attributes) : 0;
}

class DropoutKernel final : public Kernel {
 public:
  explicit DropoutKernel(const KernelSpec& spec)
      : draws_(draws_of(spec.attributes, 0)),
        scale_(scale(spec.attributes)),
        loop_(kernels::dropout_loop(spec.output.dtype())),
        size_(spec.output.size()),
        element_bytes_(size_of(spec.output.dtype())),
        tiles_((size_ + 3) / 4, 16) {}

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    kernels::DropoutDraws draws = draws_;
    draws.sequence = static_cast<uint64_t>(*static_cast<const int64_t*>(in[1]));
    const int64_t first = 4 * tiles_.begin(tile), end = std::min(size_, 4 * tiles_.end(tile));
    loop_(draws, scale_, static_cast<const std::byte*>(in[0]) + first * element_bytes_,
          static_cast<std::byte*>(out) + first * element_bytes_, first, end - first);
  }

 private:
  kernels::DropoutDraws draws_;
  double scale_;
  kernels::DropoutLoop loop_;
  int64_t size_, element_bytes_;
  RowTiles tiles_;  // of four elements
};

std::unique_ptr<Kernel> prepare_dropout(const KernelSpec& spec) {
  return std::make_unique<DropoutKernel>(spec);
}

/// Linear in x: the same mask on g or on the tangent.
Value same_mask(const LocalCall& c, Value g) {
  return dropout(g, c.x[1], c.attributes.real("rate"), c.attributes.integer("seed"));
}

std::vector<Example> dropout_examples() {
  const std::vector<Domain> domains = {{}, {0, 1000}};
  return {{{Shape({kBatch, 3}), Shape({}, DType::i64)}, {{"rate", 0.5}, {"seed", int64_t{1}}}, domains},
          {{Shape({2, 5, 3}), Shape({}, DType::i64)}, {{"rate", 0.2}, {"seed", int64_t{7}}}, domains}};
}

}  // namespace

const OpDef kDropout{
    .name = "dropout",
    .formula =
        "y_i = x_i/(1 − rate) with probability 1 − rate, else 0, drawn from (seed, step, i);  "
        "∂L/∂x = dropout(g) with the same draws",
    .min_inputs = 2,
    .max_inputs = 2,
    .attributes = {{.name = "rate", .initial = 0.5, .required = true},
                   {.name = "seed", .initial = int64_t{0}, .required = true}},
    .notation = {.plain = {"dropout({0})"}, .latex = {"\\operatorname{dropout}\\left({0}\\right)"}},
    .infer = infer_dropout,
    .reference = dropout_reference,
    .prepare = prepare_dropout,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{same_mask(c, g), Value{}};
        },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return t[0] ? same_mask(c, t[0]) : Value{}; },
    .examples = dropout_examples,
    .max_ulp = 1.5,
    .c = {.view =
              [](const CCall&) { return int64_t{0}; }},  // nothing is dropped when a trained network is used
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   return onnx.node("Identity",
                                    {call.inputs[0]});  // nothing is dropped when a trained network is used
                 }},
};

Value dropout(Value x, Value step, double rate, int64_t seed) {
  return x.graph->apply(kDropout, {x, step}, {{"rate", rate}, {"seed", seed}});
}

}  // namespace kette
