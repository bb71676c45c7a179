// L24, the computation graph is a DAG: nodes are tensor operations or variables, edges pass values on. A node
// is appended after its operands, so the numbers of the nodes are a topological order: forward runs through
// them upwards, backpropagation downwards, and no node is visited twice. The backward pass is more nodes of
// the same graph.
#include <kette/kette.h>

using namespace kette;

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3})), y = graph.input("y", Shape({kBatch, 1}));
  const Mlp network = mlp(x, {{2, Activation::tanh}, {1}});
  const Value loss = graph.name(squared_error(network.output, y), "loss");
  const int forward = graph.size();
  const std::vector<Value> gradients = gradient(loss, values_of(network.parameters));
  for (size_t i = 0; i < gradients.size(); ++i)
    if (graph.node(gradients[i]).name.empty())
      graph.name(gradients[i], "gradient of " + graph.label(network.parameters[i].value.id));

  bool is_ordered = true;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (id == forward) fmt::print("---- backward ----\n");
    std::string operands;
    for (const int operand : node.inputs) {
      operands += fmt::format(" {}", operand);
      is_ordered = is_ordered && operand < id;
    }
    const char* leaf = node.kind == NodeKind::input       ? "input"
                       : node.kind == NodeKind::parameter ? "parameter"
                                                          : "constant";
    fmt::print("{:3}  {:10} {:9}{:20} {}\n", id, node.op ? node.op->name : leaf, operands,
               to_string(node.shape), node.name);
  }
  verify(graph);  // throws Error if an operand came after its user

  // Values shared by forward and backward pass exist once: asking again appends nothing.
  const int size = graph.size();
  is_ordered =
      is_ordered && gradient(loss, values_of(network.parameters)) == gradients && graph.size() == size;
  return is_ordered && gradients.size() == 4 ? 0 : 1;
}
