// Graph text in, graph text out.
#include <gtest/gtest.h>

#include "kette/compile/module.h"
#include "kette/graph/text.h"
#include "kette/ops/ops.h"

namespace kette::simplify_test {
namespace {

/// The last node of `text`, simplified.
std::string simplified(std::string_view text) {
  Graph graph;
  parse(text, graph, find_op);
  const std::vector<Value> outputs{graph.value(graph.size() - 1)};
  PassLog log;
  const Module module = simplify(prune(outputs, {}), log);
  return print(*prune(module).graph);
}

struct Rewrite {
  std::string_view before, after;
};

class Simplify : public testing::TestWithParam<Rewrite> {};

TEST_P(Simplify, gives_the_expected_graph) {
  Graph expected;
  parse(GetParam().after, expected, find_op);
  EXPECT_EQ(simplified(GetParam().before), print(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Simplify,
    testing::Values(
        Rewrite{"input x: f32[N,3]\nconstant c: f32[] = 0\ny = add(x, c)\n", "input x: f32[N,3]\n"},
        Rewrite{"input x: f32[N,3]\nconstant c: f32[] = 0\ny = add(c, x)\n", "input x: f32[N,3]\n"},
        Rewrite{"input x: f32[N,3]\nconstant c: f32[] = 1\ny = mul(x, c)\n", "input x: f32[N,3]\n"},
        Rewrite{"input x: f32[N,3]\nconstant c: f32[] = 1\ny = mul(c, x)\n", "input x: f32[N,3]\n"},
        Rewrite{"input x: f32[N,3]\nconstant c: f32[] = 1\ny = div(x, c)\n", "input x: f32[N,3]\n"},
        Rewrite{"input x: f32[N,3]\ny = neg(x)\nz = neg(y)\n", "input x: f32[N,3]\n"},
        // A constant that widens the result must stay.
        Rewrite{"input x: f32[3]\nconstant c: f32[2,3] = [0, 0, 0, 0, 0, 0]\ny = add(x, c)\n",
                "input x: f32[3]\nconstant c: f32[2,3] = [0, 0, 0, 0, 0, 0]\ny = add(x, c)\n"},
        Rewrite{"input x: f32[N,3]\ninput w: f32[4,3]\nt = transpose(w)\ny = matmul(x, t)\n",
                "input x: f32[N,3]\ninput w: f32[4,3]\ny = matmul(x, w, transpose_b=1)\n"},
        Rewrite{"input x: f32[N,3]\ns = softmax(x)\ny = log(s)\n",
                "input x: f32[N,3]\ny = log_softmax(x, axis=1)\n"},
        Rewrite{"input x: f32[N,3]\ninput i: i64[N]\ns = softmax(x)\np = pick(s, i)\ny = log(p)\n",
                "input x: f32[N,3]\ninput i: i64[N]\n%2 = log_softmax(x, axis=1)\ny = pick(%2, i)\n"},
        Rewrite{"input x: f32[N,3]\ninput w: f32[3,2]\ninput b: f32[2]\np = matmul(x, w)\ny = add(p, b)\n",
                "input x: f32[N,3]\ninput w: f32[3,2]\ninput b: f32[2]\ny = matmul(x, w, b)\n"},
        Rewrite{
            "input x: f32[N,3]\nconstant c: f32[] = 2\nconstant d: f32[] = 4\np = mul(x, c)\ny = mul(d, p)\n",
            "input x: f32[N,3]\nconstant %1: f32[] = 8\ny = mul(x, %1)\n"},
        Rewrite{"input x: f32[N,3]\ny = power(x, exponent=2.0)\n", "input x: f32[N,3]\ny = square(x)\n"},
        Rewrite{"input x: f32[N,3]\ninput s: f32[1]\nb = broadcast(s, dims=[3])\ny = mul(x, b)\n",
                "input x: f32[N,3]\ninput s: f32[1]\ny = mul(x, s)\n"},
        Rewrite{"input x: f32[4,6]\na = reshape(x, dims=[24])\ny = reshape(a, dims=[3,8])\n",
                "input x: f32[4,6]\ny = reshape(x, dims=[3, 8])\n"},
        Rewrite{"constant a: f32[] = 2\nconstant b: f32[] = 3\ny = mul(a, b)\n", "constant y: f32[] = 6\n"}));

}  // namespace
}  // namespace kette::simplify_test
