#include "kette/onnx/graph_reader.h"

#include <fmt/format.h>

#include <onnx/onnx_pb.h>

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/onnx/generated_names.h"
#include "kette/onnx/operators.h"
#include "kette/onnx/tensor_proto.h"

namespace kette {
namespace {

using data::quote;
using ::onnx::NodeProto;

/// What defines each ONNX value.
struct Definition {
  const ::onnx::TensorProto* initializer = nullptr;
  const ::onnx::ValueInfoProto* input = nullptr;
  int node = -1;
};

bool is_default_domain(const NodeProto& node) { return node.domain().empty() || node.domain() == "ai.onnx"; }

std::string described(const NodeProto& node) {
  const std::string& name = !node.name().empty()     ? node.name()
                            : node.output_size() > 0 ? node.output(0)
                                                     : node.name();
  return fmt::format("node {} ({})", quote(name), data::on_one_line(node.op_type()));
}

class GraphReader {
 public:
  GraphReader(const ::onnx::GraphProto& proto, Graph& graph, Parameters& parameters)
      : proto_(proto), graph_(graph), parameters_(parameters) {
    for (const auto& tensor : proto.initializer()) define(tensor.name(), {.initializer = &tensor});
    for (const auto& input : proto.input()) {
      const auto known = definitions_.find(input.name());  // older files list initialisers among the inputs
      if (known == definitions_.end() || !known->second.initializer) define(input.name(), {.input = &input});
    }
    for (int i = 0; i < proto.node_size(); ++i)
      for (const std::string& output : proto.node(i).output())
        if (!output.empty()) define(output, {.node = i});
    if (proto.sparse_initializer_size() > 0) fail("sparse initialisers are not supported");
  }

  void read_parameters(std::span<const std::string> trainable) {
    for (const std::string& name : trainable) {
      const auto found = definitions_.find(name);
      if (found == definitions_.end() || !found->second.initializer)
        fail("the parameter {} has no initialiser", quote(name));
      if (operands_.contains(name)) fail("the parameter {} stands twice in the list", quote(name));
      Tensor tensor = tensor_of(*found->second.initializer);
      operands_[name] = Operand::of(graph_.parameter(name, tensor.shape()));
      parameters_.add(name, std::move(tensor));
    }
  }

  std::vector<Value> read(std::span<const std::string> wanted) {
    const std::vector<bool> needed = nodes_needed(wanted);
    check_supported(needed);
    for (const std::string& name : wanted)
      if (const auto found = definitions_.find(name); found != definitions_.end() && found->second.input)
        operand(name, 0);
    for (int i = 0; i < proto_.node_size(); ++i)
      if (needed[static_cast<size_t>(i)]) read(proto_.node(i), i);
    std::vector<Value> result;
    for (const std::string& name : wanted)
      result.push_back(
          NodeCall(NodeProto::default_instance(), {&operand(name, proto_.node_size())}, graph_).value(0));
    return result;
  }

 private:
  void define(const std::string& name, Definition definition) {
    if (!definitions_.emplace(name, definition).second) fail("two values have the name {}", quote(name));
  }

  std::vector<bool> nodes_needed(std::span<const std::string> wanted) const {
    std::vector<bool> needed(static_cast<size_t>(proto_.node_size()), false);
    std::vector<int> open;
    const auto need = [&](const std::string& name) {
      const auto found = definitions_.find(name);
      if (found == definitions_.end() || found->second.node < 0) return;
      const int node = found->second.node;
      if (!needed[static_cast<size_t>(node)]) open.push_back(node);
      needed[static_cast<size_t>(node)] = true;
    };
    for (const std::string& name : wanted) need(name);
    while (!open.empty()) {
      const NodeProto& node = proto_.node(open.back());
      open.pop_back();
      for (const std::string& input : node.input()) need(input);
    }
    return needed;
  }

  void check_supported(const std::vector<bool>& needed) const {
    std::map<std::string, std::vector<std::string>> unsupported;  // nodes by operator
    for (int i = 0; i < proto_.node_size(); ++i) {
      const NodeProto& node = proto_.node(i);
      if (!needed[static_cast<size_t>(i)] || (is_default_domain(node) && is_supported(node.op_type())))
        continue;
      const std::string type =
          is_default_domain(node) ? node.op_type() : node.domain() + "." + node.op_type();
      unsupported[data::on_one_line(type)].push_back(
          quote(node.name().empty() ? node.output(0) : node.name()));
    }
    if (unsupported.empty()) return;
    std::string list;
    for (const auto& [type, nodes] : unsupported)
      list += fmt::format("{}{} (node {})", list.empty() ? "" : "; ", type, fmt::join(nodes, ", "));
    fail("unsupported operators: {}", list);
  }

  static Tensor tensor_of(const ::onnx::TensorProto& initializer) {
    try {
      return read_tensor(initializer);
    } catch (const Error& error) {
      fail("initialiser {}: {}", quote(initializer.name()), error.what());
    }
  }

  /// The operand of node number `reader`.
  Operand& operand(const std::string& name, int reader) {
    const auto read = operands_.find(name);
    if (read != operands_.end()) return read->second;
    const auto found = definitions_.find(name);
    if (found == definitions_.end())
      fail("the value {} is not defined: it is no input, no initialiser and no node's result", quote(name));
    const Definition& definition = found->second;
    if (definition.node >= reader)
      fail("the value {} is used before it is computed: nodes are out of order or form a cycle", quote(name));
    if (definition.node >= 0)
      fail("the value {} is not the first result of its node; further results are not supported",
           quote(name));
    Operand made = definition.initializer ? Operand::of(tensor_of(*definition.initializer))
                                          : Operand::of(input(*definition.input));
    made.name = name;
    return operands_.emplace(name, std::move(made)).first->second;
  }

  Value input(const ::onnx::ValueInfoProto& info) {
    try {
      return graph_.input(info.name(), read_type(info.type()));
    } catch (const Error& error) {
      fail("input {}: {}", quote(info.name()), error.what());
    }
  }

  void read(const NodeProto& node, int number) {
    try {
      std::vector<Operand*> operands;
      for (const std::string& name : node.input())
        operands.push_back(name.empty() ? nullptr : &operand(name, number));
      NodeCall call(node, std::move(operands), graph_);
      Operand made = read_node(node.op_type(), call);
      name(made.value, node.output(0));
      operands_.insert_or_assign(node.output(0), std::move(made));
    } catch (const Error& error) {
      fail("{}: {}", described(node), error.what());
    }
  }

  void name(Value value, const std::string& name) {
    if (!value || is_generated_name(name) || graph_.find(name)) return;
    const Node& node = graph_.node(value);
    if (node.kind == NodeKind::operation && node.name.empty()) graph_.name(value, name);
  }

  const ::onnx::GraphProto& proto_;
  Graph& graph_;
  Parameters& parameters_;
  std::unordered_map<std::string, Definition> definitions_;
  std::unordered_map<std::string, Operand> operands_;  // those read so far; entries stay where they are
};

}  // namespace

std::vector<Value> read_graph(const ::onnx::GraphProto& proto, std::span<const std::string> wanted,
                              std::span<const std::string> trainable, Graph& graph, Parameters& parameters) {
  GraphReader reader(proto, graph, parameters);
  reader.read_parameters(trainable);
  return reader.read(wanted);
}

}  // namespace kette
