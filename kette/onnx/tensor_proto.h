// Tensors as ONNX stores them.
#pragma once

#include <string_view>

#include "kette/onnx/reading_rules.h"
#include "kette/tensor/tensor.h"

namespace onnx {
class TensorProto;
class TypeProto;
}  // namespace onnx

namespace kette {

/// As little-endian raw data.
void write_tensor(const Tensor& tensor, std::string_view name, ::onnx::TensorProto& proto);

/// Data in another file are read if that stands in the folder of the rules, or below. Throws Error when the
/// element type is none of ours, a dim is negative, or the data are of another size than the dims say.
/// Allocates no more than the data take, or twice that where they change their type.
Tensor read_tensor(const ::onnx::TensorProto& proto, const ReadingRules& rules = {});

/// A tensor type; kBatch is the dim parameter "N".
void write_type(const Shape& shape, ::onnx::TypeProto& proto);

/// The dim parameter, or no dim at all, is kBatch where it is the first. Throws Error for anything that is no
/// Shape.
Shape read_type(const ::onnx::TypeProto& proto, const ReadingRules& rules = {});

}  // namespace kette
