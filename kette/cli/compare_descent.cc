#include "kette/cli/compare_descent.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/descent_remarks.h"
#include "kette/cli/progress.h"
#include "kette/cli/ranges.h"
#include "kette/cli/text.h"
#include "kette/cli/train_settings.h"
#include "kette/train/divergence.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr int64_t kEpochs = 20;
constexpr double kShareLeft = 0.2;  // of the learning rate, at the end
constexpr size_t kSparkWidth = 24;

/// The rows that all variants learn from, and those that they are measured on.
struct Rows {
  data::TableFile file;
  data::Dataset dataset;
  data::Split split;
};

Rows read_rows(const TrainFlags& flags, TrainSettings settings, Threads* threads) {
  Rows rows{
      .file = data::read_table(flags.files, read_options(flags.table, threads)), .dataset = {}, .split = {}};
  settings.dataset.targets = target_columns(flags, rows.file.table);
  settings.dataset.threads = threads;
  rows.dataset = data::make_dataset(rows.file.table, settings.dataset);
  rows.split = data::split_dataset(rows.dataset, settings.hold_out, flags.seed);
  data::refit_features(rows.dataset, rows.file.table, rows.split.train, settings.dataset);
  return rows;
}

TrainSettings settings_for(TrainFlags flags, data::Descent descent, int64_t rows, Threads* threads) {
  flags.descent = to_string(descent);
  TrainSettings settings = settings_of(flags);
  choose_defaults(flags, rows, false, settings);
  TrainingOptions& training = settings.training;
  const data::Batches batches(descent, rows, training.batch_size, training.seed);
  if (!flags.decay)
    training.decay = (1 / kShareLeft - 1) /
                     static_cast<double>(std::max<int64_t>(1, *flags.epochs * batches.steps_per_epoch() - 1));
  training.keep_best = false;
  training.threads = threads;
  return settings;
}

/// Mean share of the rows that an epoch does not meet.
double unseen_share(const TrainingOptions& options, int64_t rows) {
  data::Batches batches(options.descent, rows, options.batch_size, options.seed);
  double missed = 0;
  for (int64_t epoch = 0; epoch < options.stopping.epochs; ++epoch) {
    batches.start_epoch(epoch);
    std::vector<char> is_met(static_cast<size_t>(rows));
    for (int64_t t = 0; t < batches.steps_per_epoch(); ++t)
      for (const int64_t row : batches.step(t)) is_met[static_cast<size_t>(row)] = 1;
    missed += static_cast<double>(std::ranges::count(is_met, 0)) / static_cast<double>(rows);
  }
  return missed / static_cast<double>(options.stopping.epochs);
}

DescentRun train_variant(const Rows& rows, const TrainSettings& settings, uint64_t seed,
                         const TrainingObserver& observer) {
  const TrainingOptions& options = settings.training;
  Network network = build_network(rows.dataset, rows.split.train, settings.network, seed);
  const Prepared training = prepare(network.model, select(rows.dataset, rows.split.train), options.threads);
  DescentRun run{
      .descent = options.descent,
      .batch_size = data::Batches(options.descent, training.rows(), options.batch_size, seed).batch_size(),
      .first_rate = options.learning_rate,
      .last_rate = options.learning_rate,
      .unseen = unseen_share(options, training.rows())};
  run.losses.push_back(Predictor(network.model, network.objective, options.threads).evaluate(training).loss);
  // The training rows are also those it is watched by: the loss that counts is that of all rows after the
  // epoch, not the mean of what the steps met on the way.
  Trainer trainer(network, training, &training, options, observer);
  TrainingResult result;
  try {
    result = trainer.run();
  } catch (const DivergenceError& error) {
    run.divergence = error.what();
    result.history = trainer.history();
  }
  for (const EpochReport& report : result.history) {
    run.losses.push_back(report.validation->loss);
    run.updates = report.steps;
    run.last_rate = report.learning_rate;
  }
  if (!run.is_whole()) return run;
  run.seconds = result.step_seconds;
  run.rows_per_second = static_cast<double>(result.rows_seen) / std::max(result.step_seconds, 1e-9);
  const Samples test = select(rows.dataset, rows.split.test);
  if (test.rows() > 0)
    run.measures = measure(network.model.schema,
                           Predictor(network.model, options.threads).predict(test.features), test.targets);
  return run;
}

/// All of a short run; of a long one a dozen, closer together at the start.
bool is_shown(int64_t epoch, int64_t epochs) {
  if (epochs <= kEpochs || epoch == 0 || epoch == epochs) return true;
  int64_t power = 1;
  while (epoch >= 10 * power) power *= 10;
  return std::ranges::any_of(std::array{10, 15, 20, 30, 50, 70},
                             [&](int64_t tenths) { return epoch * 10 == tenths * power; });
}

std::string loss_table(const std::vector<DescentRun>& runs, int64_t epochs) {
  std::vector<std::vector<std::string>> cells = {{"loss after epoch"}};
  for (const DescentRun& run : runs) cells.front().emplace_back(to_string(run.descent));
  for (int64_t epoch = 0; epoch <= epochs; ++epoch) {
    if (!is_shown(epoch, epochs)) continue;
    cells.push_back({epoch == 0 ? "0 (before)" : std::to_string(epoch)});
    for (const DescentRun& run : runs) {
      const auto at = static_cast<size_t>(epoch);
      cells.back().push_back(at < run.losses.size() ? measure_text("loss", run.losses[at]) : "diverged");
    }
  }
  return table(cells);
}

std::string summary(const std::vector<DescentRun>& runs) {
  double lowest = runs.front().losses.front(), highest = lowest;
  for (const DescentRun& run : runs)
    for (const double loss : run.losses)
      if (std::isfinite(loss)) {
        lowest = std::min(lowest, loss);
        highest = std::max(highest, loss);
      }
  std::vector<std::vector<std::string>> cells = {
      {"variant", "course of the loss", "updates", "η", "→", "seconds", "rows/s"}};
  const auto whole = std::ranges::find_if(runs, &DescentRun::is_whole);
  if (whole != runs.end())
    for (const auto& [name, value] : whole->measures) cells.front().push_back("test " + name);
  for (const DescentRun& run : runs) {
    std::string spark = sparkline(run.losses, lowest, highest, kSparkWidth);
    spark += std::string(kSparkWidth - std::min(kSparkWidth, width_of(spark)), ' ');
    cells.push_back({std::string(to_string(run.descent)), std::move(spark), grouped(run.updates),
                     fmt::format("{:.3g}", run.first_rate), fmt::format("{:.2g}", run.last_rate)});
    if (!run.is_whole()) {
      cells.back().emplace_back("diverged");
      continue;
    }
    cells.back().push_back(fmt::format("{:.3f}", run.seconds));
    cells.back().push_back(grouped(std::llround(run.rows_per_second)));
    for (const auto& [name, value] : run.measures) cells.back().push_back(measure_text(name, value));
  }
  return table(cells);
}

void print_json(const Rows& rows, const std::vector<DescentRun>& runs, const TrainFlags& flags,
                const std::vector<std::string>& remarks) {
  nlohmann::ordered_json object;
  object["task"] = data::to_string(rows.dataset.task);
  object["target"] = fmt::format("{}", fmt::join(rows.dataset.targets, ", "));
  object["train_rows"] = rows.split.train.size();
  object["test_rows"] = rows.split.test.size();
  object["epochs"] = *flags.epochs;
  object["seed"] = flags.seed;
  object["variants"] = nlohmann::ordered_json::array();
  for (const DescentRun& run : runs) {
    nlohmann::ordered_json one;
    one["descent"] = to_string(run.descent);
    one["batch_size"] = run.batch_size;
    one["updates"] = run.updates;
    one["learning_rate"] = run.first_rate;
    one["last_learning_rate"] = run.last_rate;
    one["losses"] = run.losses;
    if (run.is_whole()) {
      one["seconds"] = run.seconds;
      one["samples_per_second"] = run.rows_per_second;
      for (const auto& [name, value] : run.measures) one["test_" + name] = value;
    } else {
      one["diverged"] = run.divergence;
    }
    object["variants"].push_back(std::move(one));
  }
  object["remarks"] = remarks;
  fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

void declare_descent_flags(CLI::App& app, TrainFlags& f) {
  app.option_defaults()->group("With --descent");
  app.add_option("--target", f.target, "Column to predict")->type_name("COLUMN");
  app.add_option("--task", f.task, "What the target asks for (default: recognised)")
      ->check(one_of(names_in(data::kTasks)));
  app.add_option("--features", f.features,
                 "To predict from, by commas (default: all that can tell something)")
      ->type_name("COLUMNS");
  app.add_option("--ignore", f.ignore, "Not to predict from, by commas")->type_name("COLUMNS");
  app.add_option("--categorical", f.categorical, "Their values are names")->type_name("COLUMNS");
  app.add_option("--test-size", f.test_size, "Share of rows held out for the result")
      ->check(between(0, 0.99))
      ->capture_default_str();
  app.add_option("--hidden", f.hidden, "Units of each hidden layer, by commas; none: a linear model")
      ->type_name("UNITS")
      ->capture_default_str();
  app.add_option("--activation", f.activation, "Of all hidden layers, or of each: relu,tanh")
      ->check(some_of(names_in(activations())))
      ->capture_default_str();
  app.add_option("--loss", f.loss, "What is made small, as for kette train")
      ->check(one_of(names_in(losses())));
  app.add_option("--epochs", f.epochs, "Passes over the rows, for each variant (default: 20)")
      ->check(between(1, 100000));
  app.add_option("--batch-size", f.batch_size,
                 "Rows in a step of minibatch (default: 32 to 256, by the number of rows)")
      ->check(positive());
  app.add_option("--learning-rate", f.learning_rate,
                 "The first, of all variants (default: 0.1; where a step follows one row 0.01)")
      ->check(positive())
      ->type_name("RATE");
  app.add_option("--decay", f.decay,
                 "Rate at step t: rate/(1 + decay·t) (default: such that a fifth is left at the end)")
      ->check(at_least(0));
  app.add_option("--seed", f.seed, "Of split, weights and order")->capture_default_str();
  app.add_option("--threads", f.threads, "0: one for each core")
      ->check(between(0, 1024))
      ->capture_default_str();
  declare_table_flags(app, f.table);
}

int compare_descent(TrainFlags flags, bool as_json) {
  if (flags.target.empty()) throw UsageError("--descent needs --target COLUMN: what is to be learned");
  if (!flags.epochs) flags.epochs = kEpochs;
  flags.validation = "0";
  flags.patience = 0;
  flags.chosen = {"--descent"};  // nothing is searched for
  Threads threads(flags.threads);
  const Rows rows = read_rows(flags, settings_of(flags), &threads);
  const auto count = static_cast<int64_t>(rows.split.train.size());
  if (!as_json)
    fmt::print("{} · {} · {} from {}\n", fmt::join(flags.files, ", "), counted(rows.file.table.rows(), "row"),
               rows.dataset.task_reason,
               data::quote(fmt::format("{}", fmt::join(rows.dataset.targets, ", "))));
  const int width = terminal_width();
  std::vector<DescentRun> runs;
  for (const data::Descent descent : data::kDescents) {
    TrainingObserver observer;
    if (!as_json && width > 0)
      observer.on_epoch = [&](const EpochReport& report) {
        fmt::print("\r\x1b[2K{} · epoch {} of {}", to_string(descent), report.epoch, *flags.epochs);
        std::fflush(stdout);
        return true;
      };
    runs.push_back(train_variant(rows, settings_for(flags, descent, count, &threads), flags.seed, observer));
  }
  const std::vector<std::string> remarks = descent_remarks(runs, count);
  if (as_json) {
    print_json(rows, runs, flags, remarks);
    return 0;
  }
  if (width > 0) fmt::print("\r\x1b[2K");
  fmt::print(
      "{} training · {} test rows · plain descent, the same network and first weights · minibatches of "
      "{}\n\n",
      grouped(count), grouped(static_cast<int64_t>(rows.split.test.size())),
      counted(runs.back().batch_size, "row"));
  fmt::print("{}\n{}\n", loss_table(runs, *flags.epochs), summary(runs));
  for (const std::string& line : remarks) fmt::print("- {}\n", line);
  tell(rows.dataset.warnings);
  return 0;
}

}  // namespace kette::cli
