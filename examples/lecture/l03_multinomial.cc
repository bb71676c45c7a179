// L3, multinomial classification: NN(x) ∈ R^k, a score for each of k classes; softmax makes probabilities of
// them. Here: in which of k = 5 sectors of a disc does a point lie?
#include <kette/kette.h>

#include <cmath>
#include <numbers>

using namespace kette;

constexpr int64_t kSamples = 1000, kClasses = 5;

int main() {
  Tensor features(Shape({kSamples, 2})), classes(Shape({kSamples}, DType::i64));
  const Random random(/*seed=*/2);
  for (int64_t i = 0; i < kSamples; ++i) {
    const double turn = random.uniform(static_cast<uint64_t>(2 * i)),
                 r = random.uniform(static_cast<uint64_t>(2 * i + 1));
    features.set(2 * i, r * std::cos(2 * std::numbers::pi * turn));
    features.set(2 * i + 1, r * std::sin(2 * std::numbers::pi * turn));
    classes.set(i, std::floor(turn * kClasses));
  }

  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2})), y = graph.input("y", Shape({kBatch}, DType::i64));
  const Mlp network = mlp(x, {{24, Activation::relu}, {kClasses}});
  const Value loss = cross_entropy(network.output, y), probabilities = softmax(network.output);
  const TrainingStep step = training_step(loss, values_of(network.parameters), {&kNesterov});
  Parameters parameters = initialized(network.parameters, 1), state = initialized(step.state, 1);
  Program program(std::vector{loss, probabilities}, step.updates, [&](std::string_view name) {
    Tensor* found = parameters.find(name);
    return found ? found : state.find(name);
  });
  const Tensor rate(Shape({}), {0.2f});
  program.bind(kSamples);
  program.set("x", features);
  program.set("y", classes);
  program.set("learning_rate", rate);
  for (int i = 0; i < 1000; ++i) program.run();

  const double share = accuracy(program.output_tensor(1), classes);
  fmt::print("cross-entropy {:.4f}, accuracy {:.3f} of {} points\n", program.values<float>(0)[0], share,
             kSamples);
  for (int64_t i = 0; i < 3; ++i) {
    fmt::print("point ({:5.2f}, {:5.2f}) of class {}: P =", features.at(2 * i), features.at(2 * i + 1),
               classes.at(i));
    for (int64_t k = 0; k < kClasses; ++k)
      fmt::print(" {:.3f}", program.output_tensor(1).at(kClasses * i + k));
    fmt::print("\n");
  }
  return share > 0.95 ? 0 : 1;
}
