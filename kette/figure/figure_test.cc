#include "kette/figure/figure.h"

#include <gtest/gtest.h>

#include "kette/autodiff/gradient.h"
#include "kette/figure/repeated.h"
#include "kette/ops/ops.h"

namespace kette::figure_test {
namespace {

std::vector<std::string> titles(const Figure& figure) {
  std::vector<std::string> list;
  for (const Figure::Node& node : figure.nodes) list.push_back(node.title() + " : " + node.shape);
  return list;
}

using Lines = std::vector<std::string>;

TEST(Figure, nodes_say_name_operation_attributes_and_shape) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 20});
  const Value w = graph.parameter("W", {20});
  graph.name(concat(std::vector{x, x * w}, 1), "h");
  leaky_relu(x, 0.5);
  leaky_relu(w);
  EXPECT_EQ(titles(figure_of(graph)),
            (Lines{"x : N×20", "W : 1×20", "mul : N×20", "h = concat(axis=1) : N×40",
                   "leaky_relu(slope=0.5) : N×20", "leaky_relu : 1×20"}));
}

TEST(Figure, edges_are_in_the_order_of_the_operands_and_as_many) {
  Graph graph;
  const Value a = graph.input("a", {3}), b = graph.input("b", {3});
  sub(b, a) * sub(b, a);
  const Figure figure = figure_of(graph);
  std::vector<std::pair<size_t, size_t>> edges;
  for (const auto [from, to] : figure.edges) edges.emplace_back(from, to);
  EXPECT_EQ(edges, (std::vector<std::pair<size_t, size_t>>{{1, 2}, {0, 2}, {2, 3}, {2, 3}}));
}

TEST(Figure, small_constants_are_titled_by_their_values_large_ones_by_name) {
  Graph graph;
  graph.input("x", {1});
  graph.constant(0.5);
  graph.constant(Tensor(Shape({2}), {1.0f, 2.0f}));
  graph.constant(Tensor(Shape({5})));
  graph.name(graph.constant(Tensor(Shape({6}))), "six");
  graph.name(graph.constant(0.25), "quarter");
  EXPECT_EQ(titles(figure_of(graph)),
            (Lines{"x : 1×1", "0.5 : 1×1", "[1, 2] : 1×2", "%3 : 1×5", "six : 1×6", "quarter = 0.25 : 1×1"}));
}

TEST(Figure, a_number_stands_beside_each_of_its_uses) {
  Graph graph;
  const Value half = graph.constant(0.5), x = graph.input("x", {3});
  add(x, half);
  mul(half, half);
  graph.constant(7.0);  // of no use
  EXPECT_EQ(titles(figure_of(graph)), (Lines{"0.5 : 1×1", "x : 1×3", "add : 1×3", "mul : 1×1", "7 : 1×1"}));
  const Figure figure = with_repetitions(figure_of(graph));
  EXPECT_EQ(titles(figure),
            (Lines{"x : 1×3", "0.5 : 1×1", "add : 1×3", "0.5 : 1×1", "mul : 1×1", "7 : 1×1"}));
  std::vector<std::pair<size_t, size_t>> edges;
  for (const auto [from, to] : figure.edges) edges.emplace_back(from, to);
  EXPECT_EQ(edges, (std::vector<std::pair<size_t, size_t>>{{0, 2}, {1, 2}, {3, 4}, {3, 4}}));
}

TEST(Figure, what_a_large_backward_pass_takes_from_the_forward_pass_is_called_by_name_beside_it) {
  for (const size_t takers : {20, 21}) {
    Figure figure;
    figure.nodes.push_back({.id = 5, .operation = "exp"});
    for (size_t i = 1; i <= takers; ++i) {
      figure.nodes.push_back({.id = static_cast<int>(i), .operation = "neg", .backward = true});
      figure.edges.push_back({0, i});
    }
    const Figure drawn = with_repetitions(figure);
    ASSERT_EQ(drawn.edges.size(), takers);
    if (takers == 20) {
      EXPECT_EQ(titles(drawn), titles(figure));
      continue;
    }
    ASSERT_EQ(drawn.nodes.size(), 1 + 2 * takers);
    EXPECT_EQ(drawn.nodes[0].title(), "%5 = exp");
    for (size_t i = 0; i < takers; ++i) {
      EXPECT_EQ(drawn.nodes[1 + 2 * i].title(), "%5");
      EXPECT_EQ(drawn.nodes[2 + 2 * i].title(), "neg");
      EXPECT_EQ(drawn.edges[i].from, 1 + 2 * i);
      EXPECT_EQ(drawn.edges[i].to, 2 + 2 * i);
    }
  }
}

TEST(Figure, element_types_are_said_where_they_are_not_the_usual_one) {
  Graph f32, f64;
  f32.input("x", {1});
  f32.input("i", Shape({kBatch}, DType::i64));
  f32.input("d", Shape({2, 3, 4}, DType::f64));
  EXPECT_EQ(titles(figure_of(f32)), (Lines{"x : 1×1", "i : N i64", "d : 2×3×4 f64"}));
  f64.input("d", Shape({}, DType::f64));
  EXPECT_EQ(titles(figure_of(f64)), (Lines{"d : 1×1"}));
}

TEST(Figure, only_what_is_wanted_is_drawn_and_the_gradient_is_marked) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 2});
  exp(x);
  const Value y = sum(square(x));
  const int forward = graph.size();
  const Value by_x = gradient(y, {x})[0];
  const Figure figure = figure_of(graph, {.wanted = {y, by_x}, .backward_from = forward, .batch = 7});
  for (const Figure::Node& node : figure.nodes) {
    EXPECT_NE(node.operation, "exp");
    EXPECT_EQ(node.backward, node.id >= forward) << node.title();
  }
  EXPECT_EQ(figure.nodes.front().shape, "7×2");
  EXPECT_TRUE(figure.nodes.back().backward);
  EXPECT_EQ(titles(figure_of(graph, {.wanted = {y}})).size(), 3u);
}

}  // namespace
}  // namespace kette::figure_test
