// Batch, layer and root-mean-square normalisation.
#include <array>
#include <numeric>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// A list [C] beside x [N, C, …]: [C, 1, …].
Value per_channel(Value list, Value x) {
  if (list.shape().rank() != 1) fail("a list of channels is {}", dims_to_string(list.shape()));
  if (x.shape().rank() <= 2) return list;
  std::vector<int64_t> dims(static_cast<size_t>(x.shape().rank()) - 1, 1);
  dims[0] = list.shape()[0];
  return reshape(list, dims);
}

std::vector<Operand> batch_normalization(NodeCall& call) {
  const Value x = call.value(0);
  if (x.shape().rank() < 2) fail("the operand is {}; expected [N, channels, …]", dims_to_string(x.shape()));
  const double epsilon = call.real("epsilon", 1e-5), momentum = call.real("momentum", 0.9);
  if (call.version() < 9) call.expect("spatial", 1);
  call.ignore("is_test");
  Value mean_used = call.value(3), variance_used = call.value(4);
  std::vector<Operand> results(1);
  if (call.integer("training_mode", 0) != 0) {
    std::vector<int64_t> axes(static_cast<size_t>(x.shape().rank()));
    std::iota(axes.begin(), axes.end(), 0);
    axes.erase(axes.begin() + 1);
    const Value mean_now = mean(x, axes);
    const Value variance_now = mean(square(x - per_channel(mean_now, x)), axes);
    results.push_back(Operand::of(mean_used * momentum + mean_now * (1 - momentum)));
    results.push_back(Operand::of(variance_used * momentum + variance_now * (1 - momentum)));
    mean_used = mean_now;
    variance_used = variance_now;
  }
  const Value inverse = 1.0 / sqrt(per_channel(variance_used, x) + epsilon);
  const Value normalized = (x - per_channel(mean_used, x)) * inverse;
  results[0] = Operand::of(normalized * per_channel(call.value(1), x) + per_channel(call.value(2), x));
  return results;
}

/// The axes from the attribute "axis" to the last.
std::vector<int64_t> last_axes(NodeCall& call, Value x) {
  const int first = resolve_axis("axis", call.integer("axis", -1), x.shape().rank());
  if (first == 0 && x.shape().has_batch()) fail("over the batch, which is not supported");
  std::vector<int64_t> axes(static_cast<size_t>(x.shape().rank() - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

std::vector<Operand> layer_normalization(NodeCall& call) {
  call.ignore("stash_type");
  const Value x = call.value(0);
  const std::vector<int64_t> axes = last_axes(call, x);
  const Value mean_of_row = mean(x, axes, true), centred = x - mean_of_row;
  const Value inverse = 1.0 / sqrt(mean(square(centred), axes, true) + call.real("epsilon", 1e-5));
  Value y = centred * inverse * call.value(1);
  if (call.has(2)) y = y + call.value(2);
  return {Operand::of(y), Operand::of(mean_of_row), Operand::of(inverse)};
}

Operand rms_normalization(NodeCall& call) {
  call.ignore("stash_type");
  const Value x = call.value(0);
  const std::vector<int64_t> axes = last_axes(call, x);
  const Value inverse = 1.0 / sqrt(mean(square(x), axes, true) + call.real("epsilon", 1e-5));
  return Operand::of(x * inverse * call.value(1));
}

constexpr std::array<Operator, 3> kNormalizationOperators{{
    {"BatchNormalization", 5, 5, nullptr, batch_normalization},
    {"LayerNormalization", 2, 3, nullptr, layer_normalization},
    {"RMSNormalization", 2, 2, rms_normalization},
}};

}  // namespace

std::span<const Operator> normalization_operators() { return kNormalizationOperators; }

}  // namespace kette
