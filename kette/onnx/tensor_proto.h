// Tensors as ONNX stores them.
#pragma once

#include <string_view>

#include "kette/tensor/tensor.h"

namespace onnx {
class TensorProto;
class TypeProto;
}  // namespace onnx

namespace kette {

/// As little-endian raw data.
void write_tensor(const Tensor& tensor, std::string_view name, ::onnx::TensorProto& proto);

/// Throws Error when the element type is none of ours, a dim is negative, the data are of another size than
/// the dims say, or stand in another file. Allocates no more than the data take.
Tensor read_tensor(const ::onnx::TensorProto& proto);

/// A tensor type; kBatch is the dim parameter "N".
void write_type(const Shape& shape, ::onnx::TypeProto& proto);

/// The dim parameter, or no dim at all, is kBatch where it is the first. Throws Error for anything that is no
/// Shape.
Shape read_type(const ::onnx::TypeProto& proto);

}  // namespace kette
