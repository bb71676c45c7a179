// Learns exclusive or: a project outside the source tree that knows kette only as it is installed.
#include <kette/kette.h>

using namespace kette;

int main() {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2})), y = graph.input("y", Shape({kBatch, 1}));
  const Mlp network = mlp(x, {{8, Activation::tanh}, {1}});
  const Value loss = binary_cross_entropy(network.output, y);
  const TrainingStep step = training_step(loss, values_of(network.parameters), {&kMomentum});

  Parameters parameters = initialized(network.parameters, /*seed=*/1), state = initialized(step.state, 1);
  const auto storage = [&](std::string_view name) {
    Tensor* found = parameters.find(name);
    return found ? found : state.find(name);
  };
  const Tensor inputs(Shape({4, 2}), {0.f, 0.f, 0.f, 1.f, 1.f, 0.f, 1.f, 1.f});
  const Tensor answers(Shape({4, 1}), {0.f, 1.f, 1.f, 0.f}), rate(Shape({}), {0.1f});
  Program program(std::vector{loss, sigmoid(network.output)}, step.updates, storage);
  program.bind(4);
  program.set("x", inputs);
  program.set("y", answers);
  program.set("learning_rate", rate);
  for (int i = 0; i < 1000; ++i) program.run();

  bool is_right = true;
  for (size_t i = 0; i < 4; ++i) {
    const float p = program.values<float>(1)[i];
    fmt::print("{} xor {}: {:.3f}\n", inputs.values<float>()[2 * i], inputs.values<float>()[2 * i + 1], p);
    is_right = is_right && (p > 0.9f) == (i == 1 || i == 2) && (p < 0.1f) == (i == 0 || i == 3);
  }
  return is_right ? 0 : 1;
}
