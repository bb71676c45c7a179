// Losses of classes.
#include <array>
#include <numeric>
#include <optional>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

using Dims = std::vector<int64_t>;

/// [N, C, …] → [N·…, C]
Value classes_last(Value x) {
  const int rank = x.shape().rank();
  if (rank == 2) return x;
  if (x.shape().has_batch()) fail("more than one class for each row is not supported");
  Dims order(static_cast<size_t>(rank));
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + 1);
  order.push_back(1);
  const int64_t classes = x.shape()[1];
  return reshape(transpose(x, order), {x.shape().size() / std::max<int64_t>(classes, 1), classes});
}

/// −weight·log P of the expected classes, all of `shape` or as their (weighted) mean or sum.
Operand negative_log_likelihood(NodeCall& call, Value log_probability) {
  const Value expected = call.value(1);
  const Dims shape = dims_of(expected.shape());
  if (log_probability.shape().rank() < 2)
    fail("the scores are {}; expected [N, classes, …]", dims_to_string(log_probability.shape()));
  const Value rows = classes_last(log_probability);  // [M, C]
  const int64_t count = rows.shape()[0];
  Value classes = reshape(expected, {count});
  Value weights;  // [M, 1]
  if (call.has_attribute("ignore_index")) {
    const double ignored = static_cast<double>(call.integer("ignore_index", 0));
    const Value as_number = cast(classes, DType::f64);
    const Value is_used = 1.0 - equal(as_number, scalar_like(as_number, ignored));
    classes = cast(as_number * is_used, DType::i64);
    weights = reshape(cast(is_used, rows.dtype()), {count, 1});
  }
  if (call.has(2)) {
    const Value of_class = lookup(reshape(call.value(2), {rows.shape()[1], 1}), classes);  // [M, 1]
    weights = weights ? weights * of_class : of_class;
  }
  Value loss = -pick(rows, classes);
  if (weights) loss = loss * weights;
  const std::string reduction = call.text("reduction", "mean");
  if (reduction == "none") return Operand::of(reshape(loss, shape));
  if (reduction == "sum") return Operand::of(sum(loss));
  if (reduction != "mean") fail("the attribute \"reduction\" is \"{}\"", reduction);
  return Operand::of(weights ? sum(loss) / sum(weights) : mean(loss));
}

Operand nll_loss(NodeCall& call) { return negative_log_likelihood(call, call.value(0)); }

std::vector<Operand> softmax_cross_entropy(NodeCall& call) {
  const Value log_probability = log_softmax(call.value(0), 1);
  return {negative_log_likelihood(call, log_probability), Operand::of(log_probability)};
}

constexpr std::array<Operator, 2> kLossOperators{{
    {"NegativeLogLikelihoodLoss", 2, 3, nll_loss},
    {"SoftmaxCrossEntropyLoss", 2, 3, nullptr, softmax_cross_entropy},
}};

}  // namespace

std::span<const Operator> loss_operators() { return kLossOperators; }

}  // namespace kette
