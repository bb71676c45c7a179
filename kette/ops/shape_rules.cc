#include "kette/ops/shape_rules.h"

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {

void require_float(const OpDef& op, const Shape& x) {
  if (!is_float(x.dtype())) fail("[{}] the operand must be f32 or f64, found {}", op.name, to_string(x));
}

void require_index(const OpDef& op, const Shape& indices) {
  if (indices.dtype() != DType::i64) fail("[{}] indices must be i64, found {}", op.name, to_string(indices));
}

std::vector<int64_t> dims_of(const Shape& x) { return {x.dims().begin(), x.dims().end()}; }

std::vector<int64_t> with_dim(const Shape& x, int axis, int64_t dim) {
  std::vector<int64_t> dims = dims_of(x);
  dims[static_cast<size_t>(axis)] = dim;
  return dims;
}

std::vector<int64_t> with_last(const Shape& x, int64_t dim) {
  std::vector<int64_t> dims = dims_of(x);
  dims.push_back(dim);
  return dims;
}

Shape checked_shape(const OpDef& op, std::span<const int64_t> dims, DType dtype) {
  if (dims.size() > kMaxRank) fail("[{}] rank {} is more than {}", op.name, dims.size(), kMaxRank);
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if (dims[axis] < 0 && !(axis == 0 && dims[axis] == kBatch))
      fail("[{}] dim {} is {}; dims must not be negative", op.name, axis, dims[axis]);
  return Shape(dims, dtype);
}

int axis_attribute(const OpDef& op, const Shape& x, const Attributes& attributes) {
  return resolve_axis(op.name, attributes.integer("axis"), x.rank());
}

Value filled(Value like, double value, std::vector<int64_t> dims) {
  return broadcast(scalar_like(like, value), std::move(dims));
}

void fail_index(std::string_view op, int64_t index, int64_t position, int64_t rows) {
  fail("[{}] index {} at position {} is out of range for {} rows", op, index, position, rows);
}

std::vector<int64_t> reference_indices(std::string_view op, const Reference& indices, int64_t rows) {
  std::vector<int64_t> result;
  result.reserve(indices.values.size());
  for (const double value : indices.values) {
    const auto index = static_cast<int64_t>(value);
    check_index(op, index, static_cast<int64_t>(result.size()), rows);
    result.push_back(index);
  }
  return result;
}

}  // namespace kette
