// The computation graph: an append-only, interning vector of nodes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kette/graph/attributes.h"
#include "kette/tensor/tensor.h"

namespace kette {

struct OpDef;
class Graph;

/// A handle to one node of one graph. Cheap to copy; valid as long as the graph lives.
/// A default-constructed Value names no node (in derivatives: "zero").
struct Value {
  Graph* graph = nullptr;
  int id = -1;

  explicit operator bool() const { return graph != nullptr; }
  const Shape& shape() const;
  DType dtype() const { return shape().dtype(); }
  /// Empty where the node has none.
  const std::string& name() const;
  friend bool operator==(const Value&, const Value&) = default;
};

enum class NodeKind : uint8_t { input, parameter, constant, operation };

/// Inputs have smaller ids than the node itself, so ids are a topological order.
struct Node {
  NodeKind kind = NodeKind::operation;
  const OpDef* op = nullptr;            // operations only
  std::vector<int> inputs;              // operations only
  Attributes attributes;                // operations only
  Shape shape;                          // of the result
  std::string name;                     // inputs and parameters: always; others: optional
  std::shared_ptr<const Tensor> value;  // constants only
};

/// Interning: asking twice for the same operation on the same operands with the same attributes gives the
/// same node, so common subexpressions exist once. Neither copied nor moved, because values point at it.
class Graph {
 public:
  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// A value given at each run. The first dim may be kBatch. The same name and shape give the same node; the
  /// same name with another shape or kind is an Error.
  Value input(std::string_view name, const Shape& shape);
  /// A value that training changes. No symbolic dim.
  Value parameter(std::string_view name, const Shape& shape);
  Value constant(Tensor value);
  /// A scalar, rounded to `dtype`.
  Value constant(double value, DType dtype = DType::f32);
  /// Applies an operation; throws Error when the shapes or attributes do not fit. Missing attributes take the
  /// operation's defaults.
  Value apply(const OpDef& op, std::span<const Value> inputs, const Attributes& attributes = {});
  Value apply(const OpDef& op, std::initializer_list<Value> inputs, const Attributes& attributes = {}) {
    return apply(op, std::span<const Value>(inputs.begin(), inputs.size()), attributes);
  }

  /// Names an operation or constant, for printing, finding and observing; throws Error when the name is
  /// taken.
  Value name(Value value, std::string_view name);
  /// The node of that name, or an empty Value.
  Value find(std::string_view name) const;

  int size() const { return static_cast<int>(nodes_.size()); }
  const Node& node(int id) const { return nodes_[static_cast<size_t>(id)]; }
  const Node& node(Value value) const { return node(value.id); }
  std::span<const Node> nodes() const { return nodes_; }
  /// Throws Error unless 0 ≤ id < size().
  Value value(int id) const;
  /// The node's name, or `%id`.
  std::string label(int id) const;

 private:
  Value leaf(NodeKind kind, std::string_view name, const Shape& shape);
  Value append(Node node, size_t hash);

  std::vector<Node> nodes_;
  std::unordered_multimap<size_t, int> interned_;
  std::unordered_map<std::string, int> names_;
};

inline const Shape& Value::shape() const { return graph->node(id).shape; }
inline const std::string& Value::name() const { return graph->node(id).name; }

}  // namespace kette
