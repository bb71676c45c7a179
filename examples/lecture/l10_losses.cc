// L10, loss functions compare distributions (cross-entropy) or scores (hinge, squared error ½(y−ŷ)²). One
// sample of class 1; four networks, from quite wrong to quite right.
#include <kette/kette.h>

#include <cmath>

using namespace kette;

const double kScores[4][4] = {{2, -1, 0, 0}, {0, 0, 0, 0}, {0, 1, 0, 0}, {-1, 4, -1, 0}};

int main() {
  Graph graph;
  const Value scores = graph.input("scores", Shape({kBatch, 4}, DType::f64));
  const Value classes = graph.input("classes", Shape({kBatch}, DType::i64)),
              one = one_hot(classes, 4, DType::f64);
  const Value losses[] = {cross_entropy(scores, classes, Reduction::none),
                          cross_entropy(scores, one, Reduction::none),
                          multiclass_hinge(scores, classes, Reduction::none),
                          squared_error(softmax(scores), one, Reduction::none)};
  const Bindings bindings{
      {"scores", Tensor(Shape({4, 4}, DType::f64), std::span<const double>(&kScores[0][0], 16))},
      {"classes", Tensor(Shape({4}, DType::i64), {int64_t{1}, int64_t{1}, int64_t{1}, int64_t{1}})}};

  std::vector<std::vector<double>> values;
  for (const Value& loss : losses) values.push_back(interpret(loss, bindings).values);
  fmt::print("                scores   cross-entropy   hinge   ½(y−ŷ)²\n");
  for (size_t n = 0; n < 4; ++n)
    fmt::print("{:5} {:5} {:5} {:5}   {:13.4f} {:7.4f} {:9.4f}\n", kScores[n][0], kScores[n][1],
               kScores[n][2], kScores[n][3], values[0][n], values[2][n], values[3][n]);

  bool is_right = std::abs(values[0][1] - std::log(4)) < 1e-14;  // four equal scores: P = ¼
  is_right =
      is_right && values[2][1] == 1 && values[2][0] == 4 && values[2][3] == 0;  // max(0, 1 + max s_j − s_y)
  is_right = is_right && std::abs(values[3][1] - (0.75 * 0.75 + 3 * 0.25 * 0.25) / 2) < 1e-14;
  for (size_t n = 0; n < 4; ++n) is_right = is_right && std::abs(values[0][n] - values[1][n]) < 1e-14;
  for (const auto& loss : values)
    for (size_t n = 1; n < 4; ++n)
      is_right = is_right && loss[n] < loss[n - 1] + 1e-14;  // better network, lower loss
  return is_right ? 0 : 1;
}
