#include "kette/cli/train_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/ranges.h"
#include "kette/cli/report.h"
#include "kette/cli/text.h"
#include "kette/data/batches.h"
#include "kette/data/parse_number.h"
#include "kette/data/preparation.h"
#include "kette/data/target.h"
#include "kette/nn/activation.h"
#include "kette/nn/initializer.h"
#include "kette/nn/normalization.h"
#include "kette/optim/optimizer.h"
#include "kette/optim/schedule.h"
#include "kette/train/build.h"

namespace kette::cli {
namespace {

constexpr const char* kTrainExamples = R"(Examples:
  kette train iris.csv --target species
  kette train houses.csv --target price --time 60s
  kette train prices.csv --target price --features area,rooms --hidden 32,16 --out prices.onnx
  kette train points.csv --target label --hidden 8 --activation tanh --descent sgd-shuffle --learning-rate 0.05
  kette train windows.csv --target tag --share-embedding before,word,after
  kette train houses.csv --target price --config houses.run.toml      the same run again

Without an option of the groups Network and Gradient descent, the network is searched for (--auto): candidates are
trained and compared on rows held out from training, and the best are averaged. --time sets how long, --trials how many.)";

constexpr const char* kNetwork = "Network";
constexpr const char* kDescent = "Gradient descent";

/// Several columns, by commas.
constexpr const char* kColumns = "COLUMNS";

std::vector<std::string> optimizer_names() {
  std::vector<std::string> names;
  for (const OptimizerDef* kind : optimizers()) names.emplace_back(kind->name);
  names.emplace_back("lbfgs");
  return names;
}

/// Those without a value, for completion.
std::vector<std::string> plain_initializers() {
  std::vector<std::string> names = initializer_forms();
  std::erase_if(names, [](const std::string& name) { return name.ends_with(')'); });
  return names;
}

void declare_data(CLI::App& app, TrainFlags& f) {
  const std::string group = "Data";
  app.add_option("FILE", f.files, "Table, or several with the same columns; -: standard input")->required();
  app.add_option("--target", f.target, "Column to predict; several numbers: a,b,…")
      ->required()
      ->type_name("COLUMN")
      ->group(group);
  app.add_option("--task", f.task, "What the target asks for (default: recognised)")
      ->check(one_of(names_in(data::kTasks)))
      ->group(group);
  app.add_option("--features", f.features,
                 "To predict from, by commas (default: all that can tell something)")
      ->type_name(kColumns)
      ->group(group);
  app.add_option("--ignore", f.ignore, "Not to predict from, by commas")->type_name(kColumns)->group(group);
  app.add_option("--categorical", f.categorical, "Their values are names, whatever they look like")
      ->type_name(kColumns)
      ->group(group);
  app.add_option("--numeric", f.numeric, "Their values are amounts")->type_name(kColumns)->group(group);
  app.add_option("--weight", f.weight, "Column that says how much a row counts")
      ->type_name("COLUMN")
      ->group(group);
  app.add_option("--group", f.group, "Column whose equal values stay together when rows are held out")
      ->type_name("COLUMN")
      ->group(group);
  app.add_option("--test", f.test, "Table to measure the result on, instead of held-out rows")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--test-size", f.test_size, "Share of rows held out for the result")
      ->check(between(0, 0.99))
      ->capture_default_str()
      ->group(group);
  app.add_option("--validation", f.validation, "Share of rows to watch training by, or a table of such rows")
      ->type_name("SHARE|FILE")
      ->capture_default_str()
      ->group(group);
  app.add_option("--folds", f.folds,
                 "Cross-validation: so many networks, each watched by another part of the rows; the "
                 "model is their average")
      ->check(between(2, 100))
      ->group(group);
}

void declare_stream(CLI::App& app, TrainFlags& f) {
  const std::string group = "Larger than memory";
  app.add_flag("--stream", f.stream,
               "Train on the rows as they are read, in the memory of a few blocks: once (--epochs: more "
               "often), with a "
               "decreasing rate. Rows are held out from the sample, and should stand in no order")
      ->group(group);
  app.add_option("--sample", f.sample,
                 "Rows at the beginning that columns, labels and preprocessing are found from (default: "
                 "100000, fewer "
                 "of many columns)")
      ->check(positive())
      ->group(group);
  app.add_option("--buffer", f.buffer,
                 "Rows that are shuffled at a time (default: 50000, fewer of many columns)")
      ->check(positive())
      ->group(group);
}

void declare_preprocessing(CLI::App& app, TrainFlags& f) {
  const std::string group = "Preprocessing";
  app.add_option("--scale", f.scale,
                 "Of numbers, for all or as column=scaling,… (default: chosen, and printed)")
      ->check(words_or_others(names_in(data::scalings())))
      ->type_name("SCALING")
      ->group(group);
  app.add_option("--impute", f.impute,
                 "What stands for missing numbers, for all or as column=way,… (default: median)")
      ->check(words_or_others(names_in(data::imputes())))
      ->type_name("WAY")
      ->group(group);
  app.add_option("--impute-constant", f.impute_constant, "What --impute constant puts there")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--no-indicators", f.no_indicators, "No further input that tells where a number was missing")
      ->group(group);
  app.add_option("--rare", f.rare,
                 "Categories in fewer training rows count as any other (default: 1 to 20, by rows)")
      ->check(positive())
      ->group(group);
  app.add_option("--one-hot-limit", f.one_hot_limit, "Columns of more categories are embedded (default: 50)")
      ->check(at_least(0))
      ->group(group);
  app.add_option("--embedding-width", f.embedding_width,
                 "Numbers for each category of an embedded column (default: up to 24, by categories)")
      ->check(between(1, 10000))
      ->group(group);
  app.add_option("--share-embedding", f.share_embedding,
                 "Columns of one vocabulary, such as the words of a window: one table E embeds them all")
      ->type_name(kColumns)
      ->group(group);
  app.add_option("--words", f.words, "At most so many words of a column of free text; 0: it is left out")
      ->check(between(0, 10000))
      ->capture_default_str()
      ->group(group);
  app.add_option("--target-scale", f.target_scale,
                 "Of a regression's target; predictions are moved back (default: standard)")
      ->check(one_of(names_in(target_scalings())))
      ->group(group);
}

void declare_network(CLI::App& app, TrainFlags& f) {
  app.add_option("--hidden", f.hidden, "Units of each hidden layer, by commas; none: a linear model")
      ->type_name("UNITS")
      ->capture_default_str()
      ->group(kNetwork);
  app.add_option("--activation", f.activation, "Of all hidden layers, or of each: relu,tanh")
      ->check(some_of(names_in(activations())))
      ->capture_default_str()
      ->group(kNetwork);
  app.add_option("--dropout", f.dropout,
                 "Share of units dropped in training, of all hidden layers or of each: 0.2,0.1")
      ->type_name("SHARES")
      ->capture_default_str()
      ->group(kNetwork);
  app.add_option("--input-dropout", f.input_dropout, "The same of the inputs")
      ->check(between(0, 0.99))
      ->capture_default_str()
      ->group(kNetwork);
  app.add_option("--normalization", f.normalization, "Of the hidden layers")
      ->check(one_of(names_in(normalizations())))
      ->capture_default_str()
      ->group(kNetwork);
  app.add_option("--init", f.init,
                 "Weights at first: a word, or constant(VALUE), uniform(VALUE), normal(VALUE) (default: by "
                 "activation)")
      ->check(words_or_others(plain_initializers()))
      ->type_name("INIT")
      ->group(kNetwork);
  const std::string group = "Output and loss";
  app.add_option("--output", f.output,
                 "What the last layer gives. Classes: softmax (default), or sigmoid for two. Regression: "
                 "identity (default), or sigmoid")
      ->check(one_of(names_in(output_forms())))
      ->group(group);
  app.add_option(
         "--loss", f.loss,
         "Classes: cross-entropy (default), hinge, squared-error. Regression: squared-error (default), "
         "mean-squared-error, mean-absolute-error, huber")
      ->check(one_of(names_in(losses())))
      ->group(group);
  app.add_option("--label-smoothing", f.label_smoothing, "Share of each label that goes to the other classes")
      ->check(between(0, 0.99))
      ->capture_default_str()
      ->group(group);
  app.add_option("--class-weights", f.class_weights,
                 "balanced: rare classes count as much as frequent ones; or label=weight,…")
      ->check(words_or_others({"balanced"}))
      ->type_name("WEIGHTS")
      ->group(group);
}

void declare_descent(CLI::App& app, TrainFlags& f) {
  app.add_option("--descent", f.descent,
                 "Which rows a step looks at (default: minibatch-shuffle). Given, it stands for the plain "
                 "algorithm: the optimizer is then sgd unless chosen")
      ->check(one_of(names_in(data::kDescents)))
      ->group(kDescent);
  app.add_option("--batch-size", f.batch_size,
                 "Rows in one step of minibatch (default: 32 to 256, by the number of rows)")
      ->check(positive())
      ->group(kDescent);
  app.add_option("--optimizer", f.optimizer, "How a step follows from the gradient (default: adamw)")
      ->check(one_of(optimizer_names()))
      ->group(kDescent);
  app.add_option(
         "--learning-rate", f.learning_rate,
         "A number, or find: by a short descent at rising rates. Default: adam, adamw 0.003, rmsprop 0.001, "
         "momentum, nesterov, adagrad 0.01, sgd 0.1; for one sample at a time a tenth; from 256 rows in a "
         "step "
         "on twice as much, without --optimizer and --descent")
      ->check(words_or_others({"find"}))
      ->type_name("RATE")
      ->group(kDescent);
  app.add_option("--schedule", f.schedule,
                 "Course of the learning rate (default: constant; cosine without --optimizer and --descent "
                 "when there are at most 200 epochs)")
      ->check(one_of(names_in(schedules())))
      ->group(kDescent);
  app.add_option("--decay", f.decay,
                 "Learning rate at step t: rate/(1 + decay·t), as --schedule 1/t (default: 0)")
      ->check(at_least(0))
      ->group(kDescent);
  app.add_option("--schedule-every", f.schedule_every,
                 "Of step and exponential: epochs from one factor to the next")
      ->check(positive())
      ->group(kDescent);
  app.add_option("--schedule-factor", f.schedule_factor, "Of step, exponential and plateau (default: 0.1)")
      ->group(kDescent);
  app.add_option("--final-share", f.final_share, "Of cosine and one-cycle: share of the rate left at the end")
      ->group(kDescent);
  app.add_option("--warmup", f.warmup, "Epochs over which the learning rate rises to its first value")
      ->check(at_least(0))
      ->group(kDescent);
  app.add_flag("--plateau", f.plateau, "Lower the learning rate when the validation loss stands still")
      ->group(kDescent);
  app.add_option("--momentum", f.momentum, "Of momentum and nesterov (default: 0.9)")->group(kDescent);
  app.add_option("--beta1", f.beta1, "Of adam and adamw (default: 0.9)")->group(kDescent);
  app.add_option("--beta2", f.beta2, "Of adam and adamw (default: 0.999)")->group(kDescent);
  app.add_option("--epsilon", f.epsilon, "Of adam, adamw, rmsprop and adagrad")->group(kDescent);
  app.add_option("--alpha", f.alpha, "Of rmsprop (default: 0.99)")->group(kDescent);
  app.add_option("--weight-decay", f.weight_decay,
                 "Decoupled, with any optimizer (default: adamw up to 1, less for more steps an epoch; "
                 "others, and models of other tools, 0)")
      ->group(kDescent);
  app.add_option("--l1", f.l1, "Penalty l1·Σ|w| on weights")
      ->check(at_least(0))
      ->capture_default_str()
      ->group(kDescent);
  app.add_option("--l2", f.l2, "Penalty l2/2·Σw² on weights")
      ->check(at_least(0))
      ->capture_default_str()
      ->group(kDescent);
  app.add_option("--clip-norm", f.clip_norm, "Longest gradient; 0: any")
      ->check(at_least(0))
      ->capture_default_str()
      ->group(kDescent);
  app.add_option("--clip-value", f.clip_value, "Largest element of the gradient; 0: any")
      ->check(at_least(0))
      ->capture_default_str()
      ->group(kDescent);
  app.add_option("--average", f.average,
                 "Keep running means of the weights, forgotten at this rate: 0.999; 0: do not")
      ->check(between(0, 0.9999999))
      ->capture_default_str()
      ->group(kDescent);
}

void declare_stopping(CLI::App& app, TrainFlags& f) {
  const std::string group = "When to stop";
  app.add_option("--time", f.time, "At most so long: 10s, 2m, 1h (--auto: how much to try)")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--epochs", f.epochs, "At most so many (default: 50 to 1000, fewer for more data)")
      ->check(positive())
      ->group(group);
  app.add_option("--steps", f.steps, "At most so many updates")->check(positive())->group(group);
  app.add_option("--tolerance", f.tolerance, "Training loss changes by less, 10 epochs in a row")
      ->check(at_least(0))
      ->group(group);
  app.add_option("--target-loss", f.target_loss, "Training loss is this or less")->group(group);
  app.add_option(
         "--patience", f.patience,
         "Epochs without a lower validation loss (default: 10 to 180, fewer for more data; 0: not looked at)")
      ->check(at_least(0))
      ->group(group);
  app.add_option("--min-delta", f.min_delta, "By how much the validation loss must fall to count as lower")
      ->check(at_least(0))
      ->capture_default_str()
      ->group(group);
}

void declare_run(CLI::App& app, TrainFlags& f) {
  const std::string group = "Run";
  app.add_flag("--auto", f.automatic,
               "Search for network and descent (the default when none of their options is given)")
      ->group(group);
  app.add_option("--trials", f.trials, "Candidates of a search at most (default: as many as --time allows)")
      ->check(positive())
      ->group(group);
  app.add_option("--out", f.out, "The model (default: FILE's name with .onnx, in the current folder)")
      ->type_name("FILE")
      ->group(group);
  declare_report_flag(app, f.report)->group(group);
  app.add_option("--config", f.config,
                 "Options from a TOML file, such as a run's record; those given here count more")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--from", f.from, "Go on with the weights of this model (warm start)")
      ->type_name("MODEL")
      ->group(group);
  app.add_option("--checkpoint", f.checkpoint, "Save where training stands, to go on after an interruption")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--checkpoint-every", f.checkpoint_every, "How often: 10s, 2m; 0s: after every step")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(group);
  app.add_flag("--resume", f.resume, "Go on from the checkpoint, if there is one; ends with the same bits")
      ->group(group);
  app.add_option("--seed", f.seed, "The same seed gives the same model, bit for bit")
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", f.threads, "0: one for each core")
      ->check(between(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--json", f.json, "The result as one JSON object, the last line")->group(group);
  app.add_flag("--quiet", f.quiet, "Print nothing else")->group(group);
}

/// With any of these given, network and descent are not searched for.
bool is_searched(const CLI::Option& option) {
  constexpr std::array<std::string_view, 8> kNamed = {"--epochs",    "--steps",       "--patience",
                                                      "--folds",     "--target-loss", "--tolerance",
                                                      "--min-delta", "--from"};
  const std::string &group = option.get_group(), name = option.get_name();
  return group == kNetwork || group == kDescent || std::ranges::find(kNamed, name) != kNamed.end();
}

/// What does not change the model, or is about this one run.
constexpr std::array<std::string_view, 10> kOfNoRecord = {
    "--help",    "--out",  "--report", "--config", "--resume", "--checkpoint", "--checkpoint-every",
    "--threads", "--json", "--quiet"};

/// The value as what the option takes: a column named "1" stays a text.
RecordValue value_of(const CLI::Option& option, const std::string& text) {
  constexpr std::array<std::string_view, 3> kTextOrNumber = {"--validation", "--learning-rate", "--dropout"};
  if (option.get_expected_max() == 0) return text == "true";
  const std::string type = option.get_type_name(), name = option.get_name();
  const bool is_whole = type.starts_with("INT") || type.starts_with("UINT");
  int64_t whole = 0;
  std::from_chars(text.data(), text.data() + text.size(), whole);
  if (is_whole && std::to_string(whole) == text) return whole;
  const bool may_be_number =
      type.starts_with("FLOAT") || std::ranges::find(kTextOrNumber, name) != kTextOrNumber.end();
  if (const std::optional<double> number = may_be_number ? data::parse_number(text) : std::nullopt)
    return *number;
  return text;
}

}  // namespace

void declare_train_flags(CLI::App& app, TrainFlags& flags) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  declare_data(app, flags);
  app.get_option("FILE")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  declare_table_flags(app, flags.table);
  declare_stream(app, flags);
  declare_preprocessing(app, flags);
  declare_network(app, flags);
  declare_descent(app, flags);
  declare_stopping(app, flags);
  declare_run(app, flags);
  app.footer(kTrainExamples);
}

void note_given(const CLI::App& app, TrainFlags& flags) {
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0 && is_searched(*option)) flags.chosen.push_back(option->get_name());
  for (const CLI::Option* option : app.get_options()) {
    const bool is_given = option->count() > 0;
    if (option->get_positional() || std::ranges::find(kOfNoRecord, option->get_name()) != kOfNoRecord.end())
      continue;
    flags.recorded.push_back(option->get_name().substr(2));
    if (!is_given && is_searched(*option) && flags.chosen.empty()) continue;  // the search decides
    const std::string text = is_given ? option->as<std::string>() : option->get_default_str();
    if (!text.empty()) flags.resolved.emplace_back(flags.recorded.back(), value_of(*option, text));
  }
}

}  // namespace kette::cli
