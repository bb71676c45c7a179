// A picture of a computation graph as plain data: what is drawn, independent of how. The forms that it is
// drawn in are in render.h.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

struct Figure {
  struct Numbers {
    std::string caption;  // "value", "gradient"; may be empty
    Tensor tensor;
    bool backward = false;  // of the backward pass: in its colour
  };
  struct Node {
    int id = 0;                           // of the graph
    NodeKind kind = NodeKind::operation;  // oval, shaded box (parameter), no frame (input), small (constant)
    std::string name = {};              // "W1", "loss"; %id of a constant that has nothing else; may be empty
    std::string operation = {};         // "softmax"; of a small constant its values, "[0.5, 1]"; else empty
    std::string attributes = {};        // "axis=1"; those that are not at their default
    std::string shape = {};             // "1×150"; may be empty
    std::vector<Numbers> numbers = {};  // from top to bottom
    bool backward = false;              // a node of the gradient: tinted

    /// "W1", "tanh", "loss = neg", "concat(axis=1)", "half = 0.5".
    std::string title() const;
  };
  /// Places in `nodes`, from an operand to the operation. Operands come before the nodes that use them; edges
  /// are in the order of the operations, then of the operands.
  struct Edge {
    size_t from = 0, to = 0;
  };

  std::vector<Node> nodes = {};
  std::vector<Edge> edges = {};
};

/// What of a graph is drawn.
struct FigureOptions {
  std::vector<Value> wanted = {};  // these and all they need; the whole graph where empty
  int backward_from = std::numeric_limits<int>::max();  // nodes of this id and above are of the gradient
  int64_t batch = kBatch;                               // what N is in the shapes; kBatch: "N"
};

/// The graph without numbers on its nodes, which are in the order of their ids. Constants of up to four
/// elements are titled by their values, all others by their name or %id.
Figure figure_of(const Graph& graph, const FigureOptions& options = {});

/// "1×20" for rank 1, "1×1" for a scalar, "N×20" for a batch of rows, "N" for one number a row. Element types
/// are added where they are not `usual`: "1×1 i64".
std::string dims_label(const Shape& shape, DType usual = DType::f32);

}  // namespace kette
