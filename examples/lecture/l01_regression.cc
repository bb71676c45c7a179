// L1, regression: NN(x) = σ(W2·σ(W1·x + b1) + b2), a number, with W1 ∈ R^{4×3} and W2 ∈ R^{3×1}.
//
// The network learns y = x1·x2 + ¼·x3 − ¼·x4 + ¼ from 500 random samples. As taught, σ stands on the output
// too, so NN(x) lies in (0, 1); for targets without bounds one leaves it out: {1, Activation::identity}.
#include <kette/kette.h>

using namespace kette;

constexpr int64_t kSamples = 500;

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 4})), y = graph.input("y", Shape({kBatch, 1}));
  const Mlp network = mlp(x, {{3, Activation::sigmoid}, {1, Activation::sigmoid}});
  const Value loss = graph.name(squared_error(network.output, y), "loss");
  fmt::print("The network, as a graph:\n{}\n", print(graph));

  Tensor features(Shape({kSamples, 4})), targets(Shape({kSamples, 1}));
  const Random random(/*seed=*/1);
  for (int64_t i = 0; i < kSamples; ++i) {
    for (int64_t j = 0; j < 4; ++j) features.set(4 * i + j, random.uniform(static_cast<uint64_t>(4 * i + j)));
    const auto at = [&](int64_t j) { return features.at(4 * i + j); };
    targets.set(i, at(0) * at(1) + at(2) / 4 - at(3) / 4 + 0.25);
  }

  const TrainingStep step = training_step(loss, values_of(network.parameters), {&kAdam});
  Parameters parameters = initialized(network.parameters, /*seed=*/1), state = initialized(step.state, 1);
  Program program(std::vector{loss}, step.updates, [&](std::string_view name) {
    Tensor* found = parameters.find(name);
    return found ? found : state.find(name);
  });
  const Tensor rate(Shape({}), {0.03f});
  program.bind(kSamples);
  program.set("x", features);
  program.set("y", targets);
  program.set("learning_rate", rate);
  for (int epoch = 0; epoch <= 2000; ++epoch) {
    program.run();
    if (epoch % 400 == 0)
      fmt::print("epoch {:4}: mean loss ½(y−ŷ)² = {:.6f}\n", epoch, program.values<float>(0)[0]);
  }
  return program.values<float>(0)[0] < 2e-3f ? 0 : 1;
}
