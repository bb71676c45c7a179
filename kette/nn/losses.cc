#include "kette/nn/losses.h"

#include <array>
#include <cmath>
#include <string_view>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

void check_equal(std::string_view loss, Value a, Value b) {
  if (a.shape() != b.shape() || !is_float(a.dtype()))
    fail("[{}] predictions are {} and targets {}; expected reals of one shape", loss, to_string(a.shape()),
         to_string(b.shape()));
}

void check_classes(std::string_view loss, Value scores, Value classes) {
  const Shape &s = scores.shape(), &c = classes.shape();
  if (s.rank() != 2 || !is_float(s.dtype()))
    fail("[{}] scores are {}; expected reals [N, classes]", loss, to_string(s));
  if (c != Shape({s[0]}, DType::i64))
    fail("[{}] classes are {}; expected {}", loss, to_string(c), to_string(Shape({s[0]}, DType::i64)));
}

/// Numbers predicted per sample: the product of all dims but the first.
int64_t width(Value x) { return x.shape().rank() < 2 ? 1 : x.shape().product(1, x.shape().rank()); }

std::vector<int64_t> sample_axes(Value x) {
  std::vector<int64_t> axes;
  for (int axis = 1; axis < x.shape().rank(); ++axis) axes.push_back(axis);
  return axes;
}

/// The mean of a sample's elements, then of the batch.
Value averaged(Value elements, Reduction reduction) {
  if (reduction == Reduction::mean) return mean(elements);
  return width(elements) == 1 ? elements : mean(elements, sample_axes(elements), true);
}

/// The sum of a sample's elements times `factor`, then the mean of the batch.
Value summed(Value elements, double factor, Reduction reduction) {
  const auto k = static_cast<double>(width(elements));
  // The mean over all N·k elements is 1/k of the mean over the batch of the sums: no second reduction is
  // needed.
  if (reduction == Reduction::mean) return mean(elements) * (factor * k);
  return (k == 1 ? elements : sum(elements, sample_axes(elements), true)) * factor;
}

void check_smoothing(std::string_view loss, double smoothing) {
  if (!(smoothing >= 0 && smoothing < 1))
    fail("[{}] label smoothing is {}; expected a number in [0, 1)", loss, smoothing);
}

}  // namespace

Value squared_error(Value predictions, Value targets, Reduction reduction) {
  check_equal("squared_error", predictions, targets);
  return summed(square(predictions - targets), 0.5, reduction);
}

Value mean_squared_error(Value predictions, Value targets, Reduction reduction) {
  check_equal("mean_squared_error", predictions, targets);
  return averaged(square(predictions - targets), reduction);
}

Value mean_absolute_error(Value predictions, Value targets, Reduction reduction) {
  check_equal("mean_absolute_error", predictions, targets);
  return averaged(abs(predictions - targets), reduction);
}

Value huber(Value predictions, Value targets, double delta, Reduction reduction) {
  check_equal("huber", predictions, targets);
  if (!(delta > 0) || !std::isfinite(delta)) fail("[huber] delta is {}; expected a positive number", delta);
  const Value e = predictions - targets, c = clip(e, -delta, delta);
  return averaged(c * (e - c * 0.5), reduction);  // c = e gives ½e², c = ±δ gives δ(|e| − ½δ)
}

Value cross_entropy(Value logits, Value targets, Reduction reduction) {
  if (is_float(targets.dtype())) {
    check_equal("cross_entropy", logits, targets);
    if (logits.shape().rank() != 2)
      fail("[cross_entropy] scores are {}; expected [N, classes]", to_string(logits.shape()));
    return summed(targets * log_softmax(logits), -1, reduction);
  }
  check_classes("cross_entropy", logits, targets);
  return averaged(logsumexp(logits) - pick(logits, targets), reduction);
}

Value cross_entropy(Value logits, Value targets, double smoothing, Reduction reduction) {
  check_smoothing("cross_entropy", smoothing);
  const Value hard = cross_entropy(logits, targets, reduction);
  if (smoothing == 0) return hard;
  // −Σ_j 1/k·log softmax(o)_j = log Σ_j e^{o_j} − ō: what a uniform expectation adds.
  const Value uniform = averaged(logsumexp(logits) - mean(logits, {1}, true), reduction);
  return hard * (1 - smoothing) + uniform * smoothing;
}

Value negative_log_likelihood(Value log_probabilities, Value classes, Reduction reduction) {
  check_classes("negative_log_likelihood", log_probabilities, classes);
  return neg(averaged(pick(log_probabilities, classes), reduction));
}

Value binary_cross_entropy(Value logits, Value targets, Reduction reduction) {
  check_equal("binary_cross_entropy", logits, targets);
  return averaged(softplus(logits) - targets * logits, reduction);
}

Value binary_cross_entropy(Value logits, Value targets, double smoothing, Reduction reduction) {
  check_smoothing("binary_cross_entropy", smoothing);
  if (smoothing == 0) return binary_cross_entropy(logits, targets, reduction);
  check_equal("binary_cross_entropy", logits, targets);
  return binary_cross_entropy(logits, targets * (1 - smoothing) + smoothing / 2, reduction);
}

Value hinge(Value scores, Value targets, Reduction reduction) {
  check_equal("hinge", scores, targets);
  return averaged(relu(1.0 - targets * scores), reduction);
}

Value multiclass_hinge(Value scores, Value classes, Reduction reduction) {
  check_classes("multiclass_hinge", scores, classes);
  // The expected class takes part with 0 − 1, every other with its lead: the largest is −1 or the worst
  // violation.
  const Value lead = scores - pick(scores, classes);  // [N,k] − [N,1]
  const Value worst = reduce_max(lead - one_hot(classes, scores.shape()[1], scores.dtype()), {1}, true);
  return averaged(worst + 1.0, reduction);
}

Value weighted(Value losses, Value weights) {
  if (losses.shape() != weights.shape() || !is_float(losses.dtype()))
    fail("[weighted] losses are {} and weights {}; expected reals of one shape", to_string(losses.shape()),
         to_string(weights.shape()));
  return mean(weights * losses);
}

Value probabilities_of(Value scores) {
  if (scores.shape()[1] > 1) return softmax(scores);
  const Value p = sigmoid(scores);
  return concat(std::array{1 - p, p}, 1);
}

}  // namespace kette
