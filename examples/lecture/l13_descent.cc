// L13, L14, L16, L17 and L18, gradient descent (Gradientenabstieg): the same network and data, the five
// algorithms.
//
//   batch              one step an epoch, on all of D: smooth and slow
//   sgd                each step one sample drawn from D: cheap steps, noisy
//   sgd-shuffle        each epoch all of D once, in random order
//   minibatch(-shuffle)  s samples a step: less noise, and efficient
#include <kette/kette.h>

#include <cmath>

using namespace kette;

constexpr int kEpochs = 12;

int main() {
  const data::Table table = data::generate("circle", /*samples=*/400, /*noise=*/0.05, /*seed=*/3);
  const data::Dataset dataset = data::make_dataset(table, {.target = "label"});
  const data::Split split = data::split_dataset(dataset, {.test = 0.25}, /*seed=*/1);
  const Samples training = select(dataset, split.train), test = select(dataset, split.test);

  bool is_right = true;
  fmt::print("{:19}{:>6}   mean loss after epoch 1, 2, … {}{:>16}\n", "", "steps", kEpochs, "test accuracy");
  for (const data::Descent descent : data::kDescents) {
    Network network =
        build_network(dataset, split.train, {.hidden = {16}, .activations = {Activation::tanh}}, /*seed=*/1);
    TrainingOptions options{.descent = descent, .batch_size = 20, .optimizer = {&kSgd}, .learning_rate = 0.1};
    options.stopping = {.epochs = kEpochs};
    std::string losses;
    double first = 0;
    const TrainingResult result =
        train(network, training, nullptr, options, {.on_epoch = [&](const EpochReport& report) {
                if (report.epoch == 1) first = report.loss;
                losses += fmt::format(" {:.2f}", report.loss);
                return true;
              }});
    const double share = accuracy(Predictor(network.model).predict(test.features).prediction, test.targets);
    fmt::print("{:19}{:6} {} {:10.2f}\n", to_string(descent), result.last.steps, losses, share);

    const int64_t per_epoch = descent == data::Descent::batch         ? 1
                              : descent <= data::Descent::sgd_shuffle ? 300
                                                                      : 15;
    is_right = is_right && result.last.steps == kEpochs * per_epoch && result.last.loss < first;
    if (per_epoch == 300) is_right = is_right && share > 0.9;
  }
  return is_right ? 0 : 1;
}
