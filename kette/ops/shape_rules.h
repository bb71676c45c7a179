// Shape checks that several operations share. All throw Error naming the operation.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kette/graph/op_def.h"

namespace kette {

void require_float(const OpDef& op, const Shape& x);
void require_index(const OpDef& op, const Shape& indices);
/// Dims with axis → dim.
std::vector<int64_t> with_dim(const Shape& x, int axis, int64_t dim);
/// Dims with one more at the end.
std::vector<int64_t> with_last(const Shape& x, int64_t dim);
std::vector<int64_t> dims_of(const Shape& x);
/// The shape of those dims; only the first may be kBatch, and no other may be negative.
Shape checked_shape(const OpDef& op, std::span<const int64_t> dims, DType dtype);
/// An attribute that is an axis, in [0, rank) after resolving.
int axis_attribute(const OpDef& op, const Shape& x, const Attributes& attributes);

/// A tensor of zeros or another constant, of any dims.
Value filled(Value like, double value, std::vector<int64_t> dims);

[[noreturn]] void fail_index(std::string_view op, int64_t index, int64_t position, int64_t rows);
/// Throws Error unless 0 ≤ index < rows; `position` is where the index stands among the indices.
inline void check_index(std::string_view op, int64_t index, int64_t position, int64_t rows) {
  if (index < 0 || index >= rows) [[unlikely]]
    fail_index(op, index, position, rows);
}
/// The indices of a reference call as integers, checked.
std::vector<int64_t> reference_indices(std::string_view op, const Reference& indices, int64_t rows);

}  // namespace kette
