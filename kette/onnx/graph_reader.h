// ONNX nodes as a graph.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/nn/parameters.h"
#include "kette/onnx/node_call.h"

namespace onnx {
class GraphProto;
}

namespace kette {

/// What is taken from a file, and how.
struct GraphSource {
  const ::onnx::GraphProto& proto;
  ReadingRules rules = {};
  /// Initialisers (and constants in nodes) that become parameters, in that order; others become constants.
  std::vector<std::string> trainable = {};
  /// Whether weights that stand in attributes become parameters.
  bool learns_attributes = false;
  /// Values that are given although the file declares or computes them: nodes of the graph.
  std::map<std::string, Operand> given = {};
  /// Names that no node gets: `_` is put behind them.
  std::set<std::string> reserved = {};
  /// Inputs of whole numbers whose elements are known now, such as axes and dims; they stay inputs where they
  /// are used as data.
  std::map<std::string, Tensor> known = {};
};

/// Appends to `graph` what the ONNX values `wanted` need, and gives their operands, each with a value. Nodes
/// get the names of their values, generated names apart. Time and memory are linear in the size of the file.
///
/// Throws Error for operators that are not supported (all of them, with their nodes), values that are not
/// defined, are defined twice or only after their use, and for whatever else a file may hold.
std::vector<Operand> read_graph(const GraphSource& source, std::span<const std::string> wanted, Graph& graph,
                                Parameters& parameters);

}  // namespace kette
