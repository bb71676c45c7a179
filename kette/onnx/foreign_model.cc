#include "kette/onnx/foreign_model.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_set>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/model/verify.h"
#include "kette/nn/losses.h"
#include "kette/onnx/graph_reader.h"
#include "kette/onnx/learned_values.h"
#include "kette/onnx/tensor_proto.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using data::quote;
using data::Task;
using ::onnx::TypeProto;
using ::onnx::ValueInfoProto;

/// Names with a meaning in files of kette.
const std::set<std::string> kReserved = {"features",      "prepared",   "scores",
                                         "probabilities", "prediction", "label"};

/// An input of the file and the columns it takes.
struct Source {
  const ValueInfoProto* info;
  Shape shape;  // as the file has it, with N for the rows
  bool is_row;  // [k] in the file, for one row
  int64_t columns;
};

std::vector<const ValueInfoProto*> real_inputs(const ::onnx::GraphProto& graph) {
  std::unordered_set<std::string> initial;
  for (const auto& tensor : graph.initializer()) initial.insert(tensor.name());
  std::vector<const ValueInfoProto*> inputs;
  for (const ValueInfoProto& input : graph.input())
    if (!initial.contains(input.name())) inputs.push_back(&input);
  return inputs;
}

Source source_of(const ValueInfoProto& info, ReadingRules& rules) try {
  Shape shape = read_type(info.type(), rules);
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  const bool is_row = dims.size() == 1 && dims[0] != kBatch;
  if (dims.empty()) fail("is a single number; expected rows of columns");
  if (is_row) {
    dims.insert(dims.begin(), kBatch);
  } else if (dims[0] != kBatch) {
    if (rules.rows > 0 && rules.rows != dims[0])
      fail("has {} rows where another input has {}", dims[0], rules.rows);
    rules.rows = dims[0];
    dims[0] = kBatch;
  }
  shape = Shape(dims, shape.dtype());
  return {.info = &info, .shape = shape, .is_row = is_row, .columns = shape.product(1, shape.rank())};
} catch (const Error& error) {
  fail("input {}: {}", quote(info.name()), error.what());
}

std::vector<std::string> numbered(const std::string& name, int64_t count) {
  if (count == 1) return {name};
  std::vector<std::string> names;
  for (int64_t i = 1; i <= count; ++i) names.push_back(fmt::format("{}{}", name, i));
  return names;
}

/// Names for the columns: those asked for, the inputs' own where each is one column, or x1, x2, ….
void name_features(const std::vector<Source>& sources, const ImportOptions& options, Schema& schema) {
  constexpr int64_t kMostColumns = 1'000'000;
  int64_t columns = 0;
  for (const Source& source : sources) columns += source.columns;
  if (columns < 1 || columns > kMostColumns)
    fail("its inputs have {} columns; 1 to {} are supported", columns, kMostColumns);
  std::vector<std::string> names = options.columns;
  if (!names.empty() && static_cast<int64_t>(names.size()) != columns)
    fail("{} columns are named; the model has {}", names.size(), columns);
  const bool are_named = sources.size() > 1 && columns == static_cast<int64_t>(sources.size());
  schema.by_position = names.empty() && !are_named;
  if (names.empty() && are_named)
    for (const Source& source : sources) names.push_back(source.info->name());
  if (names.empty()) names = columns == 1 ? std::vector<std::string>{"x"} : numbered("x", columns);
  for (const std::string& name : names) schema.features.push_back({.name = name});
}

/// The values that stand for the file's inputs: parts of the matrix "features".
std::map<std::string, Operand> given_inputs(const std::vector<Source>& sources, Value features) {
  std::map<std::string, Operand> given;
  int64_t begin = 0;
  for (const Source& source : sources) {
    const int64_t end = begin + source.columns;
    Value x = begin == 0 && end == features.shape()[1] ? features : slice(features, 1, begin, end);
    if (source.shape.rank() != 2) x = reshape(x, {source.shape.dims().begin(), source.shape.dims().end()});
    Operand operand = Operand::of(cast(x, source.shape.dtype()));
    operand.is_row = source.is_row;
    operand.name = source.info->name();
    given.emplace(source.info->name(), std::move(operand));
    begin = end;
  }
  return given;
}

bool is_of_numbers(const ValueInfoProto& output) {
  if (output.type().value_case() == TypeProto::kSequenceType) return true;  // of maps, from a ZipMap
  if (output.type().value_case() != TypeProto::kTensorType) return false;
  const int type = output.type().tensor_type().elem_type();
  return type == ::onnx::TensorProto::FLOAT || type == ::onnx::TensorProto::DOUBLE ||
         type == ::onnx::TensorProto::FLOAT16 || type == ::onnx::TensorProto::UNDEFINED;
}

/// The one asked for; else the maps from labels to probabilities, else the first of numbers.
std::string main_output(const ::onnx::GraphProto& graph, const std::string& asked) {
  std::string names;
  const ValueInfoProto* best = nullptr;
  for (const ValueInfoProto& output : graph.output()) {
    if (output.name() == asked) return asked;
    names += (names.empty() ? "" : ", ") + quote(output.name());
    if (!is_of_numbers(output)) continue;
    const bool is_map = output.type().value_case() == TypeProto::kSequenceType;
    if (!best || (is_map && best->type().value_case() != TypeProto::kSequenceType)) best = &output;
  }
  if (!asked.empty()) fail("has no result {}; it has {}", quote(asked), names);
  if (!best) fail("has no result of floating-point numbers; it has {}", names.empty() ? "none" : names);
  return best->name();
}

/// Labels that the file puts beside the probabilities, or looks up by the index of the class, as
/// scikit-learn's exporter writes them.
std::vector<std::string> labels_in(const ::onnx::GraphProto& graph) {
  std::vector<std::string> labels;
  for (const ::onnx::NodeProto& node : graph.node()) {
    if (node.op_type() == "ZipMap")
      for (const auto& attribute : node.attribute()) {
        labels.insert(labels.end(), attribute.strings().begin(), attribute.strings().end());
        for (const int64_t number : attribute.ints()) labels.push_back(std::to_string(number));
      }
    if (!labels.empty()) return labels;
    if (node.op_type() != "ArrayFeatureExtractor" || node.input_size() < 1) continue;
    for (const auto& tensor : graph.initializer()) {
      if (tensor.name() != node.input(0) || tensor.dims_size() != 1) continue;
      labels.assign(tensor.string_data().begin(), tensor.string_data().end());
      if (!labels.empty()) return labels;
    }
  }
  return {};
}

/// What probabilities were made of: scores that training can go on with; an empty value when they are none.
Value scores_behind(Value y) {
  Graph& graph = *y.graph;
  const auto node = [&](Value value) -> const Node& { return graph.node(value); };
  const auto operand = [&](Value value, size_t i) { return graph.value(node(value).inputs[i]); };
  if ((node(y).op == &kSoftmax || node(y).op == &kLogSoftmax) && y.shape()[1] > 1) return operand(y, 0);
  if (node(y).op == &kSigmoid && y.shape()[1] == 1) return operand(y, 0);
  if (node(y).op != &kConcat || y.shape()[1] != 2 || node(y).inputs.size() != 2) return {};
  const Value second = operand(y, 1), first = operand(y, 0);  // 1 − σ(z), σ(z)
  const bool are_two = node(second).op == &kSigmoid && node(first).op == &kSub && operand(first, 1) == second;
  return are_two ? operand(second, 0) : Value{};
}

std::string origin_of(const ::onnx::ModelProto& proto) {
  const std::string name = proto.producer_name().empty() ? "another tool" : proto.producer_name();
  return data::on_one_line(name + (proto.producer_version().empty() ? "" : " ") + proto.producer_version());
}

/// Scores, probabilities and labels.
void finish_classes(Model& model, Value y, Value scores, bool are_probabilities,
                    std::vector<std::string> labels) {
  Schema& schema = model.schema;
  if (!scores && are_probabilities) scores = log(max(y, scalar_like(y, 1e-37)));  // whose softmax they are
  if (!scores) scores = y;  // as most exporters leave them
  const int64_t classes = std::max<int64_t>(2, scores.shape()[1]);
  if (labels.empty())
    for (int64_t i = 0; i < classes; ++i) labels.push_back(std::to_string(i));
  if (static_cast<int64_t>(labels.size()) != classes)
    fail("{} labels for {} classes", labels.size(), classes);
  schema.labels = std::move(labels);
  schema.task = classes == 2 ? Task::binary : Task::multiclass;
  model.scores = scores;
  model.prediction = model.graph->name(probabilities_of(scores), "probabilities");
}

}  // namespace

Model foreign_model(const ::onnx::ModelProto& proto, const ImportOptions& options, ReadingRules rules) {
  const ::onnx::GraphProto& file = proto.graph();
  Model model;
  Graph& graph = *model.graph;
  rules.rows = kBatch;
  rules.narrow = true;
  std::vector<Source> sources;
  for (const ValueInfoProto* input : real_inputs(file)) sources.push_back(source_of(*input, rules));
  if (sources.empty()) fail("has no input");
  name_features(sources, options, model.schema);
  model.features = graph.input("features", Shape({kBatch, data::total_width(model.schema.features)}));
  if (!(options.divisor > 0 && std::isfinite(options.divisor)))
    fail("the features are to be divided by {}; expected a positive number", options.divisor);
  model.prepared =
      options.divisor == 1 ? model.features : graph.name(model.features / options.divisor, "prepared");

  const std::vector<std::string> wanted = {main_output(file, options.output)};
  const GraphSource source{.proto = file,
                           .rules = rules,
                           .trainable = learned_values(file),
                           .learns_attributes = true,
                           .given = given_inputs(sources, model.prepared),
                           .reserved = kReserved};
  const Operand result = read_graph(source, wanted, graph, model.parameters)[0];
  Value y = result.value;
  if (result.truth != Operand::Truth::no || !is_float(y.dtype()) || !y.shape().has_batch())
    fail("its result {} is {}; expected floating-point numbers for each row", quote(wanted[0]),
         to_string(y.shape()));
  if (y.shape().rank() != 2) y = reshape(y, {kBatch, y.shape().product(1, y.shape().rank())});
  y = cast(y, DType::f32);

  const std::vector<std::string> own_labels = !result.labels.empty() ? result.labels : labels_in(file);
  const std::vector<std::string>& labels = options.labels.empty() ? own_labels : options.labels;
  const Value scores = scores_behind(y);
  const bool are_classes = options.task ? *options.task != Task::regression : scores || !labels.empty();
  if (!are_classes && !options.labels.empty()) fail("a regression has no labels");
  Schema& schema = model.schema;
  if (are_classes) {
    finish_classes(model, y, scores, /*are_probabilities=*/!own_labels.empty(), labels);
    schema.targets = options.targets.empty() ? std::vector<std::string>{"label"} : options.targets;
  } else {
    model.scores = model.prediction = y;
    const int64_t count = y.shape()[1];
    schema.targets = options.targets.empty() ? numbered("y", count) : options.targets;
    if (static_cast<int64_t>(schema.targets.size()) != count)
      fail("{} targets are named; the model has {}", schema.targets.size(), count);
  }
  model.metadata["origin"] = origin_of(proto);
  verify(model);
  return model;
}

}  // namespace kette
