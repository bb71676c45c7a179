// A graph as ONNX nodes (opset 17). The form of each operation comes from its OpDef.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kette/graph/op_def.h"
#include "kette/nn/parameters.h"

namespace onnx {
class GraphProto;
class NodeProto;
}  // namespace onnx

namespace kette {

/// Writes the nodes that the asked values need, in the order of the graph; inputs, parameters and constants
/// as far as the nodes written use them. Nodes keep their names; others get generated_name(). Equal calls on
/// equal graphs give equal bytes.
class GraphWriter final : public OnnxWriter {
 public:
  /// All must outlive the writer.
  GraphWriter(const Graph& graph, const Parameters& parameters, ::onnx::GraphProto& proto);

  /// Writes what the value needs, and makes it known as `name`: by an Identity where its node has another
  /// name. Throws Error when an operation has no ONNX form, a parameter has no tensor, or another node has
  /// the name.
  void write(Value value, std::string_view name);
  /// Makes a written value of that shape an output of the graph.
  void output(std::string_view name, const Shape& shape);

  /// Declares an input [N, 1] that is no node of the graph, or [N, M] with the name `width` for M, and
  /// returns its name: `column NAME` where a node has the name.
  std::string column(const std::string& name, int element_type, const std::string& width);
  ::onnx::NodeProto& last_node();
  /// Makes the result of the node written last known as that input of the graph.
  void name_last_node(const std::string& name);

  std::string node(std::string_view type, std::vector<std::string> inputs,
                   Attributes attributes = {}) override;
  std::string integers(std::vector<int64_t> values) override;
  std::string integer(int64_t value) override;
  std::string scalar(double value, DType dtype) override;

  /// Whether the parameter has been written.
  bool wrote(std::string_view parameter) const {
    return parameters_written_.contains(std::string(parameter));
  }

 private:
  /// Of a leaf, or an operation already written.
  const std::string& name_of(int id);
  /// The value made: `name` unless that is empty.
  std::string operation(const Node& node, const std::string& name);
  std::string form_of(const Node& node);
  /// A value without N, expanded to a shape with N.
  std::string with_batch(const std::string& value, const Shape& shape);
  /// Gives the value that was made by one of the nodes from `first` on another name.
  void rename(int first, const std::string& from, const std::string& to);
  void identity(const std::string& from, const std::string& to);
  /// Declares an input or stores an initialiser when it is first used.
  void use(const std::string& name);
  std::string constant(const Tensor& tensor);
  std::string fresh(std::string_view type);

  const Graph& graph_;
  const Parameters& parameters_;
  ::onnx::GraphProto& proto_;
  std::vector<std::string> names_;               // of values written so far, by id
  std::unordered_map<std::string, int> leaves_;  // ids by name: those not used so far
  std::unordered_set<std::string> taken_;        // names of nodes, and those asked for
  std::unordered_set<std::string> parameters_written_;
  std::unordered_map<std::string, std::string> constants_;  // names by content
  std::string batch_;                                       // an input with N, once one was needed
  int number_ = 0;
};

}  // namespace kette
