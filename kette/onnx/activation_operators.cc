// Activation functions that are made of several operations, and dropout.
#include <array>
#include <cmath>
#include <numbers>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

Operand celu(NodeCall& call) {
  const double alpha = call.real("alpha", 1);
  return Operand::of(elu(call.value(0) / alpha, 1) * alpha);
}

Operand gelu_node(NodeCall& call) {
  const Value x = call.value(0);
  const std::string form = call.text("approximate", "none");
  if (form == "none") return Operand::of(gelu(x));
  if (form != "tanh") fail("the attribute \"approximate\" is \"{}\"; expected none or tanh", form);
  const double scale = std::sqrt(2 / std::numbers::pi);
  return Operand::of(0.5 * x * (1.0 + tanh(scale * (x + 0.044715 * cube(x)))));
}

Value hard_sigmoid(Value x, double alpha, double beta) { return clip(x * alpha + beta, 0, 1); }

Operand hard_sigmoid_node(NodeCall& call) {
  const double alpha = call.real("alpha", 0.2), beta = call.real("beta", 0.5);
  return Operand::of(hard_sigmoid(call.value(0), alpha, beta));
}

Operand hard_swish(NodeCall& call) {
  const Value x = call.value(0);
  return Operand::of(x * hard_sigmoid(x, 1.0 / 6, 0.5));
}

Operand mish(NodeCall& call) {
  const Value x = call.value(0);
  return Operand::of(x * tanh(softplus(x)));
}

/// Before operator set 7 a list of slopes is that of the channels, [N, channels, …].
Operand prelu(NodeCall& call) {
  const Numbers numbers = call.numbers();
  const Value x = numbers.values[0];
  Value slope = numbers.values[1];
  if (call.version() < 7 && slope.shape().rank() == 1 && slope.shape()[0] > 1 && x.shape().rank() > 2) {
    std::vector<int64_t> dims(static_cast<size_t>(x.shape().rank()) - 1, 1);
    dims[0] = slope.shape()[0];
    slope = reshape(slope, dims);
  }
  return numbers.result(where(less(x, scalar_like(x, 0)), x * slope, x));
}

/// γ·(x for x > 0, else α·(e^x − 1)); with the usual constants it is one operation.
Operand selu_node(NodeCall& call) {
  constexpr double kAlpha = 1.67326319217681884765625, kGamma = 1.05070102214813232421875;
  const double alpha = call.real("alpha", kAlpha), gamma = call.real("gamma", kGamma);
  const Value x = call.value(0);
  const bool is_usual = std::abs(alpha - kAlpha) < 1e-6 && std::abs(gamma - kGamma) < 1e-6;
  return Operand::of(is_usual ? selu(x) : elu(x, alpha) * gamma);
}

Operand swish(NodeCall& call) {
  const Value x = call.value(0);
  const double alpha = call.real("alpha", 1);
  return Operand::of(alpha == 1 ? silu(x) : x * sigmoid(x * alpha));
}

Operand thresholded_relu(NodeCall& call) {
  const Value x = call.value(0);
  return Operand::of(where(greater(x, scalar_like(x, call.real("alpha", 1))), x, scalar_like(x, 0)));
}

/// Outside training: nothing is dropped.
std::vector<Operand> dropout_node(NodeCall& call) {
  call.ignore("ratio");
  call.ignore("seed");
  call.ignore("is_test");
  const bool may_train = call.version() >= 12 && call.has(2);
  if (may_train && (!call.known(2) || call.known(2)->at(0) != 0)) {
    const auto ratio = call.has(1) ? call.number(1) : 0.5;
    if (!ratio || *ratio != 0) fail("training mode is not supported; export the model for inference");
  }
  const Value x = call.value(0);
  std::vector<Operand> results = {call.operand(0)};
  if (call.wants(1)) results.push_back(Operand::of_truth(equal(x, x)));
  return results;
}

constexpr std::array<Operator, 10> kActivationOperators{{
    elementwise("Celu", 1, 1, celu),
    elementwise("Dropout", 1, 3, nullptr, dropout_node),
    elementwise("Gelu", 1, 1, gelu_node),
    elementwise("HardSigmoid", 1, 1, hard_sigmoid_node),
    elementwise("HardSwish", 1, 1, hard_swish),
    elementwise("Mish", 1, 1, mish),
    elementwise("PRelu", 2, 2, prelu),
    elementwise("Selu", 1, 1, selu_node),
    elementwise("Swish", 1, 1, swish),
    elementwise("ThresholdedRelu", 1, 1, thresholded_relu),
}};

}  // namespace

std::span<const Operator> activation_operators() { return kActivationOperators; }

}  // namespace kette
