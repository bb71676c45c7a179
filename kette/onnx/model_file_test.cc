// Models written to ONNX and read back.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/compile/program.h"
#include "kette/graph/text.h"
#include "kette/graph/verify.h"
#include "kette/nn/losses.h"
#include "kette/onnx/read.h"
#include "kette/onnx/test_models.h"
#include "kette/onnx/write.h"

namespace kette::model_file_test {
namespace {

using test_models::bindings;
using test_models::rows;

struct NamedModel {
  std::string name;
  Model (*make)();
};

void PrintTo(const NamedModel& model, std::ostream* out) { *out << model.name; }

class ModelFile : public testing::TestWithParam<NamedModel> {};

INSTANTIATE_TEST_SUITE_P(
    Models, ModelFile,
    testing::Values(NamedModel{"regression", [] { return test_models::regression(); }},
                    NamedModel{"gelu", [] { return test_models::regression(Activation::gelu); }},
                    NamedModel{"elu", [] { return test_models::regression(Activation::elu); }},
                    NamedModel{"multiclass", test_models::multiclass},
                    NamedModel{"binary", test_models::binary}),
    [](const auto& info) { return info.param.name; });

::onnx::ModelProto parsed(const std::string& bytes) {
  ::onnx::ModelProto proto;
  EXPECT_TRUE(proto.ParseFromString(bytes));
  return proto;
}

Tensor predicted(Model& model, const Tensor& features) {
  Program program({&model.prediction, 1}, {},
                  [&](std::string_view name) { return model.parameters.find(name); });
  program.bind(features.shape()[0]);
  program.set("features", features);
  program.run();
  return program.output_tensor(0);
}

TEST_P(ModelFile, passes_the_checker_and_the_shape_inference_of_onnx) {
  EXPECT_NO_THROW(test_models::check_by_onnx(parsed(to_onnx(GetParam().make()))));
}

TEST_P(ModelFile, keeps_schema_metadata_and_the_bits_of_parameters) {
  const Model model = GetParam().make();
  const Model read = from_onnx(to_onnx(model));
  EXPECT_EQ(read.parameters, model.parameters);
  EXPECT_EQ(read.schema.task, model.schema.task);
  EXPECT_EQ(read.schema.features, model.schema.features);
  EXPECT_EQ(read.schema.targets, model.schema.targets);
  EXPECT_EQ(read.schema.labels, model.schema.labels);
  EXPECT_EQ(read.metadata, model.metadata);
  EXPECT_NO_THROW(verify(*read.graph));
}

TEST_P(ModelFile, keeps_the_names_of_nodes_and_adds_none) {
  const Model model = GetParam().make();
  const Model read = from_onnx(to_onnx(model));
  for (const std::string name : {"features", "standardized", "z1", "h1", "scores"})
    EXPECT_TRUE(read.graph->find(name)) << name << "\n" << print(*read.graph);
  EXPECT_EQ(read.graph->node(read.scores).name, "scores");
  for (const Node& node : read.graph->nodes())
    EXPECT_TRUE(node.name.empty() || model.graph->find(node.name)) << node.name;
}

TEST_P(ModelFile, predicts_the_same_after_reading) {
  Model model = GetParam().make();
  Model read = from_onnx(to_onnx(model));
  const Tensor features = rows(9);
  for (const bool of_scores : {true, false}) {
    const Reference before =
        interpret(of_scores ? model.scores : model.prediction, bindings(model, features));
    const Reference after = interpret(of_scores ? read.scores : read.prediction, bindings(read, features));
    ASSERT_EQ(before.shape, after.shape);
    for (size_t i = 0; i < before.values.size(); ++i)
      EXPECT_NEAR(before.values[i], after.values[i], 1e-6 * (1 + std::abs(before.values[i])));
  }
  const Tensor before = predicted(model, features), after = predicted(read, features);
  for (int64_t i = 0; i < before.size(); ++i)
    EXPECT_NEAR(before.at(i), after.at(i), 1e-6 * (1 + std::abs(before.at(i))));
}

TEST_P(ModelFile, is_the_same_file_when_written_again) {
  const std::string bytes = to_onnx(GetParam().make());
  EXPECT_EQ(to_onnx(GetParam().make()), bytes);
  EXPECT_EQ(to_onnx(from_onnx(bytes)), bytes);
}

TEST(ModelFile, can_be_trained_on_after_reading) {
  const Model read = from_onnx(to_onnx(test_models::multiclass()));
  const Value target = read.graph->input("target", Shape({kBatch}, DType::i64));
  const std::vector<Value> slopes = gradient(cross_entropy(read.scores, target), {read.graph->find("W1")});
  Bindings bound = bindings(read, rows(3));
  bound.emplace("target", Tensor(Shape({3}, DType::i64), {int64_t{0}, int64_t{2}, int64_t{1}}));
  double size = 0;
  for (const double slope : interpret(slopes[0], bound).values) size += slope * slope;
  EXPECT_GT(size, 0);
}

TEST(ModelFile, does_not_depend_on_what_training_added_to_the_graph) {
  Model model = test_models::binary();
  const std::string bytes = to_onnx(model);
  const Value target = model.graph->input("label", Shape({kBatch, 1}));
  gradient(binary_cross_entropy(model.scores, target), {model.graph->find("W1"), model.graph->find("b2")});
  model.parameters.add("moment of W1", Tensor(Shape({3, 4})));
  EXPECT_EQ(to_onnx(model), bytes);
}

TEST(ModelFile, declares_raw_features_in_and_decoded_predictions_out_with_an_open_batch) {
  const auto signature = [](const auto& list) {
    std::string text;
    for (const auto& info : list) {
      text += info.name() + " " + std::to_string(info.type().tensor_type().elem_type());
      for (const auto& dim : info.type().tensor_type().shape().dim())
        text += " " + (dim.has_dim_param() ? dim.dim_param() : std::to_string(dim.dim_value()));
      text += "; ";
    }
    return text;
  };
  const auto classes = parsed(to_onnx(test_models::multiclass())),
             numbers = parsed(to_onnx(test_models::regression()));
  EXPECT_EQ(signature(classes.graph().input()), "features 1 N 3; ");
  EXPECT_EQ(signature(classes.graph().output()), "probabilities 1 N 3; label 8 N; ");
  EXPECT_EQ(signature(numbers.graph().input()), "features 1 N 3; ");
  EXPECT_EQ(signature(numbers.graph().output()), "prediction 1 N 1; ");
  EXPECT_EQ(classes.ir_version(), 8);
  EXPECT_EQ(classes.opset_import(0).version(), 17);
  EXPECT_EQ(classes.opset_import(1).domain(), "ai.onnx.ml");
  EXPECT_EQ(classes.opset_import(1).version(), 3);
}

TEST(ModelFile, decodes_class_indices_to_labels) {
  const auto proto = parsed(to_onnx(test_models::multiclass()));
  const ::onnx::NodeProto& decode = proto.graph().node(proto.graph().node_size() - 1);
  const ::onnx::NodeProto& index = proto.graph().node(proto.graph().node_size() - 2);
  EXPECT_EQ(index.op_type(), "ArgMax");
  EXPECT_EQ(index.input(0), "probabilities");
  EXPECT_EQ(decode.op_type(), "LabelEncoder");
  EXPECT_EQ(decode.input(0), index.output(0));
  EXPECT_EQ(decode.attribute(0).ints(2), 2);
  EXPECT_EQ(decode.attribute(1).strings(2), "yes, \"ü\"");
}

// The target is not scaled, so that one node is all three.
TEST(ModelFile, holds_scores_and_prediction_also_where_they_are_one_node) {
  Model model = test_models::network(Activation::tanh, 1);
  model.prediction = model.scores;
  const std::string bytes = to_onnx(model);
  EXPECT_NO_THROW(test_models::check_by_onnx(parsed(bytes)));
  const Model read = from_onnx(bytes);
  EXPECT_EQ(read.scores, read.prediction);
  EXPECT_EQ(to_onnx(read), bytes);
}

TEST(ModelFile, is_saved_and_loaded_by_path) {
  const auto path = std::filesystem::temp_directory_path() / "kette_model_file_test.onnx";
  const Model model = test_models::regression();
  save_model(model, path);
  const Model read = load_model(path);
  std::filesystem::remove(path);
  EXPECT_EQ(read.parameters, model.parameters);
}

void expect_refused(const Model& model, std::string_view message) {
  try {
    to_onnx(model);
    ADD_FAILURE() << "written; expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(std::string_view(error.what()), message);
  }
}

TEST(ModelFile, refuses_a_model_that_a_file_cannot_hold) {
  Model model = test_models::multiclass();
  model.schema.labels[0] = "caf\xE9";
  expect_refused(model, "[model] the label \"caf\xE9\" is not text in UTF-8");

  model = test_models::multiclass();
  model.schema.labels.pop_back();
  expect_refused(model, "[model] probabilities is f32[N,3]; expected f32[N,2]");

  model = test_models::multiclass();
  model.metadata["kette.schema"] = "mine";
  expect_refused(model, "[onnx] the metadata key \"kette.schema\" is reserved");

  model = test_models::regression();
  model.schema.targets = {"width"};
  expect_refused(model, "[model] the target \"width\" is also a feature");

  model = test_models::regression();
  const Value weight = model.graph->input("weight", Shape({kBatch, 1}));
  model.prediction = model.prediction * weight;
  expect_refused(model, "[onnx] the name \"prediction\" is taken by another node");

  model = test_models::network(Activation::tanh, 1);
  model.prediction = model.scores * model.graph->input("weight", Shape({kBatch, 1}));
  expect_refused(model, "[onnx] the prediction needs the input \"weight\", which is not in the table");

  model = test_models::network(Activation::tanh, 1);
  model.prediction = model.scores * model.graph->parameter("gain", Shape({}));
  expect_refused(model, "[parameters] there is no \"gain\"; known: W1, b1, W2, b2");
}

}  // namespace
}  // namespace kette::model_file_test
