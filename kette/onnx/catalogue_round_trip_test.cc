// Every operation of the catalogue as ONNX and back; nothing here knows a single operation but dropout.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/graph/text.h"
#include "kette/graph/verify.h"
#include "kette/onnx/graph_reader.h"
#include "kette/onnx/graph_writer.h"
#include "kette/onnx/test_models.h"
#include "kette/ops/test_samples.h"

namespace kette::catalogue_round_trip_test {
namespace {

constexpr uint64_t kSeed = 20240615;

bool has_form(const OpDef& op) { return op.onnx.write || !op.onnx.type.empty(); }

std::vector<const OpDef*> ops(bool with_form) {
  std::vector<const OpDef*> result;
  for (const OpDef* op : catalogue())
    if (has_form(*op) == with_form && op != &kDropout) result.push_back(op);
  return result;
}

/// Calls for every operation, elementwise ones with operands that broadcast.
std::vector<Example> examples_of(const OpDef& op) {
  if (!op.is_elementwise()) return op.examples();
  const auto count = static_cast<size_t>(op.min_inputs);
  Example equal{.inputs = std::vector<Shape>(count, Shape({kBatch, 3})), .domains = op.domains},
      broadcast = equal;
  broadcast.inputs.back() = Shape({3});
  return {equal, broadcast};
}

Tensor sampled(const Shape& shape, const Domain& domain, uint64_t stream) {
  return test_samples::sampled(shape, domain, kSeed, stream);
}

/// One operation on inputs x0, x1, …, with the result named y; `rows` is an input that has N, in any case.
struct Call {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Bindings bindings;
  Value y;
};

Call call_of(const OpDef& op, const Example& example, bool wide) {
  Call call;
  call.graph->input("rows", Shape({kBatch, 1}));
  call.bindings.emplace("rows", Tensor(Shape({4, 1})));
  std::vector<Value> x;
  for (size_t k = 0; k < example.inputs.size(); ++k) {
    const Shape& given = example.inputs[k];
    const Shape shape = wide && is_float(given.dtype()) ? given.as(DType::f64) : given;
    const std::string name = fmt::format("x{}", k);
    x.push_back(call.graph->input(name, shape));
    call.bindings.emplace(
        name, sampled(shape.bind(4), k < example.domains.size() ? example.domains[k] : Domain{}, k));
  }
  call.y = call.graph->name(call.graph->apply(op, x, example.attributes), "y");
  return call;
}

::onnx::ModelProto written(const Call& call) {
  ::onnx::ModelProto proto;
  proto.set_ir_version(8);
  ::onnx::OperatorSetIdProto& set = *proto.add_opset_import();
  set.set_domain("");
  set.set_version(17);
  proto.mutable_graph()->set_name("call");
  GraphWriter writer(*call.graph, {}, *proto.mutable_graph());
  writer.write(call.y, "y");
  writer.output("y", call.y.shape());
  return proto;
}

class WrittenForm : public testing::TestWithParam<const OpDef*> {};

INSTANTIATE_TEST_SUITE_P(Catalogue, WrittenForm, testing::ValuesIn(ops(true)),
                         [](const auto& info) { return std::string(info.param->name); });

TEST_P(WrittenForm, is_valid_and_has_the_shape_of_the_operation) {
  for (const Example& example : examples_of(*GetParam()))
    for (const bool wide : {false, true}) {
      const Call call = call_of(*GetParam(), example, wide);
      EXPECT_NO_THROW(test_models::check_by_onnx(written(call))) << print(*call.graph);
    }
}

// Float attributes and constants of float32 graphs are rounded to float32; those of float64 graphs are exact.
TEST_P(WrittenForm, computes_the_same_when_read_back) {
  const std::vector<std::string> wanted = {"y"};
  for (const Example& example : examples_of(*GetParam()))
    for (const bool wide : {false, true}) {
      const Call call = call_of(*GetParam(), example, wide);
      Graph read;
      Parameters parameters;
      const ::onnx::ModelProto proto = written(call);
      const Value y = read_graph({.proto = proto.graph()}, wanted, read, parameters)[0].value;
      verify(read);
      EXPECT_EQ(y.shape(), call.y.shape()) << print(read);
      Bindings used = call.bindings;
      std::erase_if(used, [&](const auto& bound) { return !read.find(bound.first); });
      const Reference before = interpret(call.y, call.bindings), after = interpret(y, used);
      ASSERT_EQ(before.shape, after.shape) << print(read);
      const double bound = wide ? 1e-14 : 1e-6;
      for (size_t i = 0; i < before.values.size(); ++i)
        ASSERT_NEAR(before.values[i], after.values[i], bound * (1 + std::abs(before.values[i])))
            << print(*call.graph) << print(read);
    }
}

TEST(WrittenForm, of_an_operation_for_training_only_is_refused_by_name) {
  ASSERT_FALSE(ops(false).empty());
  for (const OpDef* op : ops(false)) try {
      written(call_of(*op, examples_of(*op).front(), false));
      ADD_FAILURE() << op->name << " is written";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), fmt::format("[onnx] the operation {} has no ONNX form", op->name));
    }
}

TEST(WrittenForm, of_dropout_drops_nothing_and_needs_no_step) {
  const auto proto = written(call_of(kDropout, kDropout.examples().front(), false));
  EXPECT_NO_THROW(test_models::check_by_onnx(proto));
  ASSERT_EQ(proto.graph().node_size(), 1);
  EXPECT_EQ(proto.graph().node(0).op_type(), "Identity");
  EXPECT_EQ(proto.graph().input_size(), 1);
}

}  // namespace
}  // namespace kette::catalogue_round_trip_test
