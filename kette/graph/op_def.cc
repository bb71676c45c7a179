#include "kette/graph/op_def.h"

#include <algorithm>

#include "kette/base/error.h"

namespace kette {

std::array<double, kMaxReals> real_attributes(const OpDef& op, const Attributes& attributes) {
  std::array<double, kMaxReals> reals{};
  size_t count = 0;
  for (const AttributeSpec& spec : op.attributes)
    if (std::holds_alternative<double>(spec.initial)) reals.at(count++) = attributes.real(spec.name);
  return reals;
}

Shape broadcast_shapes(const OpDef& op, std::span<const Shape> shapes) {
  int rank = 0;
  for (const Shape& shape : shapes) rank = std::max(rank, shape.rank());
  std::vector<int64_t> dims(static_cast<size_t>(rank), 1);
  for (const Shape& shape : shapes) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      int64_t& dim = dims[static_cast<size_t>(rank) - static_cast<size_t>(shape.rank() - axis)];
      const int64_t other = shape[axis];
      if (other == dim || other == 1) continue;
      if (dim != 1) {
        std::string list;
        for (const Shape& s : shapes) list += (list.empty() ? "" : " and ") + dims_to_string(s);
        fail("[{}] shapes {} do not broadcast together", op.name, list);
      }
      dim = other;
    }
  }
  for (size_t axis = 1; axis < dims.size(); ++axis)
    if (dims[axis] == kBatch) fail("[{}] the batch dim N would not be the first", op.name);
  return Shape(dims, shapes.front().dtype());
}

Shape infer_elementwise(const OpCall& call) {
  for (const Shape& shape : call.inputs) {
    if (!is_float(shape.dtype()))
      fail("[{}] operands must be f32 or f64, found {}", call.op.name, to_string(shape));
    if (shape.dtype() != call.inputs.front().dtype())
      fail("[{}] operands differ in type: {} and {}", call.op.name, to_string(call.inputs.front()),
           to_string(shape));
  }
  return broadcast_shapes(call.op, call.inputs);
}

}  // namespace kette
