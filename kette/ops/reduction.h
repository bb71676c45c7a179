// What operations over a range of axes share. The operation itself takes a contiguous range, so that its
// operand is [outer, range, inner]; the functions a user calls split any other list of axes into several
// operations.
#pragma once

#include <vector>

#include "kette/graph/op_def.h"

namespace kette {

/// Axes [first, last).
struct AxisRange {
  int first, last;
};

/// The attributes of every reduction: `axes`, sorted, all when empty; `keep` leaves them as dims of 1.
std::vector<AttributeSpec> reduction_attributes();
/// The range of the attribute `axes`; throws Error unless it is contiguous.
AxisRange reduced_axes(const OpDef& op, const Shape& x, const Attributes& attributes);
Shape infer_reduction(const OpCall& call);

/// A tensor seen as [outer, axis, inner].
struct Blocks {
  int64_t outer, axis, inner;
};
/// x must be concrete.
Blocks blocks_of(const Shape& x, AxisRange range);

/// Applies `op` once for every run of neighbouring axes.
Value reduce(const OpDef& op, Value x, std::vector<int64_t> axes, bool keep);

/// A result or cotangent of a reduction of `x` with the reduced axes put back as dims of 1.
Value with_reduced_axes(const OpDef& op, Value reduced, Value x, const Attributes& attributes);
/// The list of the reduced axes.
std::vector<int64_t> reduced_list(const OpDef& op, const Shape& x, const Attributes& attributes);

/// The reference of a reduction: `start`, combined with each element in turn.
template <class Combine>
void reduce_reference(const ReferenceCall& call, Blocks blocks, double start, Combine combine) {
  const std::vector<double>& x = call.in[0]->values;
  for (int64_t i = 0; i < blocks.outer; ++i)
    for (int64_t k = 0; k < blocks.inner; ++k) {
      double result = start;
      for (int64_t j = 0; j < blocks.axis; ++j)
        result = combine(result, x[static_cast<size_t>((i * blocks.axis + j) * blocks.inner + k)]);
      call.out.values[static_cast<size_t>(i * blocks.inner + k)] = result;
    }
}

/// What the element of a reduction of operand 0 is made of: its part of the axis.
std::vector<Value> elements_of(const ElementCall& call, Blocks blocks);
/// All elements of the part of an axis in which the element of a result of operand 0's dims stands.
std::vector<Value> slice_of(const ElementCall& call, Blocks blocks);
/// Σ e^x
Value exp_sum(std::span<const Value> x);

/// Every axis, two at once, with N and without.
std::vector<Example> reduction_examples();
/// The first, a middle and the last axis, with N and without, for operations of one `axis`.
std::vector<Example> axis_examples();

}  // namespace kette
