// L23, the algorithm. Forward pass: the output of each neuron. Backward pass, from the output to the input:
// δ of each neuron and Δw_ij = −η·δ_j·out_i, from what the forward pass computed. By hand, and compiled.
#include <kette/kette.h>

#include <cmath>

using namespace kette;
using Numbers = std::vector<double>;
/// One step on one sample; weights of each layer are row-major.
void step_by_hand(std::vector<Numbers>& weights, const Numbers& x, double y, double rate) {
  std::vector<Numbers> out = {x};
  for (const Numbers& w : weights) {  // forward
    Numbers next(w.size() / out.back().size());
    for (size_t i = 0; i < w.size(); ++i) next[i % next.size()] += out.back()[i / next.size()] * w[i];
    for (double& z : next) z = 1 / (1 + std::exp(-z));
    out.push_back(next);
  }
  Numbers error = {out.back()[0] - y};         // ∂L/∂out
  for (size_t l = weights.size(); l-- > 0;) {  // backward
    Numbers delta = error;
    for (size_t j = 0; j < delta.size(); ++j) delta[j] *= out[l + 1][j] * (1 - out[l + 1][j]);
    error.assign(out[l].size(), 0);
    for (size_t i = 0; i < error.size(); ++i)
      for (size_t j = 0; j < delta.size(); ++j) {
        error[i] += weights[l][i * delta.size() + j] * delta[j];
        weights[l][i * delta.size() + j] -= rate * delta[j] * out[l][i];
      }
  }
}

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({1, 2}, DType::f64)),
              y = graph.input("y", Shape({1, 1}, DType::f64));
  const Activation f = Activation::sigmoid;
  const Mlp network = mlp(x, {{.units = 4, .activation = f, .bias = false}, {3, f, false}, {1, f, false}});
  const Value loss = squared_error(network.output, y);
  const TrainingStep step = training_step(loss, values_of(network.parameters), {&kSgd});
  Parameters compiled = initialized(network.parameters, /*seed=*/6);
  std::vector<Numbers> loops;
  for (auto& [name, w] : compiled) loops.emplace_back(w.values<double>().begin(), w.values<double>().end());
  Program program(std::vector{loss}, step.updates, [&](auto name) { return compiled.find(name); });
  const Bindings inputs = {{"x", Tensor(x.shape(), {0.8, -0.3})},
                           {"y", Tensor(y.shape(), {0.9})},
                           {"learning_rate", Tensor(Shape({}, DType::f64), {0.5})}};
  for (const auto& [name, tensor] : inputs) program.set(name, tensor);
  for (int i = 0; i < 100; ++i) {
    program.run();
    step_by_hand(loops, {0.8, -0.3}, 0.9, 0.5);
    if (i % 25 == 0) fmt::print("step {:3}: loss {:.8f}\n", i + 1, program.values<double>(0)[0]);
  }
  double largest = 0;
  for (size_t l = 0; l < loops.size(); ++l) {
    const std::span<double> w = compiled.at(fmt::format("W{}", l + 1)).values<double>();
    for (size_t i = 0; i < w.size(); ++i) largest = std::max(largest, std::abs(loops[l][i] - w[i]));
  }
  fmt::print("largest difference of a weight after 100 steps: {:.1e}\n", largest);
  return largest < 1e-13 ? 0 : 1;
}
