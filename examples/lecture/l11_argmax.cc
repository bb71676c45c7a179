// L11, evaluation measures (Evaluationsmaße) compare the class assignment: y = 1, one-hot [0,1,0,0], and
// ŷ = [0.08, 0.25, 0.42, 0.25] → predicted class argmax ŷ = 2: wrong, however small the loss may be. Loss and
// evaluation are two things: the second prediction below has a higher loss than the first, and is right.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

int main() {
  Graph graph;
  const Value y_hat = graph.input("y_hat", Shape({kBatch, 4})),
              y = graph.input("y", Shape({kBatch}, DType::i64));
  const Value loss = negative_log_likelihood(log(y_hat), y, Reduction::none);
  Program program(std::vector{one_hot(y, 4), argmax(y_hat), loss}, {}, nullptr);
  const Tensor predictions(Shape({2, 4}), {0.08f, 0.25f, 0.42f, 0.25f, 0.26f, 0.24f, 0.25f, 0.25f});
  const Tensor classes(Shape({2}, DType::i64), {int64_t{1}, int64_t{0}});
  program.bind(2);
  program.set("y_hat", predictions);
  program.set("y", classes);
  program.run();

  const auto one = program.values<float>(0), losses = program.values<float>(2);
  const auto predicted = program.values<int64_t>(1);
  for (size_t n = 0; n < 2; ++n)
    fmt::print("y = {} = [{}, {}, {}, {}], predicted class {}: {}, loss −log ŷ_y = {:.4f}\n",
               classes.at(static_cast<int64_t>(n)), one[4 * n], one[4 * n + 1], one[4 * n + 2],
               one[4 * n + 3], predicted[n],
               static_cast<double>(predicted[n]) == classes.at(static_cast<int64_t>(n)) ? "right" : "wrong",
               losses[n]);
  fmt::print("accuracy: {}\n", accuracy(predictions, classes));
  const bool is_right =
      predicted[0] == 2 && predicted[1] == 0 && one[1] == 1 && accuracy(predictions, classes) == 0.5;
  return is_right && std::abs(losses[0] + std::log(0.25f)) < 1e-6f ? 0 : 1;
}
