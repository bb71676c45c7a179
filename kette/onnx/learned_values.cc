#include "kette/onnx/learned_values.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

namespace kette {
namespace {

using ::onnx::TensorProto;

bool holds_weights(const TensorProto& tensor) {
  const bool is_float =
      tensor.data_type() == TensorProto::FLOAT || tensor.data_type() == TensorProto::DOUBLE ||
      tensor.data_type() == TensorProto::FLOAT16 || tensor.data_type() == TensorProto::BFLOAT16;
  return is_float && tensor.dims_size() > 0;
}

bool is_product(const std::string& type) { return type == "MatMul" || type == "Gemm"; }

/// Whether operand `i` of a node behind a product is learned where it is a weight.
bool takes_weight(const std::string& type, int i) {
  constexpr std::array<std::string_view, 3> kBinary = {"Add", "Mul", "PRelu"};
  if (std::ranges::find(kBinary, type) != kBinary.end()) return true;
  return (type == "BatchNormalization" || type == "LayerNormalization" || type == "RMSNormalization") &&
         (i == 1 || i == 2);
}

}  // namespace

std::vector<std::string> learned_values(const ::onnx::GraphProto& proto) {
  std::unordered_set<std::string> weights, depending;
  for (const TensorProto& tensor : proto.initializer())
    if (holds_weights(tensor)) weights.insert(tensor.name());
  std::vector<std::string> learned;
  for (const ::onnx::NodeProto& node : proto.node()) {
    if (node.op_type() == "Constant" && node.output_size() == 1) {
      for (const auto& attribute : node.attribute())
        if (attribute.name() == "value" && holds_weights(attribute.t())) weights.insert(node.output(0));
      continue;
    }
    const bool product = is_product(node.op_type());
    bool depends = node.op_type() == "LinearClassifier" || node.op_type() == "LinearRegressor";
    for (const std::string& input : node.input()) depends |= depending.contains(input);
    for (int i = 0; i < node.input_size(); ++i) {
      const std::string& input = node.input(i);
      if (!weights.contains(input) || !(product || (depends && takes_weight(node.op_type(), i)))) continue;
      weights.erase(input);
      learned.push_back(input);
      depending.insert(input);
      depends = true;
    }
    if (depends)
      for (const std::string& output : node.output()) depending.insert(output);
  }
  return learned;
}

}  // namespace kette
