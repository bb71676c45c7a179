// L4 to L7, activation functions (Aktivierungsfunktionen): f(z) and f'(z). The derivative is what gradient()
// makes of the graph; it is compared with the formula as taught.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

double logistic(double z) { return 1 / (1 + std::exp(-z)); }

struct Row {
  Activation activation;
  double (*f)(double z);
  double (*slope)(double z);
};
const Row kRows[] = {
    {Activation::sigmoid, logistic, [](double z) { return logistic(z) * (1 - logistic(z)); }},
    {Activation::tanh, [](double z) { return (std::exp(z) - std::exp(-z)) / (std::exp(z) + std::exp(-z)); },
     [](double z) { return 1 - std::tanh(z) * std::tanh(z); }},
    {Activation::hardtanh, [](double z) { return z < -1  ? -1.0
                                                 : z > 1 ? 1.0
                                                         : z; },
     [](double z) { return -1 <= z && z <= 1 ? 1.0 : 0.0; }},
    {Activation::relu, [](double z) { return z > 0 ? z : 0.0; }, [](double z) { return z > 0 ? 1.0 : 0.0; }},
};
const double kPoints[] = {-3, -1, -0.5, 0, 0.5, 1, 3};

int main() {
  const Tensor points(Shape({7}, DType::f64), std::span<const double>(kPoints));
  bool is_right = true;
  for (const Row& row : kRows) {
    Graph graph;
    const Value z = graph.input("z", Shape({7}, DType::f64)), f = apply(row.activation, z);
    const Value slope = gradient(sum(f), {z})[0];  // ∂(f(z1) + … + f(z7))/∂z_i = f'(z_i)
    const Reference values = interpret(f, {{"z", points}}), slopes = interpret(slope, {{"z", points}});
    fmt::print("\n{}\n      z     f(z)    f'(z)\n", graph.node(f).op->formula);
    for (size_t i = 0; i < 7; ++i) {
      fmt::print("{:7.1f}  {:7.4f}  {:7.4f}\n", kPoints[i], values.values[i], slopes.values[i]);
      is_right = is_right && std::abs(values.values[i] - row.f(kPoints[i])) < 1e-15 &&
                 std::abs(slopes.values[i] - row.slope(kPoints[i])) < 1e-15;
    }
  }
  return is_right ? 0 : 1;
}
