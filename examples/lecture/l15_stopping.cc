// L15, stopping criteria (Abbruchkriterien): convergence, a fixed number of steps or epochs, time, a loss
// that is good enough, and early stopping on held-out data.
#include <kette/kette.h>

using namespace kette;

int main() {
  const data::Table table = data::generate("sine", /*samples=*/200, /*noise=*/0.3, /*seed=*/4);
  const data::Dataset dataset = data::make_dataset(table, {.target = "y"});
  const data::Split split = data::split_dataset(dataset, {.test = 0.2, .validation = 0.2}, /*seed=*/1);
  const Samples training = select(dataset, split.train), validation = select(dataset, split.validation);

  struct Case {
    Stopping stopping;
    StopReason expected = StopReason::epochs;
  };
  const Case cases[] = {
      {{.epochs = 25}, StopReason::epochs},
      {{.epochs = 0, .steps = 100}, StopReason::steps},
      {{.epochs = 0, .seconds = 0.05}, StopReason::time},
      {{.epochs = 100000, .tolerance = 1e-3}, StopReason::converged},
      {{.epochs = 100000, .target_loss = 0.2}, StopReason::target_loss},
      {{.epochs = 100000, .patience = 10}, StopReason::early_stopping},
  };
  bool is_right = true;
  for (const auto& [stopping, expected] : cases) {
    Network network =
        build_network(dataset, split.train, {.hidden = {32}, .activations = {Activation::tanh}}, /*seed=*/1);
    const TrainingResult result =
        train(network, training, &validation, {.learning_rate = 0.01, .stopping = stopping});
    fmt::print("{:14} {:5} epochs, {:6} steps, loss {:.3f}: {}\n", to_string(result.reason),
               result.last.epoch, result.last.steps, result.last.loss, describe(result.reason, stopping));
    is_right = is_right && result.reason == expected;
    if (expected == StopReason::steps) is_right = is_right && result.last.steps == 100;
    if (expected == StopReason::early_stopping)
      is_right = is_right && result.kept_epoch == result.last.epoch - 10;
  }
  return is_right ? 0 : 1;
}
