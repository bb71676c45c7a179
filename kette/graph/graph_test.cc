#include "kette/graph/graph.h"

#include <gtest/gtest.h>

#include <limits>

#include "kette/graph/test_ops.h"

namespace kette::graph_test {
namespace {

using testing_ops::kJoin;
using testing_ops::kWave;
using testing_ops::message;

TEST(Graph, the_same_operation_on_the_same_operands_is_one_node) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 3});
  const Value y = graph.apply(kWave, {x});
  EXPECT_EQ(graph.apply(kWave, {x}), y);
  EXPECT_EQ(graph.apply(kWave, {x}, {{"frequency", 1.0}}), y);         // the default, spelled out
  EXPECT_EQ(graph.apply(kWave, {x}, {{"frequency", int64_t{1}}}), y);  // a whole number for a real
  EXPECT_EQ(graph.size(), 2);
}

TEST(Graph, attributes_are_part_of_an_operations_identity) {
  Graph graph;
  const Value x = graph.input("x", {3});
  const Value two = graph.apply(kWave, {x}, {{"frequency", 2.0}});
  const Value three = graph.apply(kWave, {x}, {{"frequency", 3.0}});
  EXPECT_NE(two, three);
  EXPECT_NE(graph.apply(kWave, {x}, {{"frequency", 0.0}}), graph.apply(kWave, {x}, {{"frequency", -0.0}}));
}

TEST(Graph, operations_and_the_order_of_operands_are_told_apart) {
  Graph graph;
  const Value a = graph.input("a", {3}), b = graph.input("b", {3});
  const Attributes axis{{"axis", int64_t{0}}};
  EXPECT_NE(graph.apply(kJoin, {a, b}, axis), graph.apply(kJoin, {b, a}, axis));
  EXPECT_NE(graph.apply(kJoin, {a}, axis), graph.apply(kJoin, {a, a}, axis));
  EXPECT_NE(graph.apply(kJoin, {a}, axis), graph.apply(kWave, {a}));
}

TEST(Graph, equal_constants_are_one_node_and_others_are_not) {
  Graph graph;
  const Value half = graph.constant(0.5);
  EXPECT_EQ(graph.constant(Tensor(Shape({}), {0.5f})), half);
  EXPECT_NE(graph.constant(0.5, DType::f64), half);
  EXPECT_NE(graph.constant(Tensor(Shape({1}), {0.5f})), half);
  EXPECT_NE(graph.constant(0.0), graph.constant(-0.0));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(graph.constant(nan), graph.constant(nan));
}

TEST(Graph, leaves_are_known_by_name) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 3});
  EXPECT_EQ(graph.input("x", {kBatch, 3}), x);
  EXPECT_EQ(graph.find("x"), x);
  EXPECT_FALSE(graph.find("y"));
  EXPECT_EQ(message([&] {
              graph.input("x", {kBatch, 4});
            }),
            "[graph] the name \"x\" is taken by a f32[N,3] node");
  EXPECT_THROW(graph.parameter("x", {3}), Error);
  EXPECT_EQ(message([&] {
              graph.parameter("W", {kBatch, 4});
            }),
            "[graph] the parameter \"W\" has the symbolic dim N");
}

TEST(Graph, a_node_can_be_named_and_renamed) {
  Graph graph;
  const Value y = graph.apply(kWave, {graph.input("x", {3})});
  EXPECT_EQ(graph.label(y.id), "%1");
  EXPECT_EQ(graph.name(y, "y"), y);
  EXPECT_EQ(graph.name(y, "y"), y);
  graph.name(y, "z");
  EXPECT_EQ(graph.find("z"), y);
  EXPECT_FALSE(graph.find("y"));
  EXPECT_EQ(graph.label(y.id), "z");
}

TEST(Graph, bad_names_are_refused) {
  Graph graph;
  const Value x = graph.input("x", {3});
  const Value y = graph.apply(kWave, {x});
  EXPECT_EQ(message([&] { graph.name(y, "x"); }), "[graph] the name \"x\" is taken");
  EXPECT_EQ(message([&] { graph.name(x, "z"); }), "[graph] the input \"x\" cannot be renamed");
  EXPECT_EQ(message([&] { graph.name(y, "%\n"); }),
            "[graph] \"%\\n\" is not a name; a name is not empty and does not begin with %");
  EXPECT_THROW(graph.name(y, ""), Error);
  EXPECT_THROW(graph.input("", {3}), Error);
  EXPECT_EQ(graph.find("x"), x);
}

TEST(Graph, values_that_are_not_of_this_graph_are_refused) {
  Graph graph, other;
  const Value stranger = other.input("x", {3});
  graph.input("x", {3});
  EXPECT_EQ(message([&] { graph.apply(kWave, {stranger}); }), "[wave] an operand belongs to another graph");
  EXPECT_EQ(message([&] { graph.apply(kWave, {Value{}}); }), "[wave] an operand belongs to no graph");
  EXPECT_EQ(message([&] {
              graph.apply(kWave, {Value{&graph, 7}});
            }),
            "[wave] an operand is node 7; the graph has 1");
  EXPECT_THROW(graph.name(stranger, "y"), Error);
  EXPECT_THROW(graph.name(Value{}, "y"), Error);
  EXPECT_THROW(graph.value(1), Error);
  EXPECT_EQ(graph.value(0), graph.find("x"));
}

TEST(Graph, misfit_calls_are_refused_and_leave_the_graph_as_it_was) {
  Graph graph;
  const Value x = graph.input("x", {3}), y = graph.input("y", {4});
  const Attributes axis{{"axis", int64_t{0}}};
  EXPECT_EQ(message([&] { graph.apply(kWave, {x, y}); }), "[wave] takes 1 operand(s), found 2");
  EXPECT_EQ(message([&] { graph.apply(kJoin, {}, axis); }), "[join] takes 1 or more operand(s), found 0");
  EXPECT_EQ(message([&] { graph.apply(kJoin, {x, y}, axis); }), "[join] operands differ: f32[3] and f32[4]");
  EXPECT_EQ(message([&] { graph.apply(kJoin, {x}); }), "[join] attribute \"axis\" is missing");
  EXPECT_EQ(message([&] {
              graph.apply(kJoin, {x}, {{"axis", 0.5}});
            }),
            "[join] attribute \"axis\" is 0.5; expected the form of 0");
  EXPECT_EQ(message([&] { graph.apply(kWave, {x}, {{"speed", 1.0}}); }), "[wave] has no attribute \"speed\"");
  EXPECT_EQ(graph.size(), 2);
}

TEST(Graph, elementwise_operands_broadcast_with_the_batch_dim_first) {
  const auto result = [](std::vector<Shape> shapes) { return broadcast_shapes(kWave, shapes); };
  EXPECT_EQ(result({{kBatch, 3}, {3}}), Shape({kBatch, 3}));
  EXPECT_EQ(result({{kBatch, 1}, {1, 3}}), Shape({kBatch, 3}));
  EXPECT_EQ(result({{}, {2, 3}}), Shape({2, 3}));
  EXPECT_EQ(result({{0}, {1}}), Shape({0}));
  EXPECT_EQ(message([&] { result({{2, 3}, {4}}); }), "[wave] shapes [2,3] and [4] do not broadcast together");
  EXPECT_EQ(message([&] { result({{kBatch}, {5, 1}}); }), "[wave] the batch dim N would not be the first");
  EXPECT_THROW(result({{kBatch, 3}, {32, 3}}), Error);
}

}  // namespace
}  // namespace kette::graph_test
