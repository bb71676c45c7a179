#include <gtest/gtest.h>

#include <sstream>

#include "kette/figure/label.h"
#include "kette/figure/render.h"
#include "kette/figure/test_figures.h"

namespace kette::text_test {
namespace {

TEST(FigureText, a_line_for_each_node_and_its_numbers_below) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 2}), w = graph.parameter("W", {2, 3});
  const Value z = matmul(x, w);
  graph.name(tanh(z * 0.5), "h");
  Figure figure = figure_of(graph);
  figure.nodes[1].numbers = {{"value", Tensor(Shape({2, 3}), {1.0f, -0.25f, 10.5f, 0.0f, 2.0f, 1e-6f})},
                             {"gradient", Tensor(Shape({20})), true}};
  figure.nodes.back().backward = true;
  EXPECT_EQ(to_text(figure, 60), R"(x    N×2  input
W    2×3  parameter
    value     1  −0.25  10.5
              0   2      1e-06
    gradient  all 0
%2   N×3  matmul(x, W)
%4   N×3  mul(%2, 0.5)
backward:
h    N×3  tanh(%4)
)");
}

TEST(FigureText, lines_are_no_longer_than_the_terminal_is_wide) {
  for (auto [name, figure] : test_figures::gallery()) {
    figure.nodes.front().name = "a name much longer than any column could be, and then some more of it";
    figure.nodes.back().operation =
        "an_operation_whose_name_alone_is_longer_than_forty_columns_which_none_is";
    for (const size_t columns : {40, 60, 100}) {
      std::istringstream lines(to_text(figure, columns));
      for (std::string line; std::getline(lines, line);)
        EXPECT_LE(width_of(line), columns) << name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace kette::text_test
