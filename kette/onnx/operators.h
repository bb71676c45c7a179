// What each ONNX operator becomes in a graph (opset 17).
#pragma once

#include <span>
#include <string_view>

#include "kette/onnx/node_call.h"

namespace kette {

struct Operator {
  std::string_view type;
  int min_inputs;
  int max_inputs;
  /// Throws Error when operands or attributes are not supported.
  Operand (*build)(NodeCall& call);
};

// The operators that take more than an operation's name and renamed attributes, by subject.
std::span<const Operator> elementwise_operators();
std::span<const Operator> matrix_operators();
std::span<const Operator> reduction_operators();
std::span<const Operator> shape_operators();
std::span<const Operator> index_operators();

/// Whether read_node knows the type: one of the above, or the form of an operation written as one node.
bool is_supported(std::string_view type);

/// Builds the node; throws Error when it is not as its operator demands.
Operand read_node(std::string_view type, NodeCall& call);

}  // namespace kette
