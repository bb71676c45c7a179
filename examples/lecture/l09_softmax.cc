// L9, softmax(o)_i = e^{o_i} / Σ_j e^{o_j}: scores become probabilities that sum to 1; also for scores whose
// e^o no number can hold.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

int main() {
  Graph graph;
  const Value scores = graph.input("o", Shape({kBatch, 4}));
  Program program(std::vector{softmax(scores), log_softmax(scores)}, {}, nullptr);
  const Tensor rows(Shape({4, 4}), {1.f, 2.f, 3.f, 4.f,      //
                                    0.f, 0.f, 0.f, 0.f,      //
                                    1e4f, 1e4f, 0.f, -1e4f,  //
                                    -1e38f, 1e38f, 0.f, 1.f});
  program.bind(4);
  program.set("o", rows);
  program.run();

  bool is_right = true;
  for (int64_t n = 0; n < 4; ++n) {
    double sum = 0;
    fmt::print("softmax(");
    for (int64_t i = 0; i < 4; ++i) fmt::print("{}{:g}", i ? ", " : "", rows.at(4 * n + i));
    fmt::print(") =");
    for (int64_t i = 0; i < 4; ++i) {
      const double p = program.output_tensor(0).at(4 * n + i);
      fmt::print(" {:.4f}", p);
      sum += p;
      is_right = is_right && std::isfinite(program.output_tensor(1).at(4 * n + i));
    }
    fmt::print("; sum {:.6f}\n", sum);
    is_right = is_right && std::abs(sum - 1) < 1e-6;
  }
  const double whole = std::exp(1) + std::exp(2) + std::exp(3) + std::exp(4);
  return is_right && std::abs(program.output_tensor(0).at(3) - std::exp(4) / whole) < 1e-6 ? 0 : 1;
}
