// Files as other tools write them, built node by node.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"

namespace kette::foreign_model_test {
namespace {

namespace fs = std::filesystem;
using ::onnx::TensorProto;

struct File {
  ::onnx::ModelProto proto;
  ::onnx::GraphProto& graph = *proto.mutable_graph();

  explicit File(int64_t version = 12) {
    proto.set_ir_version(7);
    proto.set_producer_name("forge");
    proto.set_producer_version("2.1");
    set_version("", version);
  }
  void set_version(const std::string& domain, int64_t version) {
    auto& set = *proto.add_opset_import();
    set.set_domain(domain);
    set.set_version(version);
  }
  static void describe(::onnx::ValueInfoProto& info, const std::string& name,
                       const std::vector<int64_t>& dims, int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (const int64_t dim : dims)
      if (dim < 0)
        tensor.mutable_shape()->add_dim()->set_dim_param("batch");
      else
        tensor.mutable_shape()->add_dim()->set_dim_value(dim);
  }
  File& input(const std::string& name, const std::vector<int64_t>& dims, int type = TensorProto::FLOAT) {
    describe(*graph.add_input(), name, dims, type);
    return *this;
  }
  File& output(const std::string& name, const std::vector<int64_t>& dims, int type = TensorProto::FLOAT) {
    describe(*graph.add_output(), name, dims, type);
    return *this;
  }
  TensorProto& weights(const std::string& name, const std::vector<int64_t>& dims,
                       const std::vector<float>& values) {
    TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(TensorProto::FLOAT);
    for (const int64_t dim : dims) tensor.add_dims(dim);
    for (const float value : values) tensor.add_float_data(value);
    return tensor;
  }
  ::onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs,
                          const std::string& output, const std::string& domain = "") {
    ::onnx::NodeProto& made = *graph.add_node();
    made.set_op_type(type);
    made.set_domain(domain);
    for (const std::string& name : inputs) made.add_input(name);
    made.add_output(output);
    return made;
  }
  Model read(const ImportOptions& options = {}) const {
    return from_onnx(proto.SerializeAsString(), "net.onnx", options);
  }
  std::string refusal(const ImportOptions& options = {}) const {
    try {
      read(options);
      return "read";
    } catch (const Error& error) {
      return error.what();
    }
  }
};

void set(::onnx::NodeProto& node, const std::string& name, int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(::onnx::AttributeProto::INT);
  attribute.set_i(value);
}

std::vector<double> said(const Model& model, Value value, const Tensor& features) {
  Bindings bound{{"features", features}};
  for (const auto& [name, tensor] : model.parameters) bound.emplace(name, tensor);
  return interpret(value, bound).values;
}

const Tensor kRows(Shape({2, 2}), {1.0f, -2.0f, 0.5f, 3.0f});

/// relu(x·Wᵀ + b) with W [2,2]
File torch(std::vector<int64_t> dims, int64_t version = 9) {
  File file(version);
  file.input("x", dims).output("y", {dims[0], 2});
  file.weights("w", {2, 2}, {1, 2, 3, 4});
  file.weights("b", {2}, {0.5f, -1});
  file.node("Flatten", {"x"}, "flat");
  set(file.node("Gemm", {"flat", "w", "b"}, "z"), "transB", 1);
  file.node("Relu", {"z"}, "y");
  return file;
}

void expect_torch(const Model& model) {
  EXPECT_EQ(model.features.shape(), Shape({kBatch, 2}));
  const std::vector<double> y = said(model, model.prediction, kRows);
  EXPECT_EQ(y, (std::vector<double>{0, 0, 7, 12.5}));  // 1−4+.5, 3−8−1; .5+6+.5, 1.5+12−1
}

TEST(ForeignModel, has_any_number_of_rows_also_where_the_file_fixes_it) {
  expect_torch(torch({-1, 2}).read());
  expect_torch(torch({1, 2, 1}).read());
  expect_torch(torch({50, 2}).read());
}

TEST(ForeignModel, knows_its_columns_by_position_until_they_are_named) {
  const Model model = torch({1, 2}).read();
  EXPECT_TRUE(model.schema.by_position);
  EXPECT_EQ(data::names_of(model.schema.features), (std::vector<std::string>{"x1", "x2"}));
  EXPECT_EQ(model.schema.targets, (std::vector<std::string>{"y1", "y2"}));
  EXPECT_EQ(model.metadata.at("origin"), "forge 2.1");
  const Model named = torch({1, 2}).read({.columns = {"width", "height"}, .targets = {"a", "b"}});
  EXPECT_FALSE(named.schema.by_position);
  EXPECT_EQ(data::names_of(named.schema.features), (std::vector<std::string>{"width", "height"}));
  EXPECT_EQ(named.schema.targets, (std::vector<std::string>{"a", "b"}));
}

TEST(ForeignModel, is_written_as_a_file_of_kette_and_read_back) {
  const Model model = torch({1, 2, 1}).read();
  const Model read = from_onnx(to_onnx(model));
  expect_torch(read);
  EXPECT_TRUE(read.schema.by_position);
  EXPECT_EQ(read.parameters, model.parameters);
  EXPECT_EQ(read.metadata.at("origin"), "forge 2.1");
}

TEST(ForeignModel, of_float64_is_computed_in_float32) {
  File file;
  file.input("x", {-1, 2}, TensorProto::DOUBLE).output("y", {-1, 1}, TensorProto::DOUBLE);
  TensorProto& w = file.weights("w", {2, 1}, {});
  w.set_data_type(TensorProto::DOUBLE);
  w.add_double_data(0.1);
  w.add_double_data(2);
  file.node("MatMul", {"x", "w"}, "y");
  const Model model = file.read();
  EXPECT_EQ(model.parameters.at("w").dtype(), DType::f32);
  const std::vector<double> y = said(model, model.prediction, kRows);
  EXPECT_NEAR(y[0], 0.1 - 4, 1e-6);
}

TEST(ForeignModel, learns_its_weights_but_not_its_preprocessing) {
  File file;
  file.input("x", {-1, 2}).output("y", {-1, 2});
  file.weights("mean", {2}, {1, 1});
  file.weights("half", {}, {0.5f});
  file.weights("w", {2, 2}, {1, 2, 3, 4});
  file.weights("b", {2}, {0, 1});
  file.node("Sub", {"x", "mean"}, "centred");
  file.node("MatMul", {"centred", "w"}, "product");
  file.node("Add", {"product", "b"}, "z");
  file.node("Mul", {"z", "half"}, "y");
  const Model model = file.read();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : model.parameters) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"w", "b"}));
}

TEST(ForeignModel, of_softmax_is_a_classifier_whose_scores_stand_before_it) {
  File file = torch({-1, 2});
  file.graph.mutable_output(0)->set_name("p");
  file.node("Softmax", {"y"}, "p");
  const Model model = file.read({.labels = {"no", "yes"}});
  EXPECT_EQ(model.schema.task, data::Task::binary);
  EXPECT_EQ(model.schema.labels, (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(said(model, model.scores, kRows), (std::vector<double>{0, 0, 7, 12.5}));
  EXPECT_NEAR(said(model, model.prediction, kRows)[3], 1 / (1 + std::exp(-5.5)), 1e-12);
}

TEST(ForeignModel, of_scores_is_a_classifier_when_told_so) {
  const Model model = torch({-1, 2}).read({.task = data::Task::multiclass});
  EXPECT_EQ(model.schema.task, data::Task::binary);
  EXPECT_EQ(model.schema.labels, (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(model.schema.targets, (std::vector<std::string>{"label"}));
}

/// As scikit-learn's exporter writes a network of two classes.
File sklearn() {
  File file;
  file.set_version("ai.onnx.ml", 1);
  file.input("x", {-1, 2}).output("label", {-1}, TensorProto::INT64);
  file.graph.add_output()->set_name("maps");
  file.graph.mutable_output(1)
      ->mutable_type()
      ->mutable_sequence_type()
      ->mutable_elem_type()
      ->mutable_map_type();
  file.weights("w", {2, 1}, {1, 2});
  file.weights("one", {}, {1});
  file.node("MatMul", {"x", "w"}, "z");
  file.node("Sigmoid", {"z"}, "p");
  file.node("Sub", {"one", "p"}, "q");
  set(file.node("Concat", {"q", "p"}, "both"), "axis", 1);
  set(file.node("ArgMax", {"both"}, "label"), "axis", 1);
  file.output("both", {-1, 2});
  auto& labels = *file.node("ZipMap", {"both"}, "maps", "ai.onnx.ml").add_attribute();
  labels.set_name("classlabels_strings");
  labels.set_type(::onnx::AttributeProto::STRINGS);
  labels.add_strings("benign");
  labels.add_strings("malignant");
  return file;
}

TEST(ForeignModel, with_labels_has_them_and_one_score_of_two_classes) {
  const Model model = sklearn().read();
  EXPECT_EQ(model.schema.labels, (std::vector<std::string>{"benign", "malignant"}));
  EXPECT_EQ(model.scores.shape(), Shape({kBatch, 1}));
  EXPECT_EQ(said(model, model.scores, kRows), (std::vector<double>{-3, 6.5}));
  EXPECT_NEAR(said(model, model.prediction, kRows)[1], 1 / (1 + std::exp(3.0)), 1e-12);
}

TEST(ForeignModel, takes_the_labels_also_where_its_result_is_the_matrix_beside_them) {
  const Model model = sklearn().read({.output = "both"});
  EXPECT_EQ(model.schema.labels, (std::vector<std::string>{"benign", "malignant"}));
}

TEST(ForeignModel, of_several_inputs_has_a_column_of_each) {
  File file;
  file.input("age", {-1, 1}).input("fare", {-1, 1}).output("y", {-1, 1});
  file.node("Sub", {"age", "fare"}, "y");
  const Model model = file.read();
  EXPECT_FALSE(model.schema.by_position);
  EXPECT_EQ(data::names_of(model.schema.features), (std::vector<std::string>{"age", "fare"}));
  EXPECT_EQ(said(model, model.prediction, kRows), (std::vector<double>{3, -2.5}));
}

TEST(ForeignModel, for_a_single_row_without_a_dim_for_rows_takes_many) {
  File file;
  file.input("x", {2}).output("y", {2});
  file.weights("w", {2, 2}, {1, 2, 3, 4});
  file.weights("b", {2}, {0.5f, -1});
  file.node("MatMul", {"w", "x"}, "product");
  file.node("Add", {"product", "b"}, "z");
  file.node("Relu", {"z"}, "y");
  expect_torch(file.read());
}

TEST(ForeignModel, may_use_the_names_that_kette_uses) {
  File file;
  file.input("features", {-1, 2}).output("scores", {-1, 2});
  file.weights("prediction", {2, 2}, {1, 2, 3, 4});
  file.node("MatMul", {"features", "prediction"}, "prepared");
  file.node("Relu", {"prepared"}, "scores");
  const Model model = file.read(), read = from_onnx(to_onnx(model));
  EXPECT_EQ(said(read, read.prediction, kRows), said(model, model.prediction, kRows));
  EXPECT_TRUE(model.parameters.find("prediction_"));
}

TEST(ForeignModel, divides_its_columns_when_told_so) {
  const Model model = torch({-1, 2}).read({.divisor = 2});
  EXPECT_EQ(said(model, model.prediction, kRows), (std::vector<double>{0, 0, 3.75, 5.75}));
  EXPECT_EQ(model.prepared.name(), "prepared");
}

TEST(ForeignModel, shapes_computed_from_shapes_are_read) {
  File file(15);
  file.input("x", {-1, 1, 2}).output("y", {-1, 2});
  file.node("Shape", {"x"}, "shape");
  auto& zero = *file.node("Constant", {}, "zero").add_attribute();
  zero.set_name("value_ints");
  zero.set_type(::onnx::AttributeProto::INTS);
  zero.add_ints(0);
  auto& rest = *file.node("Constant", {}, "rest").add_attribute();
  rest.set_name("value_ints");
  rest.set_type(::onnx::AttributeProto::INTS);
  rest.add_ints(-1);
  file.node("Gather", {"shape", "zero"}, "rows");
  set(file.node("Concat", {"rows", "rest"}, "dims"), "axis", 0);
  file.node("Reshape", {"x", "dims"}, "y");
  EXPECT_EQ(file.read().prediction.shape(), Shape({kBatch, 2}));
}

TEST(ForeignModel, that_is_no_network_on_numbers_is_refused_in_one_line) {
  File text;
  text.input("x", {-1, 1}, TensorProto::STRING).output("y", {-1, 1});
  text.node("Identity", {"x"}, "y");
  EXPECT_EQ(text.refusal(), "net.onnx: input \"x\": elements are of type STRING; expected numbers");
  File empty;
  empty.output("y", {-1, 1});
  EXPECT_EQ(empty.refusal(), "net.onnx: has no input");
  File no_result;
  no_result.input("x", {-1, 1}).output("y", {-1}, TensorProto::INT64);
  EXPECT_EQ(no_result.refusal(), "net.onnx: has no result of floating-point numbers; it has \"y\"");
  File open;
  open.input("x", {-1, -1}).output("y", {-1, 1});
  EXPECT_EQ(open.refusal(), "net.onnx: input \"x\": dim 1 is not fixed; only the first may be open");
  File images = torch({-1, 2});
  images.node("Conv", {"y", "w"}, "c").set_name("first");
  images.node("Resize", {"c"}, "r");
  images.graph.mutable_output(0)->set_name("r");
  EXPECT_EQ(images.refusal(), "net.onnx: unsupported operators: Conv (node \"first\"); Resize (node \"r\")");
}

TEST(ForeignModel, options_that_do_not_fit_are_refused_in_one_line) {
  const File file = torch({-1, 2});
  EXPECT_EQ(file.refusal({.columns = {"a"}}), "net.onnx: 1 columns are named; the model has 2");
  EXPECT_EQ(file.refusal({.task = data::Task::regression, .labels = {"a"}}),
            "net.onnx: a regression has no labels");
  EXPECT_EQ(file.refusal({.task = data::Task::binary, .labels = {"a"}}), "net.onnx: 1 labels for 2 classes");
  EXPECT_EQ(file.refusal({.output = "p"}), "net.onnx: has no result \"p\"; it has \"y\"");
  EXPECT_EQ(file.refusal({.divisor = 0}),
            "net.onnx: the features are to be divided by 0; expected a positive number");
  EXPECT_EQ(torch({-1, 2}, 26).refusal(),
            "net.onnx: operator set ai.onnx 26 is not known; known are 1 to 25");
}

/// A folder that goes with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("kette_foreign_{}", ::getpid());
  Folder() { fs::create_directories(path / "model"); }
  ~Folder() { fs::remove_all(path); }
};

/// The weights stand in the file `location`.
std::string with_external_weights(const Folder& folder, const std::string& location, int64_t offset = 0) {
  File file = torch({-1, 2});
  TensorProto& w = *file.graph.mutable_initializer(0);
  w.clear_float_data();
  w.set_data_location(TensorProto::EXTERNAL);
  const auto add = [&](const std::string& key, const std::string& value) {
    auto& entry = *w.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", location);
  add("offset", std::to_string(offset));
  const fs::path path = folder.path / "model" / "net.onnx";
  std::ofstream(path, std::ios::binary) << file.proto.SerializeAsString();
  return path;
}

std::string refusal_of(const std::string& path) {
  try {
    load_model(path);
    return "read";
  } catch (const Error& error) {
    return std::string(error.what()).substr(path.size());
  }
}

TEST(ForeignModel, reads_weights_from_a_file_of_its_folder_and_of_no_other) {
  const Folder folder;
  const float values[] = {9, 1, 2, 3, 4};
  const std::string_view bytes(reinterpret_cast<const char*>(values), sizeof values);
  for (const char* name : {"model/net.data", "secret"})
    std::ofstream(folder.path / name, std::ios::binary) << bytes;
  fs::create_symlink(folder.path / "secret", folder.path / "model" / "link");
  expect_torch(load_model(with_external_weights(folder, "net.data", 4)));
  const auto refused = [&](const std::string& location, int64_t offset = 4) {
    return refusal_of(with_external_weights(folder, location, offset));
  };
  const std::string outside = "which is not in the model's folder";
  EXPECT_EQ(refused("../secret"), ": initialiser \"w\": its data stand in \"../secret\", " + outside);
  EXPECT_EQ(refused("/etc/passwd"), ": initialiser \"w\": its data stand in \"/etc/passwd\", " + outside);
  EXPECT_EQ(refused("link"), ": initialiser \"w\": its data stand in \"link\", " + outside);
  EXPECT_EQ(refused(""), ": initialiser \"w\": its data stand in \"\", " + outside);
  EXPECT_EQ(refused("nothing"), ": initialiser \"w\": its data in \"nothing\" cannot be read");
  EXPECT_EQ(
      refused("net.data", 8),
      ": initialiser \"w\": its data in \"net.data\" are cut short: 16 bytes from 8 on in a file of 20");
  EXPECT_EQ(refused("net.data", -1),
            ": initialiser \"w\": the offset of its external data is \"-1\"; expected a whole number");
}

}  // namespace
}  // namespace kette::foreign_model_test
