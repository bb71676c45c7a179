#include "kette/cli/train_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "kette/cli/command.h"
#include "kette/cli/text.h"
#include "kette/data/parse_number.h"

namespace kette::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  kette train iris.csv --target species
  kette train prices.csv --target price --features area,rooms --hidden 32,16 --out prices.onnx
  kette train points.csv --target label --hidden 8 --activation tanh --descent sgd-shuffle --learning-rate 0.05
  kette train big.csv --target y --time 30s --json --quiet

Training stops early when the validation loss has not improved for --patience epochs, and the best weights are
kept; --validation 0 or --patience 0 switches that off. A limit of --steps or --time replaces that of epochs.)";

constexpr int64_t kShortRun = 200;      // epochs: shorter runs gain from a decreasing learning rate
constexpr int64_t kRowsPerBatch = 200;  // the batch doubles while there are as many times its size in rows

const CLI::Range kShare(0.0, 0.99);
const CLI::Range kFromZero(0.0, 1e300);

std::string names(std::string_view separator) {
  std::string text;
  for (const Activation activation : activations())
    text += fmt::format("{}{}", text.empty() ? "" : separator, to_string(activation));
  return text;
}

void declare_data(CLI::App& app, TrainFlags& f) {
  app.add_option("FILE", f.file, "Table as CSV with a header line")->required();
  app.add_option("--target", f.target, "Column to predict")->required()->type_name("COLUMN")->group("Data");
  app.add_option("--features", f.features, "Columns to predict from: a,b,… (default: all others)")
      ->group("Data");
  app.add_option("--task", f.task, "regression, binary or multiclass (default: recognised)")->group("Data");
  app.add_option("--test-size", f.test_size, "Share of rows held out for the result")
      ->check(kShare)
      ->capture_default_str()
      ->group("Data");
  app.add_option("--validation", f.validation, "Share of rows to watch training by")
      ->check(kShare)
      ->capture_default_str()
      ->group("Data");
}

void declare_network(CLI::App& app, TrainFlags& f) {
  const std::string group = "Network";
  app.add_option("--hidden", f.hidden, "Units of the hidden layers: 64,32 (none: a linear model)")
      ->capture_default_str()
      ->group(group);
  app.add_option("--activation", f.activation,
                 "Of all hidden layers, or of each: relu,tanh. One of " + names(", "))
      ->capture_default_str()
      ->group(group);
  app.add_option("--output", f.output,
                 "Classes: softmax (default), or sigmoid for two. Regression: identity (default), sigmoid")
      ->group(group);
  app.add_option(
         "--init", f.init,
         "Weights at first: he_normal, glorot_uniform, normal(0.1), zeros, … (default: by activation)")
      ->group(group);
  app.add_option(
         "--loss", f.loss,
         "Classes: cross-entropy (default), hinge, squared-error. Regression: squared-error (default), "
         "mean-squared-error, mean-absolute-error, huber")
      ->group(group);
}

void declare_descent(CLI::App& app, TrainFlags& f) {
  const std::string group = "Gradient descent";
  app.add_option(
         "--descent", f.descent,
         "batch, sgd, sgd-shuffle, minibatch, minibatch-shuffle (default). Given, it stands for the plain "
         "algorithm: the optimizer is then sgd unless chosen")
      ->group(group);
  app.add_option("--batch-size", f.batch_size,
                 "Rows in one step of minibatch (default: 32 to 128, by the number of rows)")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--optimizer", f.optimizer, "sgd, momentum, nesterov, adam, adamw (default)")->group(group);
  app.add_option("--learning-rate", f.learning_rate,
                 "Default: adam and adamw 0.003, momentum and nesterov 0.01, sgd 0.1; for one sample at a "
                 "time a tenth")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--decay", f.decay,
                 "Learning rate at step t: rate/(1 + decay·t) (default: 0; without --optimizer and "
                 "--descent, when there are at most 200 epochs, a fifth of the rate is left at the end)")
      ->check(kFromZero)
      ->group(group);
  app.add_option("--momentum", f.momentum, "Of momentum and nesterov (default: 0.9)")->group(group);
  app.add_option("--beta1", f.beta1, "Of adam (default: 0.9)")->group(group);
  app.add_option("--beta2", f.beta2, "Of adam (default: 0.999)")->group(group);
  app.add_option("--epsilon", f.epsilon, "Of adam (default: 1e-8)")->group(group);
  app.add_option("--weight-decay", f.weight_decay,
                 "Of adamw (default: up to 1, less for more steps an epoch)")
      ->group(group);
}

void declare_stopping(CLI::App& app, TrainFlags& f) {
  const std::string group = "When to stop";
  app.add_option("--epochs", f.epochs, "At most so many (default: 50 to 1000, fewer for more data)")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--steps", f.steps, "At most so many updates")->check(CLI::PositiveNumber)->group(group);
  app.add_option("--time", f.time, "At most so long: 10s, 2m, 1h")->group(group);
  app.add_option("--tolerance", f.tolerance, "Training loss changes by less, 10 epochs in a row")
      ->check(kFromZero)
      ->group(group);
  app.add_option("--target-loss", f.target_loss, "Training loss is this or less")->group(group);
  app.add_option(
         "--patience", f.patience,
         "Epochs without a lower validation loss (default: 10 to 180, fewer for more data; 0: not looked at)")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
}

void declare_run(CLI::App& app, TrainFlags& f) {
  const std::string group = "Run";
  app.add_option("--out", f.out, "The model (default: FILE's name with .onnx, in the current folder)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--seed", f.seed, "The same seed gives the same model, bit for bit")
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", f.threads, "0: one for each core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--json", f.json, "The result as one JSON object, the last line")->group(group);
  app.add_flag("--quiet", f.quiet, "Print nothing else")->group(group);
}

std::vector<int64_t> hidden_layers(std::string_view text) {
  std::vector<int64_t> units;
  if (text == "none") return units;
  for (const std::string& part : split_list(text)) {
    const std::optional<double> number = data::parse_number(part);
    if (!number || !(*number >= 1 && *number <= 1e6) ||
        *number != static_cast<double>(static_cast<int64_t>(*number)))
      fail("\"{}\" is not a number of units; expected 1 to 1000000, or none for no hidden layer", part);
    units.push_back(static_cast<int64_t>(*number));
  }
  return units;
}

NetworkOptions network_of(const TrainFlags& f) {
  NetworkOptions network;
  network.hidden = option_value("--hidden", [&] { return hidden_layers(f.hidden); });
  network.activations = option_value("--activation", [&] {
    std::vector<Activation> list;
    for (const std::string& name : split_list(f.activation)) list.push_back(parse_activation(name));
    return list;
  });
  if (!f.init.empty())
    network.initializer = option_value("--init", [&] { return parse_initializer(f.init); });
  if (!f.output.empty())
    network.output = option_value("--output", [&] { return parse_output_form(f.output); });
  if (!f.loss.empty()) network.loss = option_value("--loss", [&] { return parse_loss(f.loss); });
  const size_t given = network.activations.size(), layers = network.hidden.size();
  if (layers > 0 && given != 1 && given != layers)
    throw UsageError(fmt::format("--activation: {} for {}; expected one for all, or one for each",
                                 counted(static_cast<int64_t>(given), "activation"),
                                 counted(static_cast<int64_t>(layers), "hidden layer")));
  return network;
}

/// The rate that works for most data; a tenth of it where each step follows a single sample, whose gradient
/// is noisier.
double default_learning_rate(const OptimizerDef& optimizer, data::Descent descent) {
  const bool adaptive = &optimizer == &kAdam || &optimizer == &kAdamw;
  const double rate = &optimizer == &kSgd ? 0.1 : adaptive ? 0.003 : 0.01;
  const bool single = descent == data::Descent::sgd || descent == data::Descent::sgd_shuffle;
  return single ? rate / 10 : rate;
}

OptimizerSpec optimizer_of(const TrainFlags& f) {
  const std::string name = !f.optimizer.empty() ? f.optimizer : f.descent.empty() ? "adamw" : "sgd";
  OptimizerSpec spec{option_value("--optimizer", [&] { return &parse_optimizer(name); })};
  const auto set = [&](const std::string& option, const std::string& setting,
                       const std::optional<double>& value) {
    if (!value) return;
    const auto& known = spec.kind->settings;
    const auto found = std::ranges::find(known, setting, &Hyperparameter::name);
    if (found == known.end())
      throw UsageError(fmt::format("{}: the optimizer {} has no such setting", option, spec.kind->name));
    if (!(*value >= found->low && *value < found->high))
      throw UsageError(
          fmt::format("{}: {}; expected a number in [{}, {})", option, *value, found->low, found->high));
    spec.settings.set(setting, *value);
  };
  set("--momentum", "momentum", f.momentum);
  set("--beta1", "beta1", f.beta1);
  set("--beta2", "beta2", f.beta2);
  set("--epsilon", "epsilon", f.epsilon);
  set("--weight-decay", "weight_decay", f.weight_decay);
  return spec;
}

Stopping stopping_of(const TrainFlags& f) {
  Stopping stopping;
  if (!f.time.empty()) stopping.seconds = option_value("--time", [&] { return parse_duration(f.time); });
  stopping.steps = f.steps;
  if (f.steps > 0 || stopping.seconds > 0) stopping.epochs = 0;
  if (f.epochs) stopping.epochs = *f.epochs;
  stopping.tolerance = f.tolerance;
  stopping.target_loss = f.target_loss;
  stopping.patience = f.patience.value_or(0);
  return stopping;
}

}  // namespace

void choose_defaults(const TrainFlags& f, int64_t rows, TrainingOptions& training) {
  if (!f.batch_size) {
    training.batch_size = 32;
    while (training.batch_size < 128 && training.batch_size * kRowsPerBatch <= rows) training.batch_size *= 2;
    training.batch_size = std::min(training.batch_size, rows);
  }
  const data::Batches batches(training.descent, rows, training.batch_size, training.seed);
  const int64_t steps = batches.steps_per_epoch();
  Stopping& stopping = training.stopping;
  if (!f.epochs && f.steps == 0 && f.time.empty())
    stopping.epochs = std::clamp<int64_t>(30000 / steps, 50, 1000);
  if (!f.patience) stopping.patience = std::clamp<int64_t>(2000 / steps, 10, 180);
  if (f.validation == 0) stopping.patience = 0;
  const bool is_ours = f.optimizer.empty() && f.descent.empty();
  if (is_ours && !f.weight_decay)
    training.optimizer.settings.set("weight_decay", std::min(1.0, 200.0 / static_cast<double>(steps)));
  if (is_ours && !f.decay && stopping.epochs > 0 && stopping.epochs <= kShortRun)
    training.decay =
        std::min(0.01, 4.0 / static_cast<double>(stopping.epochs * steps));  // a fifth at the end
}

void declare_train_flags(CLI::App& app, TrainFlags& flags) {
  declare_data(app, flags);
  declare_network(app, flags);
  declare_descent(app, flags);
  declare_stopping(app, flags);
  declare_run(app, flags);
  app.footer(kExamples);
}

TrainSettings settings_of(const TrainFlags& f) {
  TrainSettings settings;
  settings.dataset.target = f.target;
  if (!f.task.empty())
    settings.dataset.task = option_value("--task", [&] { return data::parse_task(f.task); });
  if (!f.features.empty())
    settings.dataset.features = option_value("--features", [&] { return split_list(f.features); });
  if (f.test_size + f.validation >= 1)
    throw UsageError(fmt::format("--test-size {} and --validation {} leave no row to learn from", f.test_size,
                                 f.validation));
  settings.hold_out = {.test = f.test_size, .validation = f.validation};
  settings.network = network_of(f);
  TrainingOptions& training = settings.training;
  if (!f.descent.empty())
    training.descent = option_value("--descent", [&] { return data::parse_descent(f.descent); });
  training.optimizer = optimizer_of(f);
  training.learning_rate =
      f.learning_rate.value_or(default_learning_rate(*training.optimizer.kind, training.descent));
  training.decay = f.decay.value_or(0);
  training.batch_size = f.batch_size.value_or(training.batch_size);
  training.stopping = stopping_of(f);
  training.seed = f.seed;
  settings.out = f.out.empty() ? std::filesystem::path(f.file).stem().string() + ".onnx" : f.out;
  return settings;
}

}  // namespace kette::cli
