// The same elements, or some of them, in other dims.
#include <algorithm>
#include <array>
#include <climits>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using Dims = std::vector<int64_t>;

Dims dims_of(Value x) { return {x.shape().dims().begin(), x.shape().dims().end()}; }

Operand shape(NodeCall& call) {
  const Value x = call.value(0);
  const Dims dims = dims_of(x);
  const auto rank = static_cast<int64_t>(dims.size());
  const auto position = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t start = position(call.integer("start", 0)), end = position(call.integer("end", rank));
  return Operand::of(start < end ? Dims(dims.begin() + start, dims.begin() + end) : Dims{}, x);
}

/// 0 stands for the operand's dim, −1 for the one that follows from the number of elements.
Operand reshape(NodeCall& call) {
  const Value x = call.value(0);
  Dims dims = call.integers(1);
  if (dims.size() > kMaxRank) fail("{} dims; at most {} are supported", dims.size(), kMaxRank);
  if (call.integer("allowzero", 0) == 0)
    for (size_t axis = 0; axis < dims.size(); ++axis)
      if (dims[axis] == 0) {
        if (static_cast<int>(axis) >= x.shape().rank())
          fail("dim {} is to be the operand's, which is {}", axis, dims_to_string(x.shape()));
        dims[axis] = x.shape()[static_cast<int>(axis)];
      }
  // A leading −1 is N where the operand has N; otherwise it is to be found, as any other.
  const auto open =
      std::find(dims.begin() + (x.shape().has_batch() && !dims.empty() ? 1 : 0), dims.end(), -1);
  if (open != dims.end()) {
    *open = 1;
    const Shape rest(std::span<const int64_t>(dims), x.dtype());
    const int64_t elements = x.shape().product(0, x.shape().rank()), others = rest.product(0, rest.rank());
    if (others == 0 || elements % others != 0)
      fail("{} cannot take dims with the product {}", dims_to_string(x.shape()), others);
    *open = elements / others;
  }
  return Operand::of(kette::reshape(x, dims));
}

Operand expand(NodeCall& call) {
  const Value x = call.value(0);
  Dims dims = call.integers(1);
  const Dims own = dims_of(x);
  if (dims.size() < own.size()) dims.insert(dims.begin(), own.size() - dims.size(), 1);
  for (size_t i = 0; i < own.size(); ++i)
    if (int64_t& dim = dims[dims.size() - own.size() + i]; dim == 1) dim = own[i];
  return Operand::of(broadcast(x, dims));
}

/// In the order of the result's axes, from [0, rank).
std::vector<size_t> resolved(const Dims& axes, int rank) {
  std::vector<size_t> result;
  for (const int64_t axis : axes) result.push_back(static_cast<size_t>(resolve_axis("axes", axis, rank)));
  std::ranges::sort(result);
  if (std::ranges::adjacent_find(result) != result.end()) fail("an axis is given twice");
  return result;
}

Operand unsqueeze(NodeCall& call) {
  const Value x = call.value(0);
  const Dims axes = call.integers(1);
  if (axes.size() > kMaxRank) fail("{} axes; at most {} are supported", axes.size(), kMaxRank);
  Dims dims = dims_of(x);
  for (const size_t axis : resolved(axes, x.shape().rank() + static_cast<int>(axes.size())))
    dims.insert(dims.begin() + static_cast<int64_t>(axis), 1);
  return Operand::of(kette::reshape(x, dims));
}

Operand squeeze(NodeCall& call) {
  const Value x = call.value(0);
  Dims dims = dims_of(x);
  if (!call.has(1)) {
    std::erase(dims, 1);
    return Operand::of(kette::reshape(x, dims));
  }
  const std::vector<size_t> axes = resolved(call.integers(1), x.shape().rank());
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    if (dims[*axis] != 1) fail("dim {} of {} is not 1", *axis, dims_to_string(x.shape()));
    dims.erase(dims.begin() + static_cast<int64_t>(*axis));
  }
  return Operand::of(kette::reshape(x, dims));
}

Operand transpose(NodeCall& call) {
  return Operand::of(kette::transpose(call.value(0), call.integers("perm", {})));
}

Operand concat(NodeCall& call) {
  const int64_t axis = call.integer("axis", 0);
  constexpr size_t kLongest = kMaxRank;  // of dims; longer lists are data
  bool are_dims = false;
  Dims joined;
  Value of;
  for (size_t i = 0; i < call.count(); ++i) {
    const Operand& part = call.operand(i);
    if (!part.dims) continue;
    are_dims = true;
    of = part.dims->of;
  }
  if (!are_dims) return Operand::of(kette::concat(call.values(), axis));
  for (size_t i = 0; i < call.count(); ++i) {
    const Dims part = call.integers(i);
    if (joined.size() + part.size() > kLongest)
      fail("a shape of more than {} dims is not supported", kLongest);
    joined.insert(joined.end(), part.begin(), part.end());
  }
  return Operand::of(std::move(joined), of);
}

Operand slice(NodeCall& call) {
  Value x = call.value(0);
  const Dims starts = call.integers(1), ends = call.integers(2);
  const Dims steps = call.has(4) ? call.integers(4) : Dims(starts.size(), 1);
  Dims axes = call.has(3) ? call.integers(3) : Dims{};
  if (!call.has(3))
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    fail("starts, ends, axes and steps differ in number");
  for (size_t i = 0; i < starts.size(); ++i) {
    const int axis = resolve_axis("axes", axes[i], x.shape().rank());
    const int64_t size = x.shape()[axis];
    if (steps[i] != 1) fail("the step is {}; only 1 is supported", steps[i]);
    if (size == kBatch && starts[i] == 0 && ends[i] >= INT_MAX) continue;
    if (size == kBatch) fail("part of the batch, which is not supported");
    const auto position = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
    const int64_t begin = position(starts[i]);
    x = kette::slice(x, axis, begin, std::max(begin, position(ends[i])));
  }
  return Operand::of(x);
}

constexpr std::array<Operator, 8> kShapeOperators{{
    {"Concat", 1, INT_MAX, concat},
    {"Expand", 2, 2, expand},
    {"Reshape", 2, 2, reshape},
    {"Shape", 1, 1, shape},
    {"Slice", 3, 5, slice},
    {"Squeeze", 1, 2, squeeze},
    {"Transpose", 1, 1, transpose},
    {"Unsqueeze", 2, 2, unsqueeze},
}};

}  // namespace

std::span<const Operator> shape_operators() { return kShapeOperators; }

}  // namespace kette
