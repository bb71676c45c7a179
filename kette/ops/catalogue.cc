#include "kette/ops/ops.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kette/base/error.h"
#include "kette/ops/shape_rules.h"

namespace kette {

std::span<const OpDef* const> catalogue() {
  static constexpr std::array kAll = {
      // Arithmetic
      &kAdd, &kSub, &kMul, &kDiv, &kNeg, &kPow, &kPower, &kSquare, &kCube, &kSqrt, &kAbs, &kSign, &kExp,
      &kLog, &kMin, &kMax, &kClip,
      // Comparisons
      &kEqual, &kLess, &kLessEqual, &kGreater, &kGreaterEqual, &kWhere,
      // Activation functions
      &kSigmoid, &kTanh, &kHardtanh, &kRelu, &kLeakyRelu, &kElu, &kSelu, &kErf, &kGelu, &kSilu, &kSoftplus,
      &kSoftsign,
      // Matrices
      &kMatmul, &kTranspose,
      // Over an axis
      &kSoftmax, &kLogSoftmax, &kLogsumexp, &kSum, &kMean, &kReduceMax, &kArgmax, &kCount,
      // Shapes
      &kReshape, &kConcat, &kSlice, &kBroadcast, &kCast,
      // Indices
      &kLookup, &kScatterAdd, &kCoalesce, &kAssignRows, &kPick, &kPlace, &kOneHot,
      // Random
      &kDropout};
  return kAll;
}

const OpDef* find_op(std::string_view name) {
  const auto found = std::ranges::find(catalogue(), name, [](const OpDef* op) { return op->name; });
  return found == catalogue().end() ? nullptr : *found;
}

Value scalar_like(Value x, double value) { return x.graph->constant(value, x.dtype()); }

Value log(Value x, double base) {
  if (!(base > 0) || base == 1) fail("[log] base {} must be positive and not 1", base);
  return log(x) * (1 / std::log(base));
}

Value sum_to(Value x, Shape shape) {
  if (x.shape().same_dims(shape)) return x;
  const int rank = x.shape().rank(), missing = rank - shape.rank();
  std::vector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis)
    if (axis < missing || (shape[axis - missing] == 1 && x.shape()[axis] != 1)) axes.push_back(axis);
  const bool only_missing = static_cast<int>(axes.size()) == missing;
  const Value summed = axes.empty() ? x : sum(x, axes, !only_missing);
  return summed.shape().same_dims(shape) ? summed : reshape(summed, dims_of(shape));
}

}  // namespace kette
