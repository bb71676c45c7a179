#include "kette/graph/verify.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kette/base/error.h"
#include "kette/graph/literal.h"
#include "kette/graph/op_def.h"

namespace kette {
namespace {

std::string described(std::span<const Node> nodes, size_t id) {
  const Node& node = nodes[id];
  return fmt::format("%{}{}{}{}", id, node.op ? " = " : "", node.op ? node.op->name : "",
                     node.name.empty() ? "" : ", named " + in_quotes(node.name));
}

class Verifier {
 public:
  explicit Verifier(std::span<const Node> nodes) : nodes_(nodes) {}

  void run() {
    for (id_ = 0; id_ < nodes_.size(); ++id_) {
      const Node& node = nodes_[id_];
      check_name(node);
      switch (node.kind) {
        case NodeKind::input:
          check_leaf(node);
          break;
        case NodeKind::parameter:
          check_leaf(node);
          if (node.shape.has_batch())
            broken("is a parameter of the shape {}; expected one without N", to_string(node.shape));
          break;
        case NodeKind::constant:
          check_constant(node);
          break;
        case NodeKind::operation:
          check_operation(node);
          break;
      }
    }
  }

 private:
  void check_name(const Node& node) {
    if (node.name.empty()) return;
    if (node.name.front() == '%') broken("has a name that begins with %");
    const auto [at, is_new] = names_.emplace(node.name, id_);
    if (!is_new) broken("has the name of node %{}", at->second);
  }

  void check_no_call(const Node& node) const {
    if (node.op) broken("is a leaf with an operation");
    if (!node.inputs.empty()) broken("is a leaf with {} operand(s)", node.inputs.size());
    if (!node.attributes.empty()) broken("is a leaf with attributes");
  }

  void check_leaf(const Node& node) const {
    check_no_call(node);
    if (node.name.empty()) broken("is an input or parameter without a name");
    if (node.value) broken("is an input or parameter with a value");
  }

  void check_constant(const Node& node) {
    check_no_call(node);
    if (!node.value) broken("is a constant without a value");
    if (node.value->shape() != node.shape)
      broken("is a constant of the shape {} with a value of {}", to_string(node.shape),
             to_string(node.value->shape()));
    const std::string_view bytes(reinterpret_cast<const char*>(node.value->bytes()),
                                 static_cast<size_t>(node.shape.bytes()));
    check_unique(std::hash<std::string_view>{}(bytes), [&](const Node& other) {
      return other.kind == NodeKind::constant && *other.value == *node.value;
    });
  }

  void check_operation(const Node& node) {
    if (!node.op) broken("is an operation without a definition");
    if (node.value) broken("is an operation with a value");
    const OpDef& op = *node.op;
    const int count = static_cast<int>(node.inputs.size());
    if (count < op.min_inputs || count > op.max_inputs)
      broken("has {} operand(s); expected {} to {}", count, op.min_inputs, op.max_inputs);
    std::vector<Shape> shapes;
    size_t hash = node.attributes.hash() + std::hash<const void*>{}(&op);
    for (const int input : node.inputs) {
      if (input < 0 || static_cast<size_t>(input) >= id_)
        broken("has the operand %{}, which is not before it", input);
      shapes.push_back(nodes_[static_cast<size_t>(input)].shape);
      hash = hash * 31 + static_cast<size_t>(input);
    }
    check_attributes(node);
    const Shape inferred = infer(node, shapes);
    if (inferred != node.shape)
      broken("has the shape {}; its operands give {}", to_string(node.shape), to_string(inferred));
    check_unique(hash, [&](const Node& other) {
      return other.op == node.op && other.inputs == node.inputs && other.attributes == node.attributes;
    });
  }

  void check_attributes(const Node& node) const {
    for (const auto& [key, value] : node.attributes)
      if (!node.op->attribute(key)) broken("has the attribute \"{}\", which {} has not", key, node.op->name);
    for (const AttributeSpec& spec : node.op->attributes) {
      const Attribute* value = node.attributes.find(spec.name);
      if (!value) broken("lacks the attribute \"{}\"", spec.name);
      if (value->index() != spec.initial.index())
        broken("has {} for the attribute \"{}\"; expected the form of {}", to_string(*value), spec.name,
               to_string(spec.initial));
    }
  }

  Shape infer(const Node& node, std::span<const Shape> shapes) const {
    try {
      return node.op->infer({*node.op, shapes, node.attributes});
    } catch (const Error& error) {
      broken("has operands that do not fit: {}", error.what());
    }
  }

  template <class IsSame>
  void check_unique(size_t hash, IsSame is_same) {
    for (auto [at, end] = identities_.equal_range(hash); at != end; ++at)
      if (is_same(nodes_[at->second]))
        broken("is the same as node %{}; expected one node for both", at->second);
    identities_.emplace(hash, id_);
  }

  template <class... Args>
  [[noreturn]] void broken(fmt::format_string<Args...> what, Args&&... args) const {
    fail("[verify] node {} {}", described(nodes_, id_), fmt::format(what, std::forward<Args>(args)...));
  }

  std::span<const Node> nodes_;
  size_t id_ = 0;
  std::unordered_map<std::string, size_t> names_;
  std::unordered_multimap<size_t, size_t> identities_;
};

}  // namespace

void verify(std::span<const Node> nodes) { Verifier(nodes).run(); }

void verify(const Graph& graph) {
  verify(graph.nodes());
  for (int id = 0; id < graph.size(); ++id) {
    const std::string& name = graph.node(id).name;
    if (!name.empty() && graph.find(name).id != id)
      fail("[verify] node {} is not found by its name", described(graph.nodes(), static_cast<size_t>(id)));
  }
}

}  // namespace kette
