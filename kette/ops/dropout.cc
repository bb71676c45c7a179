// dropout: random elements set to zero [Srivastava et al. 2014], the others scaled so that the mean stays.
#include <algorithm>
#include <array>
#include <cmath>

#include "kette/base/random.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer(const OpCall& call) {
  const Shape &x = call.inputs[0], &step = call.inputs[1];
  const double rate = call.attributes.real("rate");
  require_float(call.op, x);
  if (step.dtype() != DType::i64 || step.rank() != 0)
    fail("[dropout] the step must be i64[], found {}", to_string(step));
  if (!(rate >= 0 && rate < 1)) fail("[dropout] rate {} is not in [0, 1)", rate);
  return x;
}

/// Which elements stay: word i of the sequence (seed, step) is at least rate·2³².
class Mask {
 public:
  explicit Mask(const Attributes& attributes)
      : seed_(static_cast<uint64_t>(attributes.integer("seed"))),
        lowest_(static_cast<uint64_t>(std::ldexp(attributes.real("rate"), 32))) {}
  /// For the elements 4·block … 4·block + 3.
  std::array<bool, 4> stays(int64_t step, int64_t block) const {
    const auto s = static_cast<uint64_t>(step), b = static_cast<uint64_t>(block);
    const auto words = philox(seed_, {static_cast<uint32_t>(b), static_cast<uint32_t>(b >> 32),
                                      static_cast<uint32_t>(s), static_cast<uint32_t>(s >> 32)});
    return {words[0] >= lowest_, words[1] >= lowest_, words[2] >= lowest_, words[3] >= lowest_};
  }

 private:
  uint64_t seed_, lowest_;
};

double scale(const Attributes& attributes) { return 1 / (1 - attributes.real("rate")); }

void reference(const ReferenceCall& call) {
  const Mask mask(call.attributes);
  const auto step = static_cast<int64_t>(call.in[1]->values[0]);
  const std::vector<double>& x = call.in[0]->values;
  for (size_t i = 0; i < x.size(); ++i)
    call.out.values[i] =
        mask.stays(step, static_cast<int64_t>(i / 4))[i % 4] ? x[i] * scale(call.attributes) : 0;
}

template <class T>
class DropoutKernel final : public Kernel {
 public:
  explicit DropoutKernel(const KernelSpec& spec)
      : mask_(spec.attributes),
        size_(spec.output.size()),
        scale_(static_cast<T>(scale(spec.attributes))),
        tiles_((size_ + 3) / 4, 16) {}

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const int64_t step = *static_cast<const int64_t*>(in[1]);
    const T* x = static_cast<const T*>(in[0]);
    T* y = static_cast<T*>(out);
    for (int64_t block = tiles_.begin(tile); block < tiles_.end(tile); ++block) {
      const auto stays = mask_.stays(step, block);
      for (int64_t i = 4 * block; i < std::min(size_, 4 * block + 4); ++i)
        y[i] = stays[static_cast<size_t>(i % 4)] ? x[i] * scale_ : T{0};
    }
  }

 private:
  Mask mask_;
  int64_t size_;
  T scale_;
  RowTiles tiles_;  // of four elements
};

std::unique_ptr<Kernel> prepare(const KernelSpec& spec) {
  if (spec.output.dtype() == DType::f32) return std::make_unique<DropoutKernel<float>>(spec);
  return std::make_unique<DropoutKernel<double>>(spec);
}

/// Linear in x: the same mask on g or on the tangent.
Value same_mask(const LocalCall& c, Value g) {
  return dropout(g, c.x[1], c.attributes.real("rate"), c.attributes.integer("seed"));
}

std::vector<Example> examples() {
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
    .infer = infer,
    .reference = reference,
    .prepare = prepare,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{same_mask(c, g), Value{}};
        },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return t[0] ? same_mask(c, t[0]) : Value{}; },
    .examples = examples,
    .max_ulp = 1.5,
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
