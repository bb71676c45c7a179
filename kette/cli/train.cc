// kette train: from a table to a model, with an honest result.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/progress.h"
#include "kette/cli/text.h"
#include "kette/cli/train_options.h"
#include "kette/cli/version.h"
#include "kette/data/csv.h"
#include "kette/onnx/write.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

using data::Dataset;
using data::Split;
using data::Task;

/// What to measure up to: the answer that needs no features.
struct Baseline {
  std::string text;
  double value = 0;
};

std::string network_line(const NetworkOptions& options, const Network& network, const Dataset& dataset) {
  std::string line = fmt::format("{}", dataset.features.size());
  for (size_t i = 0; i < options.hidden.size(); ++i)
    line += fmt::format(" → {} {}", options.hidden[i],
                        to_string(options.activations[options.activations.size() == 1 ? 0 : i]));
  line += fmt::format(" → {} {}", network.model.scores.shape()[1],
                      to_string(options.output.value_or(default_output_form(dataset.task))));
  return line + fmt::format(" · {} parameters", grouped(network.model.parameters.elements()));
}

std::string training_line(const TrainingOptions& t, Loss loss, bool has_validation) {
  std::string line =
      fmt::format("{} · {}, learning rate {}", to_string(loss), t.optimizer.kind->name, t.learning_rate);
  if (t.decay > 0) line += fmt::format("/(1 + {:.2g}·t)", t.decay);
  for (const auto& [name, value] : t.optimizer.settings)
    line += fmt::format(", {} {:.3g}", name, std::get<double>(value));
  line += fmt::format(" · {}", to_string(t.descent));
  if (t.descent == data::Descent::minibatch || t.descent == data::Descent::minibatch_shuffle)
    line += fmt::format(" of {}", counted(t.batch_size, "row"));
  if (t.stopping.epochs > 0) line += fmt::format(" · up to {}", counted(t.stopping.epochs, "epoch"));
  if (t.stopping.steps > 0) line += fmt::format(" · up to {}", counted(t.stopping.steps, "step"));
  if (t.stopping.seconds > 0) line += fmt::format(" · up to {}", duration(t.stopping.seconds));
  if (has_validation && t.stopping.patience > 0) line += fmt::format(", patience {}", t.stopping.patience);
  return line;
}

std::string split_line(const Split& split, Task task, uint64_t seed) {
  std::string line = grouped(static_cast<int64_t>(split.train.size())) + " training";
  if (!split.validation.empty())
    line += fmt::format(" · {} validation", grouped(static_cast<int64_t>(split.validation.size())));
  if (!split.test.empty())
    line += fmt::format(" · {} test", grouped(static_cast<int64_t>(split.test.size())));
  return line + fmt::format(" rows ({}seed {})", task == Task::regression ? "" : "stratified, ", seed);
}

Baseline baseline(const Dataset& dataset, std::span<const int64_t> training, const Samples& test) {
  if (dataset.task == Task::regression) {
    double mean = 0, error = 0;
    for (const int64_t row : training) mean += dataset.y.at(row) / static_cast<double>(training.size());
    for (int64_t i = 0; i < test.rows(); ++i)
      error += std::pow(test.targets.at(i) - mean, 2) / static_cast<double>(test.rows());
    return {"always the mean", std::sqrt(error)};
  }
  std::vector<int64_t> count(dataset.labels.size());
  for (const int64_t row : training) ++count[static_cast<size_t>(dataset.y.at(row))];
  const int64_t most = std::ranges::max_element(count) - count.begin();
  const std::span<const int64_t> classes = test.targets.values<int64_t>();
  const auto right = std::ranges::count(classes, most);
  return {fmt::format("always {}", data::quote(dataset.labels[static_cast<size_t>(most)])),
          static_cast<double>(right) / static_cast<double>(test.rows())};
}

std::string result_line(const Measures& measures, const Baseline& base) {
  std::string line;
  for (const auto& [name, value] : measures) {
    line += fmt::format("{}{} {}", line.empty() ? "" : " · ", name, measure_text(name, value));
    if (&value == &measures.front().second)
      line += fmt::format(" ({}: {})", base.text, measure_text(name, base.value));
  }
  return line;
}

std::string warning_line(const std::string& file, const std::vector<std::string>& warnings) {
  constexpr size_t kShown = 4;
  std::string line = file + ": warning: ";
  for (size_t i = 0; i < std::min(kShown, warnings.size()); ++i) line += (i > 0 ? "; " : "") + warnings[i];
  if (warnings.size() > kShown) line += fmt::format("; and {} more", warnings.size() - kShown);
  return line;
}

/// One run of the command.
class TrainCommand {
 public:
  explicit TrainCommand(const TrainFlags& flags)
      : flags_(flags), settings_(settings_of(flags)), threads_(flags.threads) {}

  int run() {
    read();
    prepare();
    descend();
    evaluate();
    save();
    warn();
    if (flags_.json) print_json();
    return 0;
  }

 private:
  template <class... Args>
  void say(std::string_view topic, fmt::format_string<Args...> format, Args&&... args) const {
    if (!flags_.quiet) fmt::print("{:<10}{}\n", topic, fmt::format(format, std::forward<Args>(args)...));
  }

  void read() {
    const data::Table table = data::read_csv(flags_.file);
    dataset_ = data::make_dataset(table, settings_.dataset);
    check_output(settings_.out, flags_.file);
    split_ = data::split_dataset(dataset_, settings_.hold_out, flags_.seed);
    say("data", "{} · {} · {}", flags_.file, counted(dataset_.rows(), "row"),
        counted(static_cast<int64_t>(dataset_.features.size()), "feature"));
    say("task", "{} from {}", dataset_.task_reason, data::quote(dataset_.target));
    say("split", "{}", split_line(split_, dataset_.task, flags_.seed));
  }

  void prepare() {
    network_ = build_network(dataset_, split_.train, settings_.network, flags_.seed);
    training_ = select(dataset_, split_.train);
    validation_ = select(dataset_, split_.validation);
    test_ = select(dataset_, split_.test);
    TrainingOptions& options = settings_.training;
    options.threads = &threads_;
    choose_defaults(flags_, training_.rows(), options);
    say("network", "{}", network_line(settings_.network, network_, dataset_));
    say("training", "{}",
        training_line(options, settings_.network.loss.value_or(default_loss(dataset_.task)),
                      validation_.rows() > 0));
    if (!flags_.quiet) fmt::print("\n");
  }

  void descend() {
    const TrainingOptions& options = settings_.training;
    const data::Batches batches(options.descent, training_.rows(), options.batch_size, options.seed);
    Progress progress(options.stopping, batches.steps_per_epoch(), terminal_width());
    TrainingObserver observer;
    if (!flags_.quiet) {
      observer.on_epoch = [&](const EpochReport& report) { return progress.epoch(report), true; };
      observer.on_progress = [&](int64_t epoch, double share) {
        return progress.progress(epoch, share), true;
      };
    }
    result_ = train(network_, training_, validation_.rows() > 0 ? &validation_ : nullptr, options, observer);
    if (flags_.quiet) return;
    progress.finish();
    fmt::print("\n");
    const bool went_back = result_.kept_epoch != result_.last.epoch;
    say("stopped", "{} in {} · {} rows/s{}", describe(result_.reason, options.stopping),
        duration(result_.seconds), grouped(static_cast<int64_t>(rate())),
        went_back ? fmt::format(" · weights of epoch {} kept", result_.kept_epoch) : "");
  }

  double rate() const {
    return static_cast<double>(result_.rows_seen) / std::max(result_.step_seconds, 1e-9);
  }

  void evaluate() {
    if (test_.rows() == 0) return say("test", "no rows were held out");
    measures_ = measure(network_.model.schema, Predictor(network_.model, &threads_).predict(test_.features),
                        test_.targets);
    baseline_ = baseline(dataset_, split_.train, test_);
    say("test", "{}", result_line(measures_, baseline_));
  }

  void save() {
    auto& about = network_.model.metadata;
    about["producer"] = version_line();
    about["seed"] = std::to_string(flags_.seed);
    about["epochs"] = std::to_string(result_.kept_epoch);
    about["training_rows"] = std::to_string(training_.rows());
    for (const auto& [name, value] : measures_) about["test_" + name] = fmt::format("{}", value);
    save_model(network_.model, settings_.out);
    say("model", "{}", settings_.out);
  }

  /// Last, so that a run that fails says one thing only.
  void warn() const {
    if (!dataset_.warnings.empty())
      fmt::print(stderr, "kette: {}\n", warning_line(flags_.file, dataset_.warnings));
  }

  void print_json() const {
    nlohmann::ordered_json object;
    object["task"] = data::to_string(dataset_.task);
    object["target"] = dataset_.target;
    object["features"] = dataset_.features.size();
    object["train_rows"] = training_.rows();
    object["validation_rows"] = validation_.rows();
    object["test_rows"] = test_.rows();
    object["parameters"] = network_.model.parameters.elements();
    object["epochs"] = result_.last.epoch;
    object["steps"] = result_.last.steps;
    object["kept_epoch"] = result_.kept_epoch;
    object["stopped"] = to_string(result_.reason);
    object["seconds"] = result_.seconds;
    object["samples_per_second"] = rate();
    object["train_loss"] = result_.last.loss;
    for (const auto& [name, value] : measures_) object[name] = value;
    if (test_.rows() > 0) object["baseline"] = baseline_.value;
    object["model"] = settings_.out;
    object["seed"] = flags_.seed;
    object["threads"] = threads_.count();
    object["warnings"] = dataset_.warnings;
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }

  const TrainFlags& flags_;
  TrainSettings settings_;
  Threads threads_;
  Dataset dataset_;
  Split split_;
  Network network_;
  Samples training_, validation_, test_;
  TrainingResult result_;
  Measures measures_;
  Baseline baseline_;
};

}  // namespace

const Command kTrain{"train", "Train a network on a table and write the model",
                     [](CLI::App& app) -> std::function<int()> {
                       auto flags = std::make_shared<TrainFlags>();
                       declare_train_flags(app, *flags);
                       return [flags] { return TrainCommand(*flags).run(); };
                     }};

}  // namespace kette::cli
