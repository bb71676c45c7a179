// ONNX nodes as a graph.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/nn/parameters.h"

namespace onnx {
class GraphProto;
}

namespace kette {

/// Appends to `graph` what the ONNX values `wanted` need, and gives their nodes. The initialisers named in
/// `trainable` become parameters, with their tensors in `parameters`, in that order; others become constants.
/// Nodes get the names of their values, generated names apart. Time and memory are linear in the size of the
/// file.
///
/// Throws Error for operators that are not supported (all of them, with their nodes), values that are not
/// defined, are defined twice or only after their use, and for whatever else a file may hold.
std::vector<Value> read_graph(const ::onnx::GraphProto& proto, std::span<const std::string> wanted,
                              std::span<const std::string> trainable, Graph& graph, Parameters& parameters);

}  // namespace kette
