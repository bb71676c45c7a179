#include "kette/onnx/write.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <climits>
#include <numeric>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/model/verify.h"
#include "kette/onnx/column_writer.h"
#include "kette/onnx/graph_writer.h"
#include "kette/onnx/schema_json.h"

namespace kette {
namespace {

/// Argmax, then the class's label: what a person wants to read.
void write_label(GraphWriter& writer, const std::vector<std::string>& labels, ::onnx::GraphProto& graph) {
  const auto is_label = [](const auto& made) { return made.name() == "label"; };
  if (std::ranges::any_of(graph.node(), is_label) || std::ranges::any_of(graph.initializer(), is_label))
    fail("[onnx] the name \"label\" is taken by another node");
  const std::string index =
      writer.node("ArgMax", {"probabilities"}, {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
  std::vector<int64_t> keys(labels.size());
  std::iota(keys.begin(), keys.end(), 0);
  writer.node("LabelEncoder", {index}, {{"keys_int64s", keys}});
  ::onnx::NodeProto& decode = *graph.mutable_node(graph.node_size() - 1);
  decode.set_domain("ai.onnx.ml");
  decode.set_name("label");
  decode.set_output(0, "label");
  ::onnx::AttributeProto& values = *decode.add_attribute();
  values.set_name("values_strings");
  values.set_type(::onnx::AttributeProto::STRINGS);
  for (const std::string& label : labels) values.add_strings(label);
  ::onnx::ValueInfoProto& info = *graph.add_output();
  info.set_name("label");
  info.mutable_type()->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::STRING);
  info.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_param("N");
}

void add_metadata(::onnx::ModelProto& proto, const std::string& key, const std::string& value) {
  ::onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void add_operator_set(::onnx::ModelProto& proto, const char* domain, int64_t version) {
  ::onnx::OperatorSetIdProto& set = *proto.add_opset_import();
  set.set_domain(domain);
  set.set_version(version);
}

/// Names of the parameters written, in the model's order.
std::vector<std::string> write_graph(const Model& model, ::onnx::GraphProto& proto) {
  const bool classes = model.schema.task != data::Task::regression;
  const std::string prediction = classes ? "probabilities" : "prediction";
  proto.set_name("kette");
  GraphWriter writer(*model.graph, model.parameters, proto);
  if (!are_numbers(model.schema.features)) write_columns(model.schema.features, writer);
  const int columns = proto.input_size();
  writer.write(model.features, "features");
  writer.write(model.scores, "scores");
  writer.write(model.prediction, prediction);
  writer.output(prediction, model.prediction.shape());
  if (classes) write_label(writer, model.schema.labels, proto);
  for (int i = columns; i < proto.input_size(); ++i)
    if (const std::string& name = proto.input(i).name(); name != "features")
      fail("[onnx] the prediction needs the input {}, which is not in the table", data::quote(name));
  std::vector<std::string> written;
  for (const auto& [name, tensor] : model.parameters)
    if (writer.wrote(name)) written.push_back(name);
  return written;
}

}  // namespace

std::string to_onnx(const Model& model) {
  verify(model);
  ::onnx::ModelProto proto;
  proto.set_ir_version(8);
  proto.set_producer_name("kette");
  proto.set_producer_version(KETTE_VERSION);
  const std::vector<std::string> parameters = write_graph(model, *proto.mutable_graph());
  add_operator_set(proto, "", 17);
  if (!model.schema.labels.empty() || !are_numbers(model.schema.features))
    add_operator_set(proto, "ai.onnx.ml", 3);
  for (const auto& [key, value] : model.metadata) {
    if (key.starts_with("kette.")) fail("[onnx] the metadata key {} is reserved", data::quote(key));
    add_metadata(proto, key, value);
  }
  // Last, so that a file cut short anywhere lacks one of them.
  add_metadata(proto, "kette.version", KETTE_VERSION);
  add_metadata(proto, "kette.schema", schema_to_json(model.schema));
  add_metadata(proto, "kette.parameters", texts_to_json(parameters));
  if (proto.ByteSizeLong() > INT_MAX)
    fail("[onnx] the model is larger than 2 GiB, the most that an ONNX file can hold");
  return proto.SerializeAsString();
}

void save_model(const Model& model, const std::string& path) { write_file_atomically(path, to_onnx(model)); }

}  // namespace kette
