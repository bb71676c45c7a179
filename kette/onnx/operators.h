// What each ONNX operator becomes in a graph.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/onnx/node_call.h"

namespace kette {

/// One of `build` and `build_all` is given. Both throw Error when operands or attributes are not supported.
struct Operator {
  std::string_view type;
  int min_inputs;
  int max_inputs;
  Operand (*build)(NodeCall& call) = nullptr;                   // of one result
  std::vector<Operand> (*build_all)(NodeCall& call) = nullptr;  // of several
  std::string_view domain = "";
  /// Computes each element from those of the same place, so that operands may lack the dim for rows.
  bool is_elementwise = false;
};

constexpr Operator elementwise(std::string_view type, int min_inputs, int max_inputs,
                               Operand (*build)(NodeCall&),
                               std::vector<Operand> (*build_all)(NodeCall&) = nullptr) {
  return {type, min_inputs, max_inputs, build, build_all, "", true};
}

// The operators that take more than an operation's name and renamed attributes, by subject.
std::span<const Operator> elementwise_operators();
std::span<const Operator> logic_operators();
std::span<const Operator> activation_operators();
std::span<const Operator> matrix_operators();
std::span<const Operator> normalization_operators();
std::span<const Operator> loss_operators();
std::span<const Operator> reduction_operators();
std::span<const Operator> shape_operators();
std::span<const Operator> index_operators();
std::span<const Operator> constant_operators();
std::span<const Operator> tabular_operators();
std::span<const Operator> training_operators();

/// Names of all operators that read_node knows, in order: `Add`, `ai.onnx.ml.Scaler`.
std::vector<std::string> supported_operators();

/// Whether read_node knows the operator: one of the above, or the form of an operation written as one node.
bool is_supported(std::string_view domain, std::string_view type);

/// Builds the node: one operand for each result. Throws Error when it is not as its operator demands.
std::vector<Operand> read_node(std::string_view domain, std::string_view type, NodeCall& call);

}  // namespace kette
