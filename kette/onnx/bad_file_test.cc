// Whatever a file holds: a model, or one clear line.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <functional>
#include <optional>

#include "kette/base/error.h"
#include "kette/onnx/read.h"
#include "kette/onnx/test_models.h"
#include "kette/onnx/write.h"

namespace kette::bad_file_test {
namespace {

/// The message, or nothing when the bytes are a model.
std::optional<std::string> refusal(std::string_view bytes) {
  try {
    from_onnx(bytes, "model.onnx");
    return std::nullopt;
  } catch (const Error& error) {
    return error.what();
  }
}

/// The refusal of a good file after a change.
std::string refusal_after(const std::function<void(::onnx::ModelProto&)>& change) {
  ::onnx::ModelProto proto;
  EXPECT_TRUE(proto.ParseFromString(to_onnx(test_models::multiclass())));
  change(proto);
  return refusal(proto.SerializeAsString()).value_or("read");
}

::onnx::NodeProto& node(::onnx::ModelProto& proto, std::string_view name) {
  for (::onnx::NodeProto& node : *proto.mutable_graph()->mutable_node())
    if (node.name() == name) return node;
  throw std::runtime_error("no such node");
}

::onnx::TensorProto& initializer(::onnx::ModelProto& proto, std::string_view name) {
  for (::onnx::TensorProto& tensor : *proto.mutable_graph()->mutable_initializer())
    if (tensor.name() == name) return tensor;
  throw std::runtime_error("no such initialiser");
}

void set_metadata(::onnx::ModelProto& proto, std::string_view key, const std::string& value) {
  for (auto& entry : *proto.mutable_metadata_props())
    if (entry.key() == key) entry.set_value(value);
}

TEST(BadFile, cut_short_anywhere_is_refused_in_one_line) {
  for (const std::string& bytes : {to_onnx(test_models::multiclass()), to_onnx(test_models::regression())})
    for (size_t size = 0; size < bytes.size(); ++size) {
      const auto message = refusal(std::string_view(bytes).substr(0, size));
      ASSERT_TRUE(message) << size << " of " << bytes.size() << " bytes are read";
      ASSERT_TRUE(message->starts_with("model.onnx: ")) << *message;
      ASSERT_EQ(message->find('\n'), message->npos) << *message;
    }
}

// Some changes, as of a digit of a weight, are not to be noticed; none may do more than be refused.
TEST(BadFile, with_any_byte_changed_is_a_model_or_refused) {
  const std::string bytes = to_onnx(test_models::binary());
  int refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at)
    for (const int flip : {0x01, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      refused += refusal(changed).has_value();
    }
  EXPECT_GT(refused, 100);
}

TEST(BadFile, that_is_no_onnx_is_refused) {
  EXPECT_EQ(refusal(""), "model.onnx: the file is empty");
  EXPECT_EQ(refusal("age,fare\n1,2\n"), "model.onnx: not an ONNX model, or cut short");
  EXPECT_EQ(refusal(std::string(1000, '\xFF')), "model.onnx: not an ONNX model, or cut short");
}

TEST(BadFile, that_does_not_exist_or_is_a_folder_is_refused_by_path) {
  EXPECT_THROW(
      try { load_model("/no/such/model.onnx"); } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "/no/such/model.onnx: cannot be read: No such file or directory");
        throw;
      },
      Error);
  EXPECT_THROW(
      try { load_model("/tmp"); } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "/tmp: cannot be read: Is a directory");
        throw;
      },
      Error);
}

TEST(BadFile, of_kette_without_its_metadata_is_refused) {
  EXPECT_EQ(refusal_after([](auto& proto) { proto.clear_metadata_props(); }),
            "model.onnx: the metadata kette.version are missing: the file is cut short");
}

TEST(BadFile, of_a_later_version_is_refused) {
  EXPECT_EQ(refusal_after([](auto& proto) {
              set_metadata(proto, "kette.version", "9.1.0");
              set_metadata(proto, "kette.schema", R"({"version": 9, "columns": []})");
            }),
            "model.onnx: the model is in format 9, written by kette 9.1.0; this kette reads formats up to 3");
  EXPECT_EQ(refusal_after([](auto& proto) { proto.mutable_opset_import(0)->set_version(99); }),
            "model.onnx: operator set ai.onnx 99 is not known; known are 1 to 25");
}

TEST(BadFile, of_an_earlier_version_asks_for_a_new_training) {
  EXPECT_EQ(refusal_after([](auto& proto) { set_metadata(proto, "kette.schema", R"({"version": 1})"); }),
            "model.onnx: the model is in the old format 1; train it anew");
}

TEST(BadFile, with_a_damaged_schema_is_refused) {
  const auto with_schema = [](const std::string& json) {
    return refusal_after([&json](auto& proto) { set_metadata(proto, "kette.schema", json); });
  };
  EXPECT_EQ(with_schema("{\"version\": 2"), "model.onnx: kette.schema is not a JSON object");
  EXPECT_EQ(with_schema(std::string(100000, '[')), "model.onnx: kette.schema is not a JSON object");
  EXPECT_EQ(with_schema("{\"version\": 2}"), "model.onnx: kette.schema has no text \"task\"");
  const auto with = [&](const std::string& features, const std::string& task, const std::string& labels) {
    return with_schema(
        fmt::format(R"({{"version": 2, "task": "{}", "features": {}, "targets": ["t"], "labels": {}}})", task,
                    features, labels));
  };
  const std::string number = R"([{"name": "a", "kind": "number"}])";
  EXPECT_EQ(with(number, "binary", R"(["x"])"), "model.onnx: [model] 1 labels do not fit the task binary");
  EXPECT_EQ(with(number, "multiclass", R"(["x", "y", "z"])"),
            "model.onnx: [model] features is f32[N,3]; expected f32[N,1]");
  EXPECT_EQ(with(number, "guess", "[]"),
            "model.onnx: [task] unknown task \"guess\"; expected regression, binary or multiclass");
}

TEST(BadFile, with_a_damaged_feature_is_refused) {
  const auto with_feature = [](const std::string& feature) {
    return refusal_after([&feature](auto& proto) {
      set_metadata(proto, "kette.schema",
                   fmt::format(R"({{"version": 2, "task": "multiclass", "features": [{}], "targets": ["t"],)"
                               R"( "labels": ["x", "y", "z"]}})",
                               feature));
    });
  };
  EXPECT_EQ(with_feature("7"), "model.onnx: a feature in kette.schema is not an object");
  EXPECT_EQ(with_feature(R"({"name": "a"})"), "model.onnx: kette.schema has no text \"kind\"");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "image"})"),
            "model.onnx: [feature] unknown kind \"image\"");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "category", "categories": ["u"], "kept": 2})"),
            "model.onnx: [model] the feature \"a\" is a category with 1 categories of which 2 are kept");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "category", "categories": ["u"], "kept": -1})"),
            "model.onnx: [model] the feature \"a\" is a category with 1 categories of which -1 are kept");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "category", "categories": ["u", 3], "kept": 1})"),
            "model.onnx: \"categories\" in kette.schema is not a list of texts");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "category", "categories": ["u", "u"], "kept": 1})"),
            "model.onnx: [model] the category \"u\" stands twice");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "words"})"),
            "model.onnx: [model] the feature \"a\" is a words with 0 categories of which 0 are kept");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "date"})"),
            "model.onnx: [model] the feature \"a\" is a date with the date format \"\"");
  EXPECT_EQ(with_feature(R"({"name": "a", "kind": "number", "shared": true})"),
            "model.onnx: [model] the feature \"a\" is a number; only categories are shared");
  EXPECT_EQ(
      with_feature(R"({"name": "a", "kind": "category", "categories": ["u"], "kept": 1, "shared": true}, )"
                   R"({"name": "b", "kind": "category", "categories": ["v"], "kept": 1, "shared": true})"),
      "model.onnx: [model] the features \"a\" and \"b\" share their categories, but have different ones");
  EXPECT_NE(with_feature(R"({"name": "a", "kind": "date", "format": "sometime"})").find("sometime"),
            std::string::npos);
}

TEST(BadFile, with_unsupported_operators_names_all_of_them_with_their_nodes) {
  EXPECT_EQ(
      refusal_after([](auto& proto) {
        node(proto, "h1").set_op_type("Conv");
        node(proto, "z1").set_op_type("FancyActivation");
        node(proto, "standardized").set_domain("com.example");
        node(proto, "scores").set_op_type("Conv");
      }),
      "model.onnx: unsupported operators: Conv (node \"h1\", \"scores\"); FancyActivation (node \"z1\"); "
      "com.example.Div (node \"standardized\")");
}

TEST(BadFile, with_values_missing_or_in_a_circle_is_refused) {
  EXPECT_EQ(refusal_after([](auto& proto) { node(proto, "z1").set_input(0, "nowhere"); }),
            "model.onnx: node \"z1\" (Add): the value \"nowhere\" is not defined: it is no input, no "
            "initialiser and no "
            "node's result");
  EXPECT_EQ(refusal_after([](auto& proto) { node(proto, "z1").set_input(0, "probabilities"); }),
            "model.onnx: node \"z1\" (Add): the value \"probabilities\" is used before it is computed: nodes "
            "are out of "
            "order or form a cycle");
  EXPECT_EQ(refusal_after([](auto& proto) { node(proto, "z1").set_output(0, "h1"); }),
            "model.onnx: two values have the name \"h1\"");
  EXPECT_EQ(refusal_after([](auto& proto) { initializer(proto, "W1").set_name("W9"); }),
            "model.onnx: the parameter \"W1\" has no initialiser");
  EXPECT_EQ(refusal_after([](auto& proto) { node(proto, "z1").clear_input(); }),
            "model.onnx: node \"z1\" (Add): 0 operands; expected 2");
}

TEST(BadFile, with_bad_tensors_is_refused) {
  EXPECT_EQ(refusal_after([](auto& proto) { initializer(proto, "W1").set_dims(0, -3); }),
            "model.onnx: initialiser \"W1\": a dim is -3; dims must not be negative");
  EXPECT_EQ(refusal_after([](auto& proto) { initializer(proto, "W1").set_dims(0, INT64_MAX); }),
            "model.onnx: initialiser \"W1\": [shape] too many elements: dims [9223372036854775807,4]");
  EXPECT_EQ(refusal_after([](auto& proto) { initializer(proto, "W1").set_dims(0, 1'000'000'000'000); }),
            "model.onnx: initialiser \"W1\": 48 bytes do not fill f32[1000000000000,4], which takes "
            "16000000000000");
  EXPECT_EQ(refusal_after(
                [](auto& proto) { initializer(proto, "W1").set_data_type(::onnx::TensorProto::COMPLEX64); }),
            "model.onnx: initialiser \"W1\": elements are of type COMPLEX64; expected numbers");
  EXPECT_EQ(
      refusal_after(
          [](auto& proto) { initializer(proto, "W1").set_data_location(::onnx::TensorProto::EXTERNAL); }),
      "model.onnx: initialiser \"W1\": its data stand in the file \"\", which cannot be found from here");
  EXPECT_EQ(
      refusal_after([](auto& proto) {
        ::onnx::TensorProto& tensor = initializer(proto, "W1");
        tensor.set_data_type(::onnx::TensorProto::DOUBLE);
        tensor.set_raw_data(std::string(96, '\0'));
      }),
      "model.onnx: node \"_MatMul_5\" (MatMul): [matmul] operands differ in type or are not real: f32[N,3] x "
      "f64[3,4]");
}

TEST(BadFile, with_other_inputs_or_results_is_refused) {
  const auto features = [](::onnx::ModelProto& proto) {
    return proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
  };
  EXPECT_EQ(refusal_after([&](auto& proto) { features(proto)->set_elem_type(::onnx::TensorProto::STRING); }),
            "model.onnx: input \"features\": elements are of type STRING; expected numbers");
  EXPECT_EQ(refusal_after(
                [&](auto& proto) { features(proto)->mutable_shape()->mutable_dim(1)->set_dim_value(-1); }),
            "model.onnx: input \"features\": a dim is -1; dims must not be negative");
  EXPECT_EQ(refusal_after(
                [&](auto& proto) { features(proto)->mutable_shape()->mutable_dim(1)->set_dim_param("F"); }),
            "model.onnx: input \"features\": dim 1 is not fixed; only the first may be open");
  EXPECT_EQ(refusal_after([](auto& proto) { node(proto, "probabilities").set_output(0, "chances"); }),
            "model.onnx: the value \"probabilities\" is not defined: it is no input, no initialiser and no "
            "node's result");
}

TEST(BadFile, with_an_attribute_that_changes_the_meaning_is_refused) {
  EXPECT_EQ(refusal_after([](auto& proto) {
              ::onnx::AttributeProto& attribute = *node(proto, "scores").add_attribute();
              attribute.set_name("saturate");
              attribute.set_type(::onnx::AttributeProto::INT);
            }),
            "model.onnx: node \"scores\" (Add): the attribute \"saturate\" is not supported");
}

}  // namespace
}  // namespace kette::bad_file_test
