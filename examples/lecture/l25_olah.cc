// L25, forward and reverse mode [Olah 2015, "Calculus on Computational Graphs: Backpropagation"]: e =
// (a+b)·(b+1) with a = 2, b = 1. Forward mode gives the effect of one input on every node, reverse mode the
// effect of every node on one output: with many inputs and one loss, reverse mode needs one pass where
// forward mode needs one for each input.
#include <kette/kette.h>

using namespace kette;

int main() {
  Graph graph;
  const Value a = graph.input("a", Shape({}, DType::f64)), b = graph.input("b", Shape({}, DType::f64));
  const Value c = graph.name(a + b, "c"), d = graph.name(b + 1.0, "d"), e = graph.name(c * d, "e");
  const Bindings at{{"a", Tensor(Shape({}, DType::f64), {2.0})}, {"b", Tensor(Shape({}, DType::f64), {1.0})}};
  const auto value = [&](Value v) { return interpret(v, at).values[0]; };
  const Value one = graph.constant(1.0, DType::f64);

  fmt::print("a = {}, b = {}, c = a + b = {}, d = b + 1 = {}, e = c·d = {}\n\n", value(a), value(b), value(c),
             value(d), value(e));

  const std::vector<Value> nodes = {a, b, c, d, e};
  const std::vector<Value> reverse = gradient(e, nodes);  // one pass
  std::vector<double> effect, from_a, from_b;
  for (size_t i = 0; i < nodes.size(); ++i) {
    effect.push_back(value(reverse[i]));
    from_a.push_back(value(jvp(nodes[i], std::vector{a}, std::vector{one})));
    from_b.push_back(value(jvp(nodes[i], std::vector{b}, std::vector{one})));
  }
  fmt::print("                          a   b   c   d   e\n");
  fmt::print("reverse: ∂e/∂node     {:5}{:4}{:4}{:4}{:4}\n", effect[0], effect[1], effect[2], effect[3],
             effect[4]);
  fmt::print("forward: ∂node/∂a     {:5}{:4}{:4}{:4}{:4}\n", from_a[0], from_a[1], from_a[2], from_a[3],
             from_a[4]);
  fmt::print("forward: ∂node/∂b     {:5}{:4}{:4}{:4}{:4}\n", from_b[0], from_b[1], from_b[2], from_b[3],
             from_b[4]);

  const bool is_right =
      value(c) == 3 && value(d) == 2 && value(e) == 6 && effect == std::vector<double>{2, 5, 2, 3, 1} &&
      from_a == std::vector<double>{1, 0, 1, 0, 2} && from_b == std::vector<double>{0, 1, 1, 1, 5};
  return is_right ? 0 : 1;
}
