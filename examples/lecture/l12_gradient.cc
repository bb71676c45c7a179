// L12, the gradient ∇f(x) = (∂f/∂x_1, …, ∂f/∂x_n) is the direction of steepest ascent. f(x) = x_1² + 3·x_2 at
// (2, 1): ∇f = (4, 3). Of all directions of length 1, f grows fastest along ∇f/|∇f| = (0.8, 0.6), at the rate
// |∇f| = 5.
#include <kette/kette.h>

#include <cmath>
#include <numbers>

using namespace kette;

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({2}, DType::f64)),
              direction = graph.input("direction", Shape({2}, DType::f64));
  const Value f = sum(square(slice(x, 0, 0, 1)) + 3.0 * slice(x, 0, 1, 2));
  const Value ascent = gradient(f, {x})[0];
  const Value rate = jvp(f, std::vector{x}, std::vector{direction});  // how fast f grows in that direction
  Bindings bindings{{"x", Tensor(Shape({2}, DType::f64), {2.0, 1.0})},
                    {"direction", Tensor(Shape({2}, DType::f64))}};

  const std::vector<double> g = interpret(ascent, bindings).values;
  fmt::print("f(2, 1) = {}, gradient ({}, {})\n", interpret(f, bindings).values[0], g[0], g[1]);
  double steepest = -1e9, best = 0;
  for (int degree = 0; degree < 360; ++degree) {
    const double angle = degree * std::numbers::pi / 180;
    bindings.at("direction") = Tensor(Shape({2}, DType::f64), {std::cos(angle), std::sin(angle)});
    const double growth = interpret(rate, bindings).values[0];
    if (degree % 45 == 0) fmt::print("{:4}°: f grows at the rate {:6.3f}\n", degree, growth);
    if (growth > steepest) steepest = growth, best = degree;
  }
  const double along = std::atan2(g[1], g[0]) * 180 / std::numbers::pi;
  fmt::print("steepest of 360 directions: {}° (rate {:.4f}); the gradient points to {:.2f}°\n", best,
             steepest, along);
  return g[0] == 4 && g[1] == 3 && std::abs(best - along) <= 0.5 && std::abs(steepest - 5) < 1e-3 ? 0 : 1;
}
