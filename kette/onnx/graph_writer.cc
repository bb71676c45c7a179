#include "kette/onnx/graph_writer.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>

#include "kette/base/error.h"
#include "kette/graph/literal.h"
#include "kette/onnx/generated_names.h"
#include "kette/onnx/tensor_proto.h"
#include "kette/ops/onnx_forms.h"

namespace kette {
namespace {

using ::onnx::AttributeProto;

struct AttributeWriter {
  AttributeProto& to;
  void operator()(int64_t value) const {
    to.set_type(AttributeProto::INT);
    to.set_i(value);
  }
  void operator()(double value) const {
    to.set_type(AttributeProto::FLOAT);
    to.set_f(static_cast<float>(value));
  }
  void operator()(const std::string& value) const {
    to.set_type(AttributeProto::STRING);
    to.set_s(value);
  }
  void operator()(const std::vector<int64_t>& values) const {
    to.set_type(AttributeProto::INTS);
    for (const int64_t value : values) to.add_ints(value);
  }
};

void write_attribute(std::string_view name, const Attribute& value, ::onnx::NodeProto& node) {
  AttributeProto& to = *node.add_attribute();
  to.set_name(std::string(name));
  std::visit(AttributeWriter{to}, value);
}

/// Equal for equal tensors only.
std::string content_of(const Tensor& tensor) {
  std::string content = to_string(tensor.shape());
  content.append(reinterpret_cast<const char*>(tensor.bytes()), static_cast<size_t>(tensor.shape().bytes()));
  return content;
}

std::vector<bool> needed_by(const Graph& graph, int id) {
  std::vector<bool> needed(static_cast<size_t>(graph.size()), false);
  needed[static_cast<size_t>(id)] = true;
  for (; id >= 0; --id)
    if (needed[static_cast<size_t>(id)])
      for (const int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
  return needed;
}

}  // namespace

GraphWriter::GraphWriter(const Graph& graph, const Parameters& parameters, ::onnx::GraphProto& proto)
    : graph_(graph), parameters_(parameters), proto_(proto), names_(static_cast<size_t>(graph.size())) {
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.name.empty()) continue;
    taken_.insert(node.name);
    if (node.kind != NodeKind::operation) leaves_.emplace(node.name, id);
    if (node.kind == NodeKind::constant) constants_.emplace(content_of(*node.value), node.name);
  }
}

void GraphWriter::write(Value value, std::string_view name) {
  const std::string wanted(name);
  const std::string& own = graph_.node(value).name;
  if (own != wanted && !taken_.insert(wanted).second)
    fail("[onnx] the name {} is taken by another node", in_quotes(name));
  const std::vector<bool> needed = needed_by(graph_, value.id);
  for (int id = 0; id <= value.id; ++id) {
    std::string& written = names_[static_cast<size_t>(id)];
    if (!needed[static_cast<size_t>(id)] || !written.empty()) continue;
    const Node& node = graph_.node(id);
    if (node.kind == NodeKind::operation)
      written = operation(node, id == value.id && own.empty() ? wanted : node.name);
  }
  const std::string written = name_of(value.id);
  if (written == wanted)
    use(written);
  else
    identity(written, wanted);
}

void GraphWriter::output(std::string_view name, const Shape& shape) {
  ::onnx::ValueInfoProto& info = *proto_.add_output();
  info.set_name(std::string(name));
  write_type(shape, *info.mutable_type());
}

std::string GraphWriter::column(const std::string& wanted, int element_type, const std::string& width) {
  constexpr std::array<std::string_view, 5> kResults = {"features", "scores", "probabilities", "prediction",
                                                        "label"};
  std::string name = wanted;
  while (name.empty() || std::ranges::find(kResults, name) != kResults.end() || !taken_.insert(name).second)
    name = "column " + name;
  ::onnx::ValueInfoProto& info = *proto_.add_input();
  info.set_name(name);
  ::onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(element_type);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  ::onnx::TensorShapeProto::Dimension& columns = *type.mutable_shape()->add_dim();
  if (width.empty())
    columns.set_dim_value(1);
  else
    columns.set_dim_param(width);
  return name;
}

::onnx::NodeProto& GraphWriter::last_node() { return *proto_.mutable_node(proto_.node_size() - 1); }

void GraphWriter::name_last_node(const std::string& name) {
  last_node().set_output(0, name);
  last_node().set_name(name);
  leaves_.erase(name);
}

const std::string& GraphWriter::name_of(int id) {
  const Node& node = graph_.node(id);
  std::string& name = names_[static_cast<size_t>(id)];
  if (name.empty()) name = node.name.empty() ? constant(*node.value) : node.name;
  return name;
}

std::string GraphWriter::operation(const Node& node, const std::string& name) {
  const int first = proto_.node_size();
  std::string made = form_of(node);
  bool has_batch = false;
  for (const int input : node.inputs) has_batch |= graph_.node(input).shape.has_batch();
  if (node.shape.has_batch() && !has_batch) made = with_batch(made, node.shape);
  if (name.empty()) return made;
  rename(first, made, name);
  return name;
}

std::string GraphWriter::form_of(const Node& made) {
  const OnnxForm& form = made.op->onnx;
  OnnxCall call{.inputs = {}, .input_shapes = {}, .shape = made.shape, .attributes = made.attributes};
  for (const int input : made.inputs) {
    call.inputs.push_back(name_of(input));
    call.input_shapes.push_back(graph_.node(input).shape);
  }
  if (form.write) return form.write(*this, call);
  if (form.type.empty()) fail("[onnx] the operation {} has no ONNX form", made.op->name);
  Attributes attributes;
  for (const auto& [ours, theirs] : form.renamed) attributes.set(theirs, *made.attributes.find(ours));
  return node(form.type, std::move(call.inputs), std::move(attributes));
}

std::string GraphWriter::with_batch(const std::string& value, const Shape& shape) {
  for (const Node& node : graph_.nodes())
    if (batch_.empty() && node.kind == NodeKind::input && node.shape.has_batch()) batch_ = node.name;
  if (batch_.empty()) fail("[onnx] {} has the batch dim N, but no input has", to_string(shape));
  const std::string batch = node("Shape", {batch_}, {{"start", int64_t{0}}, {"end", int64_t{1}}});
  const std::string rest = integers({shape.dims().begin() + 1, shape.dims().end()});
  return node("Expand", {value, node("Concat", {batch, rest}, {{"axis", int64_t{0}}})});
}

void GraphWriter::rename(int first, const std::string& from, const std::string& to) {
  bool renamed = false;
  for (int i = first; i < proto_.node_size(); ++i) {
    ::onnx::NodeProto& made = *proto_.mutable_node(i);
    for (std::string& input : *made.mutable_input())
      if (renamed && input == from) input = to;
    if (made.output(0) != from) continue;
    made.set_output(0, to);
    made.set_name(to);
    renamed = true;
  }
  if (!renamed) identity(from, to);  // the form is one of the operands
}

void GraphWriter::identity(const std::string& from, const std::string& to) {
  node("Identity", {from});
  last_node().set_output(0, to);
  last_node().set_name(to);
}

std::string GraphWriter::node(std::string_view type, std::vector<std::string> inputs, Attributes attributes) {
  for (const std::string& input : inputs) use(input);
  ::onnx::NodeProto& made = *proto_.add_node();
  made.set_op_type(std::string(type));
  for (std::string& input : inputs) made.add_input(std::move(input));
  std::string name = fresh(type);
  made.add_output(name);
  made.set_name(name);
  for (const auto& [key, value] : attributes) write_attribute(key, value, made);
  return name;
}

std::string GraphWriter::integers(std::vector<int64_t> values) {
  return constant(
      Tensor(Shape({static_cast<int64_t>(values.size())}, DType::i64), std::span<const int64_t>(values)));
}

std::string GraphWriter::integer(int64_t value) { return constant(Tensor(Shape({}, DType::i64), {value})); }

std::string GraphWriter::scalar(double value, DType dtype) {
  Tensor tensor(Shape({}, dtype));
  tensor.set(0, value);
  return constant(tensor);
}

std::string GraphWriter::constant(const Tensor& tensor) {
  std::string& name = constants_[content_of(tensor)];
  if (!name.empty()) return name;
  name = fresh("constant");
  write_tensor(tensor, name, *proto_.add_initializer());
  return name;
}

void GraphWriter::use(const std::string& name) {
  const auto leaf = leaves_.find(name);
  if (leaf == leaves_.end()) return;
  const Node& node = graph_.node(leaf->second);
  if (node.kind == NodeKind::input) {
    ::onnx::ValueInfoProto& info = *proto_.add_input();
    info.set_name(name);
    write_type(node.shape, *info.mutable_type());
  } else if (node.kind == NodeKind::constant) {
    write_tensor(*node.value, name, *proto_.add_initializer());
  } else {
    const Tensor& tensor = parameters_.at(name);
    if (tensor.shape() != node.shape)
      fail("[onnx] the parameter {} is {}; its node is {}", in_quotes(name), to_string(tensor.shape()),
           to_string(node.shape));
    write_tensor(tensor, name, *proto_.add_initializer());
    parameters_written_.insert(name);
  }
  leaves_.erase(leaf);
}

std::string GraphWriter::fresh(std::string_view type) {
  std::string name;
  do name = generated_name(type, ++number_);
  while (taken_.contains(name));
  return name;
}

}  // namespace kette
