// Pieces that several operations' ONNX forms share (opset 17).
#pragma once

#include <string>
#include <vector>

#include "kette/graph/op_def.h"

namespace kette {

/// TensorProto.DataType of ONNX.
inline constexpr int64_t kOnnxBool = 9, kOnnxBfloat16 = 16;
constexpr int64_t onnx_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return 1;
    case DType::f64:
      return 11;
    case DType::i64:
      return 7;
  }
  return 0;
}

inline std::string onnx_cast(OnnxWriter& onnx, std::string value, DType dtype) {
  return onnx.node("Cast", {std::move(value)}, {{"to", onnx_type(dtype)}});
}

/// Dims as Reshape takes them: a leading N is −1, to be found from the number of elements.
inline std::vector<int64_t> onnx_dims(const Shape& shape) {
  return {shape.dims().begin(), shape.dims().end()};
}

}  // namespace kette
