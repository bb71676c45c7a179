// L22, deltas: the gradient of a weight is the scaled error δ_j of the neuron above times the output of the
// neuron below, ∂L/∂w_ij = δ_j·out_i; the update is w_ij ← w_ij − η·δ_j·out_i. Here for every weight of three
// layers.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({1, 3}, DType::f64)),
              y = graph.input("y", Shape({1, 2}, DType::f64));
  const Mlp network = mlp(x, {{4, Activation::sigmoid}, {3, Activation::tanh}, {2, Activation::sigmoid}});
  const Value loss = squared_error(network.output, y);
  const Parameters parameters = initialized(network.parameters, /*seed=*/5);
  Bindings values(parameters.begin(), parameters.end());
  values.emplace("x", Tensor(Shape({1, 3}, DType::f64), {0.5, -1.0, 2.0}));
  values.emplace("y", Tensor(Shape({1, 2}, DType::f64), {1.0, 0.0}));

  double largest_error = 0;
  Value below = x;
  for (size_t l = 0; l < network.layers.size(); ++l) {
    const DenseLayer& layer = network.layers[l];
    const std::vector<Value> found = gradient(loss, {layer.z, layer.parameters[0].value});
    const std::vector<double> delta = interpret(found[0], values).values;  // δ_j = ∂L/∂z_j
    const std::vector<double> weights = interpret(found[1], values).values,
                              out = interpret(below, values).values;
    fmt::print("layer {}: δ =", l + 1);
    for (const double d : delta) fmt::print(" {:9.6f}", d);
    fmt::print("\n");
    for (size_t i = 0; i < out.size(); ++i) {
      fmt::print("  out_{} = {:9.6f}   ∂L/∂w_{}j = δ_j·out_{} =", i + 1, out[i], i + 1, i + 1);
      for (size_t j = 0; j < delta.size(); ++j) {
        fmt::print(" {:9.6f}", weights[i * delta.size() + j]);
        largest_error = std::max(largest_error, std::abs(weights[i * delta.size() + j] - delta[j] * out[i]));
      }
      fmt::print("\n");
    }
    below = layer.h;
  }
  fmt::print("largest difference between gradient and δ_j·out_i: {:.1e}\n", largest_error);
  return largest_error < 1e-15 ? 0 : 1;
}
