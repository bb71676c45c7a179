// ONNX's preview of training: rules of descent, and the gradient of what the graph holds.
#include <array>
#include <climits>
#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

constexpr std::string_view kTraining = "ai.onnx.preview.training";

/// Operands of a rule: the learning rate, the number of steps so far, and then lists of tensors, all of one
/// length: parameters, their gradients, and one list for each state.
struct Descent {
  Value rate, steps;
  size_t tensors;

  Descent(const NodeCall& call, size_t lists) : rate(call.value(0)), steps(call.number_as(1, rate.dtype())) {
    if ((call.count() - 2) % lists != 0)
      fail("{} tensors cannot be divided into {} lists", call.count() - 2, lists);
    tensors = (call.count() - 2) / lists;
  }
  Value at(const NodeCall& call, size_t list, size_t i) const { return call.value(2 + list * tensors + i); }
  /// The gradient with the L2 penalty's.
  Value gradient(NodeCall& call, size_t i) const {
    const double decay = call.real("norm_coefficient", 0);
    const Value g = at(call, 1, i);
    return decay == 0 ? g : g + at(call, 0, i) * decay;
  }
};

std::vector<Operand> joined(std::span<const std::vector<Operand>> lists) {
  std::vector<Operand> all;
  for (const std::vector<Operand>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Operand> adagrad(NodeCall& call) {
  const Descent rule(call, 3);
  const double decay = call.real("decay_factor", 0), epsilon = call.real("epsilon", 1e-6);
  const Value rate = rule.rate / (rule.steps * decay + 1.0);
  std::array<std::vector<Operand>, 2> results;
  for (size_t i = 0; i < rule.tensors; ++i) {
    const Value g = rule.gradient(call, i), squares = rule.at(call, 2, i) + square(g);
    results[0].push_back(Operand::of(rule.at(call, 0, i) - rate * g / (sqrt(squares) + epsilon)));
    results[1].push_back(Operand::of(squares));
  }
  return joined(results);
}

std::vector<Operand> adam(NodeCall& call) {
  const Descent rule(call, 4);
  const double alpha = call.real("alpha", 0.9), beta = call.real("beta", 0.999);
  const double epsilon = call.real("epsilon", 1e-6), shrink = 1 - call.real("norm_coefficient_post", 0);
  if (!(alpha > 0 && beta > 0)) fail("alpha and beta are {} and {}; expected positive numbers", alpha, beta);
  const auto left = [&](double rate) { return 1.0 - exp(rule.steps * std::log(rate)); };  // 1 − rate^steps
  const Value is_later = greater(rule.steps, scalar_like(rule.steps, 0));
  const Value corrected =
      where(is_later, sqrt(left(beta)) / where(is_later, left(alpha), scalar_like(rule.steps, 1)),
            scalar_like(rule.steps, 1));
  std::array<std::vector<Operand>, 3> results;
  for (size_t i = 0; i < rule.tensors; ++i) {
    const Value g = rule.gradient(call, i);
    const Value first = rule.at(call, 2, i) * alpha + g * (1 - alpha);
    const Value second = rule.at(call, 3, i) * beta + square(g) * (1 - beta);
    const Value step = rule.rate * corrected * first / (sqrt(second) + epsilon);
    Value x = rule.at(call, 0, i) - step;
    if (shrink != 1) x = x * shrink;
    results[0].push_back(Operand::of(x));
    results[1].push_back(Operand::of(first));
    results[2].push_back(Operand::of(second));
  }
  return joined(results);
}

std::vector<Operand> momentum(NodeCall& call) {
  const Descent rule(call, 3);
  const double alpha = call.real("alpha", 0), beta = call.real("beta", 0);
  const std::string mode = call.text("mode", "standard");
  if (mode != "standard" && mode != "nesterov")
    fail("the attribute \"mode\" is \"{}\"; expected standard or nesterov", mode);
  const Value one = scalar_like(rule.steps, 1);
  const Value share =
      where(greater(rule.steps, scalar_like(one, 0)), one * beta, one);  // the first gradient counts whole
  std::array<std::vector<Operand>, 2> results;
  for (size_t i = 0; i < rule.tensors; ++i) {
    const Value g = rule.gradient(call, i), velocity = rule.at(call, 2, i) * alpha + share * g;
    const Value direction = mode == "standard" ? velocity : g + velocity * alpha;
    results[0].push_back(Operand::of(rule.at(call, 0, i) - rule.rate * direction));
    results[1].push_back(Operand::of(velocity));
  }
  return joined(results);
}

/// Of the sum of y's elements with respect to the operands.
std::vector<Operand> gradient_node(NodeCall& call) {
  const std::vector<std::string> xs = call.texts("xs"), zs = call.texts("zs");
  if (xs.empty() || xs.size() + zs.size() != call.count())
    fail("{} operands; expected one for each name in xs and zs", call.count());
  for (size_t i = 0; i < call.count(); ++i)
    if (const std::string& name = i < xs.size() ? xs[i] : zs[i - xs.size()]; call.operand(i).name != name)
      fail("the operand {} stands for \"{}\"; only the value itself is supported there", i, name);
  const Value y = call.named(call.text("y", "")).value;
  if (!y) fail("y is not computed by the graph");
  std::vector<Value> variables;
  for (size_t i = 0; i < xs.size(); ++i) variables.push_back(call.value(i));
  std::vector<Operand> results;
  for (const Value g : vjp(y, variables, filled(y, 1, dims_of(y.shape())))) results.push_back(Operand::of(g));
  return results;
}

constexpr std::array<Operator, 4> kTrainingOperators{{
    {"Adagrad", 5, INT_MAX, nullptr, adagrad, kTraining},
    {"Adam", 6, INT_MAX, nullptr, adam, kTraining},
    {"Gradient", 1, INT_MAX, nullptr, gradient_node, kTraining},
    {"Momentum", 5, INT_MAX, nullptr, momentum, kTraining},
}};

}  // namespace

std::span<const Operator> training_operators() { return kTrainingOperators; }

}  // namespace kette
