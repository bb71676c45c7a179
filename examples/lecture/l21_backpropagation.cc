// L21, the worked example: NN(x) = σ(Σ_j w_j h_j), h_j = σ(Σ_i W_ij x_i), L = ½(y − NN(x))². The steps:
// compute the output, compute the gradients, adapt the weights. The gradients agree with the closed forms of
// the lecture to 1e-12.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

double logistic(double z) { return 1 / (1 + std::exp(-z)); }
double slope(double z) { return logistic(z) * (1 - logistic(z)); }  // σ'(z)

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({1, 2}, DType::f64)),
              y = graph.input("y", Shape({1, 1}, DType::f64));
  const Value W = graph.parameter("W", Shape({2, 3}, DType::f64)),
              w = graph.parameter("w", Shape({3, 1}, DType::f64));
  const Value output = sigmoid(matmul(sigmoid(matmul(x, W)), w)), loss = squared_error(output, y);
  const std::vector<Value> gradients = gradient(loss, {W, w});

  const double xs[2] = {1, 0.5}, ws[3] = {0.2, -0.4, 0.9}, Ws[2][3] = {{0.1, 0.8, -0.3}, {-0.5, 0.4, 0.6}},
               target = 1;
  Bindings values{{"x", Tensor(Shape({1, 2}, DType::f64), std::span<const double>(xs))},
                  {"y", Tensor(Shape({1, 1}, DType::f64), {target})},
                  {"W", Tensor(Shape({2, 3}, DType::f64), std::span<const double>(&Ws[0][0], 6))},
                  {"w", Tensor(Shape({3, 1}, DType::f64), std::span<const double>(ws))}};

  const double before = interpret(loss, values).values[0], nn = interpret(output, values).values[0];
  const std::vector<double> dW = interpret(gradients[0], values).values,
                            dw = interpret(gradients[1], values).values;
  fmt::print("NN(x) = {:.6f}, y = {}, L = {:.6f}\n", nn, target, before);

  double z[3], output_z = 0, largest_error = 0;
  for (size_t j = 0; j < 3; ++j) {
    z[j] = Ws[0][j] * xs[0] + Ws[1][j] * xs[1];
    output_z += ws[j] * logistic(z[j]);
  }
  for (size_t j = 0; j < 3; ++j) {
    const double by_hand = -(target - nn) * slope(output_z) * logistic(z[j]);
    fmt::print("∂L/∂w_{} = {:9.6f}, closed form {:9.6f}\n", j + 1, dw[j], by_hand);
    largest_error = std::max(largest_error, std::abs(dw[j] - by_hand));
    for (size_t i = 0; i < 2; ++i) {
      const double first = -(target - nn) * slope(output_z) * ws[j] * slope(z[j]) * xs[i];
      fmt::print("∂L/∂W_{}{} = {:9.6f}, closed form {:9.6f}\n", i + 1, j + 1, dW[3 * i + j], first);
      largest_error = std::max(largest_error, std::abs(dW[3 * i + j] - first));
    }
  }

  const double rate = 0.5;  // adapt the weights: θ ← θ − η·∂L/∂θ
  for (size_t i = 0; i < 6; ++i) values.at("W").values<double>()[i] -= rate * dW[i];
  for (size_t j = 0; j < 3; ++j) values.at("w").values<double>()[j] -= rate * dw[j];
  const double after = interpret(loss, values).values[0];
  fmt::print("after one step with η = {}: L = {:.6f}\n", rate, after);
  return largest_error < 1e-12 && after < before ? 0 : 1;
}
