#include "kette/cli/train_stream.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/base/atomic_file.h"
#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/progress.h"
#include "kette/cli/report.h"
#include "kette/cli/run_record.h"
#include "kette/cli/text.h"
#include "kette/cli/train_settings.h"
#include "kette/cli/train_text.h"
#include "kette/cli/version.h"
#include "kette/cli/warm_start.h"
#include "kette/judge/judgement.h"
#include "kette/onnx/write.h"
#include "kette/train/importance.h"
#include "kette/train/labelled.h"
#include "kette/train/learning_rate_finder.h"
#include "kette/train/predictor.h"
#include "kette/train/stream.h"

namespace kette::cli {
namespace {

constexpr int64_t kSampleRows = 100'000;
constexpr int64_t kStreamBatchRows = 128;
constexpr double kDecay = 1e-4;  // half the rate after a million rows, a tenth after ten

void refuse_contradictions(const TrainFlags& f) {
  for (const auto& [option, is_given] :
       {std::pair{"--auto", f.automatic}, std::pair{"--folds", f.folds > 0},
        std::pair{"--group", !f.group.empty()}, std::pair{"--weight", !f.weight.empty()},
        std::pair{"--class-weights", !f.class_weights.empty()},
        std::pair{"--optimizer lbfgs", f.optimizer == "lbfgs"},
        std::pair{"--descent batch", f.descent == "batch"}, std::pair{"--checkpoint", !f.checkpoint.empty()},
        std::pair{"--resume", f.resume}, std::pair{"--plateau", f.plateau},
        std::pair{"--warmup", f.warmup.value_or(0) > 0}, std::pair{"--tolerance", f.tolerance > 0},
        std::pair{"--target-loss", f.target_loss.has_value()},
        std::pair{"--patience", f.patience.value_or(0) > 0}})
    if (is_given) throw UsageError(fmt::format("{} needs all rows at hand; it contradicts --stream", option));
  const bool has_steps = f.schedule == "step" || f.schedule == "exponential";
  const bool has_length = f.schedule == "cosine" || f.schedule == "one-cycle";
  if (has_steps || (has_length && f.steps == 0))
    throw UsageError(
        fmt::format("--schedule {} needs to know how long an epoch is; --stream goes with 1/t, constant, or, "
                    "with --steps, cosine and one-cycle",
                    f.schedule));
  if (f.epochs.value_or(1) > 1 && std::ranges::find(f.files, "-") != f.files.end())
    throw UsageError("--epochs: standard input can be read only once; expected 1 with --stream");
}

/// What was not asked for: a rate that falls with the steps, and no decay of weights, as no row is seen
/// twice.
void choose_stream_defaults(const TrainFlags& f, TrainSettings& settings) {
  TrainingOptions& training = settings.training;
  training.batch_size = f.batch_size.value_or(kStreamBatchRows);
  training.stopping.epochs = f.epochs.value_or(1);
  training.stopping.patience = 0;
  if (!f.decay && f.schedule.empty()) training.decay = kDecay;
  if (f.optimizer.empty() && f.descent.empty() && !f.weight_decay)
    training.optimizer.settings.set("weight_decay", 0.0);
}

/// One line for the 1st, 2nd, 4th, … buffer and the last; on a terminal the last line is live.
class StreamProgress {
 public:
  explicit StreamProgress(int width) : width_(width) {}

  void show(const StreamReport& report) {
    if (count_ == 0)
      fmt::print("{:>14}{:>12}{}{:>12}{:>10}\n", "rows", "loss",
                 report.validation ? fmt::format("{:>18}{:>12}", "validation loss",
                                                 report.validation->measures.front().first)
                                   : "",
                 "rows/s", "seconds");
    last_ = report;
    ++count_;
    is_printed_ = (count_ & (count_ - 1)) == 0;
    if (is_printed_ || width_ > 0) print(is_printed_);
  }
  void finish() {
    if (count_ > 0 && !is_printed_) print(true);
  }

 private:
  void print(bool stays) const {
    std::string line = fmt::format("{:>14}{:>12}", grouped(last_.rows), measure_text("loss", last_.loss));
    if (last_.validation) {
      const auto& [name, value] = last_.validation->measures.front();
      line += fmt::format("{:>18}{:>12}", measure_text("loss", last_.validation->loss),
                          measure_text(name, value));
    }
    line +=
        fmt::format("{:>12}{:>10.2f}",
                    grouped(std::llround(static_cast<double>(last_.rows) / std::max(last_.seconds, 1e-9))),
                    last_.seconds);
    fmt::print("{}{}{}", width_ > 0 ? "\r" : "", line, stays ? "\n" : "");
    std::fflush(stdout);
  }

  int width_;
  StreamReport last_;
  int64_t count_ = 0;
  bool is_printed_ = true;
};

class StreamCommand {
 public:
  explicit StreamCommand(const TrainFlags& flags)
      : flags_(flags), settings_(settings_of(flags)), threads_(flags.threads) {
    if (threads_.count() > 1) reading_.emplace(threads_.count());
    stream_.emplace(flags_.files, read_options(flags_.table, reading_ ? &*reading_ : &threads_),
                    reading_.has_value());
  }

  int run() {
    for (const std::string& path : flags_.files) check_output(settings_.out, path);
    std::vector<std::string> others = flags_.files;
    others.insert(others.end(), {settings_.out, record_path(settings_.out)});
    check_report(flags_.report, others);
    choose_stream_defaults(flags_, settings_);
    settings_.training.threads = &threads_;
    build();
    train();
    evaluate();
    save();
    if (!warnings_.empty()) fmt::print(stderr, "kette: {}\n", warning_line(flags_.files.front(), warnings_));
    if (flags_.json) print_json();
    return 0;
  }

 private:
  template <class... Args>
  void say(std::string_view topic, fmt::format_string<Args...> format, Args&&... args) const {
    if (!flags_.quiet) fmt::print("{:<10}{}\n", topic, fmt::format(format, std::forward<Args>(args)...));
  }

  /// All that the sample tells; when it returns, of the sample only prepared rows are left.
  void build() {
    data::Table table = stream_->sample(flags_.sample.value_or(kSampleRows));
    say("data", "{} · a sample of {} · {}", fmt::join(flags_.files, ", "), counted(table.rows(), "row"),
        counted(table.columns(), "column"));
    sample_rows_ = table.rows();
    sample_hash_ = content_hash(table);
    settings_.dataset.targets = target_columns(flags_, table);
    settings_.dataset.threads = &threads_;
    data::Dataset dataset = data::make_dataset(table, settings_.dataset);
    say("task", "{} from {}", dataset.task_reason,
        data::quote(fmt::format("{}", fmt::join(dataset.targets, ", "))));
    const data::Split split = data::split_dataset(dataset, settings_.hold_out, flags_.seed);
    data::refit_features(dataset, table, split.train, settings_.dataset);
    notes_ = dataset.notes;
    warnings_ = dataset.warnings;
    const std::vector<data::Preparation> preparation =
        data::fit_preparation(dataset.features, dataset.x, split.train, settings_.network.preparation);
    report_.preparation = feature_lines(dataset.features, preparation);
    for (const std::string& line : report_.preparation) say("features", "{}", line);
    for (const std::string& note : notes_) say("", "{}", note);
    network_ = build_network(dataset, preparation, split.train, settings_.network, flags_.seed);
    if (!flags_.from.empty()) {
      copy_weights(flags_.from, network_);
      say("start", "from the weights of {}", flags_.from);
    }
    if (!flags_.test.empty()) {
      test_ = samples_of(flags_.test, true);
    } else {
      test_ = select(dataset, split.test);
      for (const int64_t row : split.test)
        judged_rows_.push_back(dataset.table_rows.empty() ? row
                                                          : dataset.table_rows[static_cast<size_t>(row)]);
    }
    if (wants_report()) report_.table = report_table(table, flags_.files, &threads_);
    if (test_.rows() > 0) baseline_ = baseline(dataset, split.train, test_);
    training_ = prepare(network_.model, select(dataset, split.train), &threads_);
    const Samples validation = settings_.validation_file.empty() ? select(dataset, split.validation)
                                                                 : samples_of(settings_.validation_file);
    if (validation.rows() > 0) validation_ = prepare(network_.model, validation, &threads_);
    say("held out", "{} to watch by · {} to measure by{}", counted(validation.rows(), "row"),
        counted(test_.rows(), "row"), flags_.test.empty() ? " · of the sample" : "");
    if (wants_report() && flags_.test.empty()) judged_table_ = std::move(table);
  }

  bool wants_report() const { return !flags_.report.empty(); }

  Samples samples_of(const std::string& path, bool is_judged = false) {
    data::TableFile file = data::read_table(path, read_options(flags_.table, &threads_));
    Labelled labelled = labelled_samples(network_.model.schema, file.table);
    for (const std::string& line : describe(labelled.unseen)) warnings_.push_back(line);
    if (is_judged) judged_rows_ = std::move(labelled.rows);
    if (is_judged && wants_report()) judged_table_ = std::move(file.table);
    return std::move(labelled.samples);
  }

  void train() {
    TrainingOptions& options = settings_.training;
    if (settings_.finds_rate) {
      TrainingOptions sweep = options;
      sweep.batch_size = std::min(sweep.batch_size, training_.rows());
      options.learning_rate = find_learning_rate(network_, training_, sweep).suggested;
      say("rate", "{:.3g} suggested", options.learning_rate);
    }
    report_.network = network_line(settings_.network, network_);
    report_.training = training_line(options, network_.options, validation_.has_value());
    say("network", "{}", report_.network);
    say("training", "{}", report_.training);
    if (!flags_.quiet) fmt::print("\n");
    StreamProgress progress(terminal_width());
    StreamOptions stream{.training = options, .buffer_rows = flags_.buffer.value_or(0)};
    LearningCurve curve;
    stream.on_buffer = [&](const StreamReport& report) {
      if (!flags_.quiet) progress.show(report);
      curve.points.push_back({.at = static_cast<double>(report.rows),
                              .loss = report.loss,
                              .training = {},
                              .validation = report.validation});
      return true;
    };
    result_ = kette::train(network_, training_, *stream_, validation_ ? &*validation_ : nullptr, stream);
    training_ = {};
    report_.curve_unit = "row";
    report_.curves.push_back(std::move(curve));
    if (!flags_.quiet) {
      progress.finish();
      fmt::print("\n");
    }
    say("stopped", "{} in {} · {} rows/s · {:.0f} % of the time in steps",
        describe(result_.reason, options.stopping), duration(result_.last.seconds),
        grouped(std::llround(rate())), 100 * result_.step_seconds / std::max(result_.last.seconds, 1e-9));
    for (const std::string& note : stream_->notes()) say("", "{}", note);
    if (stream_->without_target() > 0)
      say("", "{} behind the sample left out: no value in {}", counted(stream_->without_target(), "row"),
          network_.model.schema.target_names());
    for (const std::string& line : describe(stream_->unseen())) warnings_.push_back(line);
  }

  double rate() const {
    return static_cast<double>(result_.last.rows) / std::max(result_.last.seconds, 1e-9);
  }

  void evaluate() {
    if (test_.rows() == 0) return say("test", "no rows were held out");
    Model& model = network_.model;
    const Predictions predictions = Predictor(model, &threads_).predict(test_.features);
    measures_ = measure(model.schema, predictions, test_.targets);
    say("test", "{}", result_line(measures_, baseline_));
    if (wants_report()) judge_for_report(predictions);
  }

  void judge_for_report(const Predictions& predictions) {
    Model& model = network_.model;
    report_.judgement = judge(model.schema, predictions, test_.targets,
                              {.curves = true, .rows = judged_rows_, .threads = &threads_});
    report_.judged = {flags_.test.empty() ? "rows held out from the sample" : rows_of_files({flags_.test}),
                      judged_table_ ? &*judged_table_ : nullptr};
    report_.baseline = {baseline_.label, baseline_.value};
    ImportanceOptions options{.threads = &threads_};
    options.most_rows = importance_rows(model, test_.rows(), options.repeats);
    report_.importance = permutation_importance(model, test_, options);
  }

  void write_report(const RunRecord& record) {
    if (!wants_report()) return;
    report_.command = "train";
    report_.producer = version_line();
    report_.model = settings_.out;
    report_.training_rows = result_.last.rows;
    report_.validation_rows = validation_ ? validation_->rows() : 0;
    report_.notes = notes_;
    report_.notes.push_back(fmt::format("what is said of the columns is of a sample of {} of {}",
                                        grouped(sample_rows_), counted(stream_->rows(), "row")));
    report_.warnings = warnings_;
    report_.configuration = configuration_of(record.options);
    std::vector<std::string> words = {"kette", "train"};
    words.insert(words.end(), flags_.files.begin(), flags_.files.end());
    words.insert(words.end(), {"--target", flags_.target, "--config", record_path(settings_.out)});
    report_.repeat = command_line(words);
    cli::write_report(flags_.report, report_, network_.model.schema);
    say("report", "{}", flags_.report);
  }

  void save() {
    auto& about = network_.model.metadata;
    about["producer"] = version_line();
    about["seed"] = std::to_string(flags_.seed);
    about["training_rows"] = std::to_string(result_.last.rows / std::max<int64_t>(1, result_.last.pass));
    about["epochs"] = std::to_string(result_.last.pass);
    for (const auto& [name, value] : measures_) about["test_" + name] = fmt::format("{}", value);
    RunRecord record;
    record.options = flags_.resolved;
    for (const auto& [name, value] : chosen()) {
      const auto known =
          std::ranges::find(record.options, name, [](const auto& option) { return option.first; });
      if (known != record.options.end())
        known->second = value;
      else
        record.options.emplace_back(name, value);
    }
    about["configuration"] = options_to_toml(record);
    save_model(network_.model, settings_.out);
    record.data = {{"files", fmt::format("{}", fmt::join(flags_.files, ", "))},
                   {"rows", stream_->rows()},
                   {"sample_rows", sample_rows_},
                   {"hash", "fold-" + sample_hash_}};
    record.result = {{"kette", version_line()},
                     {"model", settings_.out},
                     {"epochs", result_.last.pass},
                     {"seconds", std::round(1000 * result_.last.seconds) / 1000},
                     {"samples_per_second", static_cast<int64_t>(std::llround(rate()))}};
    for (const auto& [name, value] : measures_) record.result.emplace_back(name, value);
    for (const LearningCurve& curve : report_.curves)
      record.curves.push_back(record_curve(curve, report_.curve_unit));
    write_file_atomically(record_path(settings_.out), to_toml(record));
    say("model", "{} · {}", settings_.out, record_path(settings_.out));
    write_report(record);
  }

  RecordEntries chosen() const {
    RecordEntries options = training_options(settings_);
    options.emplace_back("task", std::string(data::to_string(network_.model.schema.task)));
    options.emplace_back("stream", true);
    options.emplace_back("sample", flags_.sample.value_or(kSampleRows));
    if (flags_.buffer) options.emplace_back("buffer", *flags_.buffer);
    return options;
  }

  void print_json() const {
    nlohmann::ordered_json object;
    object["task"] = data::to_string(network_.model.schema.task);
    object["target"] = network_.model.schema.target_names();
    object["features"] = network_.model.schema.features.size();
    object["rows"] = stream_->rows();
    object["sample_rows"] = sample_rows_;
    object["train_rows"] = result_.last.rows;
    object["validation_rows"] = validation_ ? validation_->rows() : 0;
    object["test_rows"] = test_.rows();
    object["parameters"] = network_.model.parameters.elements();
    object["epochs"] = result_.last.pass;
    object["steps"] = result_.last.steps;
    object["stopped"] = to_string(result_.reason);
    object["train_loss"] = result_.last.loss;
    object["seconds"] = result_.last.seconds;
    object["step_seconds"] = result_.step_seconds;
    object["samples_per_second"] = rate();
    for (const auto& [name, value] : measures_) object[name] = value;
    if (test_.rows() > 0) object["baseline"] = baseline_.value;
    object["model"] = settings_.out;
    object["seed"] = flags_.seed;
    object["threads"] = threads_.count();
    object["notes"] = notes_;
    object["warnings"] = warnings_;
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }

  const TrainFlags& flags_;
  TrainSettings settings_;
  Threads threads_;
  std::optional<Threads> reading_;  // for the block that is read while the one before is trained on
  Network network_;
  std::optional<SampleStream> stream_;  // ends before what it reads with and the schema do
  Prepared training_;
  std::optional<Prepared> validation_;
  Samples test_;
  StreamResult result_;
  Measures measures_;
  Baseline baseline_;
  std::vector<std::string> notes_, warnings_;
  int64_t sample_rows_ = 0;
  std::string sample_hash_;
  std::optional<data::Table> judged_table_;
  std::vector<int64_t> judged_rows_;  // of that table
  Report report_;                     // what is known so far
};

}  // namespace

int train_stream(const TrainFlags& flags) {
  refuse_contradictions(flags);
  return StreamCommand(flags).run();
}

}  // namespace kette::cli
