// Writes docs/ops.md, the table of all operations, from their definitions: make_ops [--check] FILE
#include <fmt/ranges.h>
#include "docs/written_file.h"

#include "kette/kette.h"
#include "kette/onnx/operators.h"

namespace kette {
namespace {

/// Writes nothing, and remembers the types of the ONNX nodes it was asked for.
class NodeTypes final : public OnnxWriter {
 public:
  std::string node(std::string_view type, std::vector<std::string>, Attributes) override {
    types_ += fmt::format("{}{}", types_.empty() ? "" : ", ", type);
    return "node";
  }
  std::string integers(std::vector<int64_t>) override { return "integers"; }
  std::string integer(int64_t) override { return "integer"; }
  std::string scalar(double, DType) override { return "scalar"; }
  const std::string& types() const { return types_; }

 private:
  std::string types_;
};

/// A call of the operation, any that is valid.
Example example_of(const OpDef& op) {
  if (op.examples) return op.examples().front();
  Example example{.inputs = std::vector<Shape>(static_cast<size_t>(op.min_inputs), Shape({2, 3}))};
  for (const AttributeSpec& attribute : op.attributes)
    example.attributes.set(attribute.name, attribute.initial);
  return example;
}

/// The ONNX nodes that one call of the operation becomes, in the order in which they are written.
std::string onnx_form(const OpDef& op) {
  if (!op.onnx.write) return op.onnx.type.empty() ? "—" : std::string(op.onnx.type);
  const Example example = example_of(op);
  Graph graph;
  std::vector<Value> operands;
  std::vector<std::string> names;
  for (const Shape& shape : example.inputs) {
    names.push_back(fmt::format("x{}", names.size()));
    operands.push_back(graph.input(names.back(), shape));
  }
  const Node& node = graph.node(graph.apply(op, operands, example.attributes));
  NodeTypes writer;
  op.onnx.write(writer, {names, example.inputs, node.shape, node.attributes});
  return writer.types();
}

/// A call in the text form of a graph: `a: f32[2,3], b: f32[3,4]; y: f32[2,4] = matmul(a, b)`.
std::string shown_example(const OpDef& op) {
  const Example example = example_of(op);
  Graph graph;
  std::vector<Value> operands;
  std::string inputs;
  for (const Shape& shape : example.inputs) {
    const std::string name(1, static_cast<char>('a' + operands.size()));
    operands.push_back(graph.input(name, shape));
    inputs += fmt::format("{}{}: {}", inputs.empty() ? "" : ", ", name, to_string(shape));
  }
  graph.name(graph.apply(op, operands, example.attributes), "y");
  const std::string text = print(graph);
  return fmt::format("`{}; {}`", inputs, text.substr(text.rfind("y: "), text.size() - text.rfind("y: ") - 1));
}

std::string operands(const OpDef& op) {
  if (op.min_inputs == op.max_inputs) return std::to_string(op.min_inputs);
  return op.max_inputs > 100 ? fmt::format("{} or more", op.min_inputs)
                             : fmt::format("{} to {}", op.min_inputs, op.max_inputs);
}

std::string attributes(const OpDef& op) {
  std::string text;
  for (const AttributeSpec& attribute : op.attributes)
    text += fmt::format("{}`{}{}`", text.empty() ? "" : ", ", attribute.name,
                        attribute.required ? "" : " = " + to_string(attribute.initial));
  return text;
}

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '<') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string page() {
  std::string text =
      "# Operations\n\n"
      "Written by `docs/make_ops.cc` from the catalogue, `kette/ops/catalogue.cc`; do not edit.\n\n"
      "Operands x₁, x₂, … or a, b, …; result y. An attribute without a value must be given. ULP: the largest "
      "error of the\n"
      "float32 kernel against the float64 reference, in units in the last place of the result; for "
      "reductions and matrix\n"
      "products of the largest magnitude that enters it. ONNX: the nodes one call becomes in a model file; "
      "—: only used in\n"
      "training. The example shows shapes as `kette check` reads them; N is the batch "
      "size.\n\n"
      "| operation | operands | definition, derivative | attributes | ULP | ONNX | example |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const OpDef* op : catalogue())
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", op->name, operands(*op),
                        cell(op->formula), attributes(*op), op->max_ulp, onnx_form(*op), shown_example(*op));
  text += fmt::format(
      "\n## Operators of ONNX that are read\n\n"
      "Of operator sets 1 to 25, as far as they say what the operations above can say; see "
      "[models.md](models.md).\n\n"
      "{}.\n",
      fmt::join(supported_operators(), ", "));
  return text;
}

}  // namespace
}  // namespace kette

int main(int argc, char** argv) { return kette::write_or_check(argc, argv, kette::page); }
