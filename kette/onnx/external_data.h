// Tensors whose bytes stand in a file beside the model.
#pragma once

#include <string>

namespace onnx {
class TensorProto;
}

namespace kette {

/// The bytes of a tensor with external data: `expected` of them. Throws Error when the file does not stand in
/// `folder` or below (also by a link), cannot be read, or is too short, and when `folder` is empty.
std::string external_data(const ::onnx::TensorProto& proto, const std::string& folder, int64_t expected);

}  // namespace kette
