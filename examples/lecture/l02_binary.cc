// L2, binary classification (binäre Klassifikation): two outputs, NN(x) ∈ R², and softmax over them; or, as
// is usual, one output and σ. Both say how probable the second class is, and learn the same.
#include <kette/kette.h>

using namespace kette;

double learn(OutputForm form) {
  const data::Table table = data::generate("moons", /*samples=*/600, /*noise=*/0.1, /*seed=*/1);
  const data::Dataset dataset = data::make_dataset(table, {.target = "label"});
  const data::Split split = data::split_dataset(dataset, {.test = 0.25}, /*seed=*/1);
  Network network = build_network(dataset, split.train,
                                  {.hidden = {16}, .activations = {Activation::tanh}, .output = form}, 1);
  const int64_t outputs = network.model.scores.shape()[1];

  train(network, select(dataset, split.train), nullptr, {.learning_rate = 0.03, .stopping = {.epochs = 100}});
  const Samples test = select(dataset, split.test);
  const double share = accuracy(Predictor(network.model).predict(test.features).prediction, test.targets);
  fmt::print("{:8}{} output{}, accuracy on {} held-out points {:.3f}\n", to_string(form), outputs,
             outputs == 1 ? " " : "s", test.rows(), share);
  return outputs == (form == OutputForm::softmax ? 2 : 1) ? share : 0;
}

int main() {
  const double softmax = learn(OutputForm::softmax), sigmoid = learn(OutputForm::sigmoid);
  return softmax > 0.95 && sigmoid > 0.95 ? 0 : 1;
}
