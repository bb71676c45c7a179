#include "kette/graph/dot.h"

#include <gtest/gtest.h>

#include "kette/graph/test_ops.h"

namespace kette::dot_test {
namespace {

TEST(Dot, kinds_of_nodes_are_drawn_as_in_textbooks) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 20});
  const Value w = graph.parameter("W", {20});
  graph.constant(0.5, DType::f64);
  graph.apply(testing_ops::kWave, {x}, {{"frequency", 2.0}});
  graph.name(graph.apply(testing_ops::kJoin, {w, w}, {{"axis", int64_t{0}}}), "h");
  EXPECT_EQ(dot(graph), R"(digraph kette {
  rankdir=BT;
  ordering=in;
  n0 [label="x\nN×20", shape=plaintext];
  n1 [label="W\n20", shape=box, style=filled, fillcolor=lightgrey];
  n2 [label="0.5\n1 f64", shape=plaintext, fontsize=10, margin=0, height=0];
  n3 [label="wave(frequency=2.0)\nN×20", shape=oval];
  n0 -> n3;
  n4 [label="h = join(axis=0)\n20", shape=oval];
  n1 -> n4;
  n1 -> n4;
}
)");
}

TEST(Dot, large_constants_are_drawn_by_name_alone) {
  Graph graph;
  graph.constant(Tensor(Shape({5})));
  graph.constant(Tensor(Shape({2}), {1.0f, 2.0f}));
  const std::string text = dot(graph);
  EXPECT_NE(text.find(R"(label="%0\n5")"), text.npos) << text;
  EXPECT_NE(text.find(R"(label="[1, 2]\n2")"), text.npos) << text;
}

TEST(Dot, names_cannot_break_out_of_their_quotes) {
  Graph graph;
  graph.input("a\"b\\N\nc", {1});
  EXPECT_NE(dot(graph).find(R"(label="a\"b\\N c\n1")"), std::string::npos) << dot(graph);
}

}  // namespace
}  // namespace kette::dot_test
