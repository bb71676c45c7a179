// The same elements, or some of them, in other dims.
#include <algorithm>
#include <array>
#include <climits>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

using Dims = std::vector<int64_t>;

constexpr int64_t kMostParts = 1024;  // that one node is cut into

/// What must be told is an operand from some operator set on, and an attribute before.
Dims told(NodeCall& call, size_t operand, std::string_view attribute) {
  Dims listed = call.integers(attribute, {});
  return call.has(operand) ? call.integers(operand) : listed;
}

/// The end of a list of dims, which may hold N: [position(start), position(end)).
Operand part_of_dims(const Operand::Dims& dims, int64_t start, int64_t end) {
  const auto rank = static_cast<int64_t>(dims.sizes.size());
  const auto position = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const int64_t first = position(start), last = position(end);
  const auto begin = dims.sizes.begin();
  return Operand::of(first < last ? Dims(begin + first, begin + last) : Dims{}, dims.of);
}

Operand shape(NodeCall& call) {
  const Value x = call.value(0);
  const Dims dims = dims_of(x.shape());
  return part_of_dims({.sizes = dims, .of = x}, call.integer("start", 0),
                      call.integer("end", static_cast<int64_t>(dims.size())));
}

Operand size(NodeCall& call) {
  const Value x = call.value(0);
  if (x.shape().has_batch()) return Operand::of(cast(count(x), DType::i64));
  return Operand::of(Tensor(Shape({}, DType::i64), {x.shape().size()}));
}

/// 0 stands for the operand's dim, −1 for the one that follows from the number of elements.
Operand reshape_node(NodeCall& call) {
  const Value x = call.value(0);
  Dims dims = told(call, 1, "shape");
  if (dims.size() > kMaxRank) fail("{} dims; at most {} are supported", dims.size(), kMaxRank);
  if (call.integer("allowzero", 0) == 0)
    for (size_t axis = 0; axis < dims.size(); ++axis)
      if (dims[axis] == 0) {
        if (static_cast<int>(axis) >= x.shape().rank())
          fail("dim {} is to be the operand's, which is {}", axis, dims_to_string(x.shape()));
        dims[axis] = x.shape()[static_cast<int>(axis)];
      }
  if (x.shape().has_batch() && !dims.empty() && call.rules().rows > 0 && dims[0] == call.rules().rows)
    dims[0] = kBatch;  // the file's number of rows
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
  return Operand::of(reshape(x, dims));
}

/// [d0·…, d_axis·…]
Operand flatten(NodeCall& call) {
  const Value x = call.value(0);
  const int rank = x.shape().rank();
  const int64_t given = call.integer("axis", 1), axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis > rank) fail("the axis is {} for {}", given, dims_to_string(x.shape()));
  const auto at = static_cast<int>(axis);
  if (x.shape().has_batch() && at != 1)
    fail("the axis {} of {} is not supported", at, dims_to_string(x.shape()));
  return Operand::of(
      reshape(x, {x.shape().has_batch() ? kBatch : x.shape().product(0, at), x.shape().product(at, rank)}));
}

Operand expand(NodeCall& call) {
  const Numbers numbers = call.count() == 2 && call.operand(0).value && !is_float(call.value(0).dtype())
                              ? Numbers{{call.number_as(0, DType::f64)}, true}
                              : Numbers{{call.value(0)}, false};
  const Value x = numbers.values[0];
  Dims dims = call.integers(1);
  const Dims own = dims_of(x.shape());
  if (dims.size() < own.size()) dims.insert(dims.begin(), own.size() - dims.size(), 1);
  for (size_t i = 0; i < own.size(); ++i)
    if (int64_t& dim = dims[dims.size() - own.size() + i]; dim == 1) dim = own[i];
  return numbers.result(broadcast(x, dims));
}

/// The operand as often as told along each axis.
Operand tile(NodeCall& call) {
  if (call.version() < 6) fail("operator set {} is not supported", call.version());
  Value x = call.value(0);
  const Dims repeats = call.integers(1);
  if (static_cast<int>(repeats.size()) != x.shape().rank())
    fail("{} repeats for {}", repeats.size(), dims_to_string(x.shape()));
  for (size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] == 1) continue;
    if (repeats[axis] < 1 || repeats[axis] > kMostParts || x.shape()[static_cast<int>(axis)] == kBatch)
      fail("{} repeats along axis {} of {} are not supported", repeats[axis], axis,
           dims_to_string(x.shape()));
    x = concat(std::vector<Value>(static_cast<size_t>(repeats[axis]), x), static_cast<int64_t>(axis));
  }
  return Operand::of(x);
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
  const Dims axes = told(call, 1, "axes");
  if (call.operand(0).dims) return call.operand(0);  // one of a shape's dims as a list
  const Value x = call.value(0);
  if (axes.size() > kMaxRank) fail("{} axes; at most {} are supported", axes.size(), kMaxRank);
  Dims dims = dims_of(x.shape());
  for (const size_t axis : resolved(axes, x.shape().rank() + static_cast<int>(axes.size())))
    dims.insert(dims.begin() + static_cast<int64_t>(axis), 1);
  return Operand::of(reshape(x, dims));
}

Operand squeeze(NodeCall& call) {
  const Dims asked = told(call, 1, "axes");
  if (call.operand(0).dims) return call.operand(0);
  const Value x = call.value(0);
  Dims dims = dims_of(x.shape());
  if (asked.empty() && !call.has(1)) {
    std::erase(dims, 1);
    return Operand::of(reshape(x, dims));
  }
  const std::vector<size_t> axes = resolved(asked, x.shape().rank());
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    if (dims[*axis] != 1) fail("dim {} of {} is not 1", *axis, dims_to_string(x.shape()));
    dims.erase(dims.begin() + static_cast<int64_t>(*axis));
  }
  return Operand::of(reshape(x, dims));
}

Operand transpose_node(NodeCall& call) {
  return Operand::of(transpose(call.value(0), call.integers("perm", {})));
}

Operand concat_node(NodeCall& call) {
  const int64_t axis = call.integer("axis", call.version() < 4 ? 1 : 0);
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
  if (!are_dims) return Operand::of(concat(call.values(), axis));
  for (size_t i = 0; i < call.count(); ++i) {
    const Dims part = call.integers(i);
    if (joined.size() + part.size() > kLongest)
      fail("a shape of more than {} dims is not supported", kLongest);
    joined.insert(joined.end(), part.begin(), part.end());
  }
  return Operand::of(std::move(joined), of);
}

/// Every `step`th element from `first` on, before (or with a negative step, after) `end`.
Value strided(Value x, int axis, int64_t first, int64_t end, int64_t step) {
  std::vector<Value> parts;
  for (int64_t at = first; step > 0 ? at < end : at > end; at += step) {
    if (static_cast<int64_t>(parts.size()) == kMostParts)
      fail("more than {} elements with the step {} are not supported", kMostParts, step);
    parts.push_back(slice(x, axis, at, at + 1));
  }
  if (parts.empty()) return slice(x, axis, 0, 0);
  return parts.size() == 1 ? parts.front() : concat(parts, axis);
}

/// Attributes before operator set 10.
Operand slice_node(NodeCall& call) {
  const bool are_attributes = call.version() < 10;
  const Dims starts = are_attributes ? call.integers("starts", {}) : call.integers(1);
  const Dims ends = are_attributes ? call.integers("ends", {}) : call.integers(2);
  const Dims steps = call.has(4) ? call.integers(4) : Dims(starts.size(), 1);
  Dims axes = told(call, 3, "axes");
  if (axes.empty())
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    fail("starts, ends, axes and steps differ in number");
  if (call.operand(0).dims) {
    if (starts.size() != 1 || steps[0] != 1) fail("this part of a shape is not supported");
    return part_of_dims(*call.operand(0).dims, starts[0], ends[0]);
  }
  Value x = call.value(0);
  for (size_t i = 0; i < starts.size(); ++i) {
    const int axis = resolve_axis("axes", axes[i], x.shape().rank());
    const int64_t size = x.shape()[axis], step = steps[i];
    if (step == 0) fail("the step is 0");
    if (size == kBatch && starts[i] == 0 && ends[i] >= INT_MAX && step == 1) continue;
    if (size == kBatch) fail("part of the batch, which is not supported");
    const auto position = [&](int64_t at, int64_t lowest, int64_t highest) {
      return std::clamp<int64_t>(at < 0 ? std::max<int64_t>(at, -(INT64_MAX / 2)) + size : at, lowest,
                                 highest);
    };
    if (step == 1) {
      const int64_t begin = position(starts[i], 0, size);
      x = slice(x, axis, begin, std::max(begin, position(ends[i], 0, size)));
    } else if (step > 0) {
      x = strided(x, axis, position(starts[i], 0, size), position(ends[i], 0, size), step);
    } else {
      x = strided(x, axis, position(starts[i], -1, size - 1), position(ends[i], -1, size),
                  std::max<int64_t>(step, -INT_MAX));
    }
  }
  return Operand::of(x);
}

std::vector<Operand> split(NodeCall& call) {
  const Value x = call.value(0);
  const int axis = resolve_axis("axis", call.integer("axis", 0), x.shape().rank());
  const int64_t size = x.shape()[axis];
  if (size == kBatch) fail("part of the batch, which is not supported");
  int64_t count = 0;
  while (call.wants(static_cast<int>(count))) ++count;
  count = call.integer("num_outputs", count);
  Dims sizes = told(call, 1, "split");
  if (count < 1 || count > kMostParts) fail("{} parts", count);
  if (sizes.empty()) {
    const int64_t each = (size + count - 1) / count;
    for (int64_t begin = 0, i = 0; i < count; ++i, begin += each)
      sizes.push_back(std::clamp<int64_t>(size - begin, 0, each));
  }
  std::vector<Operand> parts;
  int64_t begin = 0;
  for (const int64_t part : sizes) {
    if (part < 0 || part > size - begin)
      fail("the parts do not fill dim {} of {}", axis, dims_to_string(x.shape()));
    parts.push_back(Operand::of(slice(x, axis, begin, begin + part)));
    begin += part;
  }
  return parts;
}

constexpr std::array<Operator, 12> kShapeOperators{{
    {"Concat", 1, INT_MAX, concat_node},
    {"Expand", 2, 2, expand},
    {"Flatten", 1, 1, flatten},
    {"Reshape", 1, 2, reshape_node},
    {"Shape", 1, 1, shape},
    {"Size", 1, 1, size},
    {"Slice", 1, 5, slice_node},
    {"Split", 1, 2, nullptr, split},
    {"Squeeze", 1, 2, squeeze},
    {"Tile", 2, 3, tile},
    {"Transpose", 1, 1, transpose_node},
    {"Unsqueeze", 1, 2, unsqueeze},
}};

}  // namespace

std::span<const Operator> shape_operators() { return kShapeOperators; }

}  // namespace kette
