#include "kette/graph/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/graph/test_ops.h"

namespace kette::json_test {
namespace {

TEST(Json, every_kind_of_node_is_written_as_documented) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 3});
  graph.parameter("W", {3});
  graph.constant(0.5);
  graph.name(
      graph.apply(testing_ops::kJoin, {x, x}, {{"axis", int64_t{1}}, {"sizes", std::vector<int64_t>{1, 2}}}),
      "y");
  EXPECT_EQ(json(graph), nlohmann::ordered_json::parse(R"({"nodes": [
    {"id": 0, "kind": "input", "name": "x", "dtype": "f32", "shape": ["N", 3]},
    {"id": 1, "kind": "parameter", "name": "W", "dtype": "f32", "shape": [3]},
    {"id": 2, "kind": "constant", "dtype": "f32", "shape": [], "values": [0.5]},
    {"id": 3, "kind": "operation", "name": "y", "op": "join", "inputs": [0, 0],
     "attributes": {"axis": 1, "mode": "plain", "sizes": [1, 2]}, "dtype": "f32", "shape": ["N", 3]}]})"));
}

TEST(Json, what_json_has_no_number_for_is_a_text) {
  Graph graph;
  graph.constant(Tensor(Shape({3}, DType::f64), {std::nan(""), HUGE_VAL, -HUGE_VAL}));
  EXPECT_EQ(json(graph)["nodes"][0]["values"].dump(), R"(["nan","inf","-inf"])");
}

TEST(Json, whole_numbers_are_exact) {
  Graph graph;
  graph.constant(Tensor(Shape({}, DType::i64), {INT64_MAX}));
  EXPECT_EQ(json(graph)["nodes"][0]["values"].dump(), "[9223372036854775807]");
}

TEST(Json, large_constants_are_left_out) {
  Graph graph;
  graph.constant(Tensor(Shape({kJsonValues})));
  graph.constant(Tensor(Shape({kJsonValues + 1})));
  EXPECT_TRUE(json(graph)["nodes"][0].contains("values"));
  EXPECT_FALSE(json(graph)["nodes"][1].contains("values"));
}

TEST(Json, names_that_are_not_utf8_can_still_be_written) {
  Graph graph;
  graph.input(
      "gr\xf6\xdf"
      "e",
      {1});
  EXPECT_EQ(json(graph)["nodes"][0]["name"], "gr\uFFFD\uFFFDe");
  EXPECT_NO_THROW(json(graph).dump());
}

}  // namespace
}  // namespace kette::json_test
