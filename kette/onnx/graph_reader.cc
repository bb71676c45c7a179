#include "kette/onnx/graph_reader.h"

#include <fmt/format.h>

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "kette/autodiff/interpret.h"
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

/// The values that a node reads: its operands, and those that it names in attributes.
std::vector<std::string> read_by(const NodeProto& node) {
  std::vector<std::string> names(node.input().begin(), node.input().end());
  if (node.op_type() == "Gradient")
    for (const auto& attribute : node.attribute())
      if (attribute.name() == "y") names.push_back(attribute.s());
  return names;
}

/// Whether the operands are few whole numbers or single numbers, all known: shapes, axes, and what is
/// computed of them. Such nodes are carried out when they are read.
constexpr int64_t kMostNumbers = 64;
bool are_known(std::span<Operand* const> operands) {
  const auto is_known = [](const Operand* x) {
    return !x || (x->known && !x->value && x->truth == Operand::Truth::no &&
                  x->known->size() <= (x->known->dtype() == DType::i64 ? kMostNumbers : 1));
  };
  return !operands.empty() && std::ranges::all_of(operands, is_known);
}

Tensor to_tensor(const Reference& reference) {
  Tensor tensor(reference.shape);
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, reference.values[static_cast<size_t>(i)]);
  return tensor;
}

std::string described(const NodeProto& node) {
  const std::string& name = !node.name().empty()     ? node.name()
                            : node.output_size() > 0 ? node.output(0)
                                                     : node.name();
  return fmt::format("node {} ({})", quote(name), data::on_one_line(node.op_type()));
}

class GraphReader final : public NodeContext {
 public:
  GraphReader(const GraphSource& source, Graph& graph, Parameters& parameters)
      : source_(source), proto_(source.proto), graph_(graph), parameters_(parameters) {
    for (const auto& tensor : proto_.initializer()) define(tensor.name(), {.initializer = &tensor});
    for (const auto& input : proto_.input()) {
      const auto known = definitions_.find(input.name());  // older files list initialisers among the inputs
      if (known == definitions_.end() || !known->second.initializer) define(input.name(), {.input = &input});
    }
    for (int i = 0; i < proto_.node_size(); ++i)
      for (const std::string& output : proto_.node(i).output())
        if (!output.empty()) define(output, {.node = i});
    if (proto_.sparse_initializer_size() > 0) fail("sparse initialisers are not supported");
    for (const std::string& name : source.trainable)
      if (!trainable_.insert(name).second) fail("the parameter {} stands twice in the list", quote(name));
  }

  void read_parameters() {
    for (const std::string& name : source_.trainable) {
      const auto found = definitions_.find(name);
      const bool is_constant = found != definitions_.end() && found->second.node >= 0 &&
                               proto_.node(found->second.node).op_type() == "Constant";
      if (is_constant) continue;  // becomes one when it is read
      if (found == definitions_.end() || !found->second.initializer)
        fail("the parameter {} has no initialiser", quote(name));
      operands_[name] = parameter(name, tensor_of(*found->second.initializer));
    }
  }

  std::vector<Operand> read(std::span<const std::string> wanted) {
    const std::vector<bool> needed = nodes_needed(wanted);
    check_supported(needed);
    for (const auto& [name, operand] : source_.given) operands_[name] = operand;
    for (const std::string& name : wanted)  // inputs come first
      if (const auto found = definitions_.find(name); found != definitions_.end() && found->second.input)
        operand(name, 0);
    for (int i = 0; i < proto_.node_size(); ++i)
      if (needed[static_cast<size_t>(i)]) read(proto_.node(i), i);
    std::vector<Operand> result;
    for (const std::string& name : wanted) {
      Operand& found = operand(name, proto_.node_size());
      if (!found.value) found.value = NodeCall(NodeProto::default_instance(), {&found}, *this).value(0);
      result.push_back(found);
    }
    return result;
  }

  Graph& graph() override { return *building_; }
  const ReadingRules& rules() const override { return source_.rules; }
  Operand& named(const std::string& name) override { return operand(name, at_); }
  void spend(int64_t elements) override {
    constexpr int64_t kMost = int64_t{1} << 24;
    spent_ += std::clamp<int64_t>(elements, 0, kMost + 1);
    if (spent_ > kMost)
      fail("constants of more than {} elements are computed, which is not supported", kMost);
  }
  Value learned(const std::string& name, Tensor tensor) override {
    if (!source_.learns_attributes) return graph_.constant(std::move(tensor));
    return parameter(name, std::move(tensor)).value;
  }

 private:
  void define(const std::string& name, Definition definition) {
    if (!definitions_.emplace(name, definition).second) fail("two values have the name {}", quote(name));
  }

  Operand parameter(std::string name, Tensor tensor) {
    if (name.empty() || name.front() == '%') name.insert(0, "_");  // no name in a graph
    while (source_.reserved.contains(name) || graph_.find(name)) name += '_';
    Operand made = Operand::of(graph_.parameter(name, tensor.shape()));
    made.name = name;
    parameters_.add(name, std::move(tensor));
    return made;
  }

  std::vector<bool> nodes_needed(std::span<const std::string> wanted) const {
    std::vector<bool> needed(static_cast<size_t>(proto_.node_size()), false);
    std::vector<int> open;
    const auto need = [&](const std::string& name) {
      const auto found = definitions_.find(name);
      if (found == definitions_.end() || found->second.node < 0 || source_.given.contains(name)) return;
      const int node = found->second.node;
      if (!needed[static_cast<size_t>(node)]) open.push_back(node);
      needed[static_cast<size_t>(node)] = true;
    };
    for (const std::string& name : wanted) need(name);
    while (!open.empty()) {
      const NodeProto& node = proto_.node(open.back());
      open.pop_back();
      for (const std::string& input : read_by(node)) need(input);
    }
    return needed;
  }

  void check_supported(const std::vector<bool>& needed) const {
    std::map<std::string, std::vector<std::string>> unsupported;  // nodes by operator
    for (int i = 0; i < proto_.node_size(); ++i) {
      const NodeProto& node = proto_.node(i);
      if (!needed[static_cast<size_t>(i)] || is_supported(node.domain(), node.op_type())) continue;
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

  Tensor tensor_of(const ::onnx::TensorProto& initializer) const {
    try {
      return read_tensor(initializer, rules());
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
    if (definition.node >= 0) fail("the value {} is a result of its node that is not supported", quote(name));
    Operand made = definition.initializer ? initial(*definition.initializer) : input(*definition.input);
    made.name = name;
    return operands_.emplace(name, std::move(made)).first->second;
  }

  Operand initial(const ::onnx::TensorProto& initializer) {
    Operand made = Operand::of(tensor_of(initializer));
    if (is_bool(initializer.data_type())) made = Operand::of_truth(graph_.constant(*made.known));
    return made;
  }

  Operand input(const ::onnx::ValueInfoProto& info) {
    try {
      Shape shape = read_type(info.type(), rules());
      Operand made;
      if (rules().rows != 0) {
        std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
        made.is_row = dims.size() == 1 && dims[0] != kBatch;
        if (made.is_row)
          dims.insert(dims.begin(), kBatch);
        else if (!dims.empty())
          dims[0] = kBatch;
        shape = Shape(dims, shape.dtype());
      }
      made.value = graph_.input(info.name(), shape);
      if (is_bool(info.type().tensor_type().elem_type())) made.truth = Operand::Truth::zero_one;
      if (const auto known = source_.known.find(info.name()); known != source_.known.end())
        made.known = std::make_shared<const Tensor>(known->second);
      return made;
    } catch (const Error& error) {
      fail("input {}: {}", quote(info.name()), error.what());
    }
  }

  void read(const NodeProto& node, int number) {
    try {
      at_ = number;
      std::vector<Operand*> operands;
      for (const std::string& name : node.input())
        operands.push_back(name.empty() ? nullptr : &operand(name, number));
      std::vector<Operand> made = are_known(operands) ? carried_out(node, operands) : built(node, operands);
      for (int i = 0; i < node.output_size() && i < static_cast<int>(made.size()); ++i)
        keep(node.output(i), std::move(made[static_cast<size_t>(i)]));
    } catch (const Error& error) {
      building_ = &graph_;
      fail("{}: {}", described(node), error.what());
    }
  }

  std::vector<Operand> built(const NodeProto& node, const std::vector<Operand*>& operands) {
    NodeCall call(node, operands, *this);
    return read_node(node.domain(), node.op_type(), call);
  }

  /// Builds the node in a graph of its own and computes what it gives.
  std::vector<Operand> carried_out(const NodeProto& node, const std::vector<Operand*>& operands) {
    Graph alone;
    building_ = &alone;
    std::vector<Operand> copies;
    for (const Operand* operand : operands) copies.push_back(operand ? *operand : Operand{});
    std::vector<Operand*> given;
    for (size_t i = 0; i < copies.size(); ++i) {
      copies[i].name.clear();
      given.push_back(operands[i] ? &copies[i] : nullptr);
    }
    std::vector<Operand> made = built(node, given);
    building_ = &graph_;
    const auto is_large = [](const Operand& x) { return x.value && x.value.shape().size() > kMostNumbers; };
    if (std::ranges::any_of(made, is_large)) return built(node, operands);
    for (Operand& result : made) {
      if (!result.value) continue;
      if (!result.known)
        result.known = std::make_shared<const Tensor>(to_tensor(interpret(result.value, {})));
      result.value = {};
      if (result.truth != Operand::Truth::no) result.value = graph_.constant(*result.known);
    }
    return made;
  }

  void keep(const std::string& wanted, Operand made) {
    if (wanted.empty()) return;
    if (trainable_.contains(wanted) && made.known && !made.value) made = parameter(wanted, *made.known);
    if (source_.given.contains(wanted)) return;
    name(made.value, wanted);
    made.name = wanted;
    operands_.insert_or_assign(wanted, std::move(made));
  }

  void name(Value value, const std::string& name) {
    if (!value || name.front() == '%' || is_generated_name(name) || graph_.find(name) ||
        source_.reserved.contains(name))
      return;
    const Node& node = graph_.node(value);
    if (node.kind == NodeKind::operation && node.name.empty()) graph_.name(value, name);
  }

  const GraphSource& source_;
  const ::onnx::GraphProto& proto_;
  Graph& graph_;
  Graph* building_ = &graph_;  // what nodes are built in
  Parameters& parameters_;
  int at_ = 0;         // the node that is read now
  int64_t spent_ = 0;  // see spend()
  std::unordered_set<std::string> trainable_;
  std::unordered_map<std::string, Definition> definitions_;
  std::unordered_map<std::string, Operand> operands_;  // those read so far; entries stay where they are
};

}  // namespace

std::vector<Operand> read_graph(const GraphSource& source, std::span<const std::string> wanted, Graph& graph,
                                Parameters& parameters) {
  GraphReader reader(source, graph, parameters);
  reader.read_parameters();
  return reader.read(wanted);
}

}  // namespace kette
