#include "kette/ops/reduction.h"

#include <algorithm>
#include <numeric>

#include "kette/base/error.h"
#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {

std::vector<AttributeSpec> reduction_attributes() {
  return {{"axes", std::vector<int64_t>{}}, {"keep", int64_t{0}}};
}

AxisRange reduced_axes(const OpDef& op, const Shape& x, const Attributes& attributes) {
  const std::vector<int64_t>& axes = attributes.integers("axes");
  if (axes.empty()) return {0, x.rank()};
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] < 0 || axes[i] >= x.rank() || axes[i] != axes[0] + static_cast<int64_t>(i))
      fail("[{}] axes {} are not neighbouring axes of {}", op.name, to_string(Attribute(axes)),
           dims_to_string(x));
  return {static_cast<int>(axes.front()), static_cast<int>(axes.back()) + 1};
}

Shape infer_reduction(const OpCall& call) {
  const Shape& x = call.inputs[0];
  require_float(call.op, x);
  const auto [first, last] = reduced_axes(call.op, x, call.attributes);
  const bool keep = call.attributes.integer("keep") != 0;
  std::vector<int64_t> dims;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axis < first || axis >= last)
      dims.push_back(x[axis]);
    else if (keep)
      dims.push_back(1);
  }
  return Shape(dims, x.dtype());
}

Blocks blocks_of(const Shape& x, AxisRange range) {
  return {x.product(0, range.first), x.product(range.first, range.last), x.product(range.last, x.rank())};
}

Value reduce(const OpDef& op, Value x, std::vector<int64_t> axes, bool keep) {
  const int rank = x.shape().rank();
  if (axes.empty()) {
    axes.resize(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (int64_t& axis : axes) axis = resolve_axis(op.name, axis, rank);
  std::ranges::sort(axes);
  if (std::ranges::adjacent_find(axes) != axes.end())
    fail("[{}] axes {} name an axis twice", op.name, to_string(Attribute(axes)));
  // From the last axes to the first, because removing axes moves those after them.
  while (!axes.empty()) {
    size_t begin = axes.size() - 1;
    while (begin > 0 && axes[begin - 1] + 1 == axes[begin]) --begin;
    const std::vector<int64_t> run(axes.begin() + static_cast<int64_t>(begin), axes.end());
    axes.resize(begin);
    x = x.graph->apply(op, {x}, {{"axes", run}, {"keep", int64_t{keep}}});
  }
  return x;
}

Value with_reduced_axes(const OpDef& op, Value reduced, Value x, const Attributes& attributes) {
  std::vector<int64_t> dims = dims_of(x.shape());
  const auto [first, last] = reduced_axes(op, x.shape(), attributes);
  std::fill(dims.begin() + first, dims.begin() + last, 1);
  return dims == dims_of(reduced.shape()) ? reduced : reshape(reduced, dims);
}

std::vector<int64_t> reduced_list(const OpDef& op, const Shape& x, const Attributes& attributes) {
  const auto [first, last] = reduced_axes(op, x, attributes);
  std::vector<int64_t> axes(static_cast<size_t>(last - first));
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

std::vector<Value> elements_of(const ElementCall& call, Blocks blocks) {
  const int64_t outer = call.element / blocks.inner, inner = call.element % blocks.inner;
  std::vector<Value> elements;
  for (int64_t j = 0; j < blocks.axis; ++j)
    elements.push_back(call.at(0, (outer * blocks.axis + j) * blocks.inner + inner));
  return elements;
}

std::vector<Value> slice_of(const ElementCall& call, Blocks blocks) {
  ElementCall reduced = call;
  reduced.element = call.element / (blocks.axis * blocks.inner) * blocks.inner + call.element % blocks.inner;
  return elements_of(reduced, blocks);
}

Value exp_sum(std::span<const Value> x) {
  Value sum = exp(x.front());
  for (const Value element : x.subspan(1)) sum = sum + exp(element);
  return sum;
}

std::vector<Example> reduction_examples() {
  const auto over = [](std::vector<int64_t> axes, int64_t keep) {
    return Attributes{{"axes", std::move(axes)}, {"keep", keep}};
  };
  return {{{Shape({kBatch, 5})}, over({0}, 0)},       {{Shape({kBatch, 5})}, over({0}, 1)},
          {{Shape({kBatch, 5})}, over({1}, 0)},       {{Shape({kBatch, 37})}, over({1}, 1)},
          {{Shape({kBatch, 3, 4})}, over({0, 1}, 0)}, {{Shape({2, 3, 4})}, over({1}, 0)},
          {{Shape({2, 3, 4})}, over({1, 2}, 1)},      {{Shape({kBatch, 3})}, over({}, 0)},
          {{Shape({19, 21})}, over({0}, 0)}};
}

std::vector<Example> axis_examples() {
  const auto over = [](int64_t axis) { return Attributes{{"axis", axis}}; };
  return {{{Shape({kBatch, 5})}, over(1)}, {{Shape({kBatch, 37})}, over(1)}, {{Shape({kBatch, 3})}, over(0)},
          {{Shape({2, 3, 4})}, over(1)},   {{Shape({2, 3, 4})}, over(-1)},   {{Shape({7})}, over(0)}};
}

}  // namespace kette
