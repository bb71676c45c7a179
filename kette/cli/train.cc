// kette train: from a table to a model, with an honest result.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
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
#include "kette/cli/train_stream.h"
#include "kette/cli/train_text.h"
#include "kette/cli/version.h"
#include "kette/cli/warm_start.h"
#include "kette/data/folds.h"
#include "kette/judge/judgement.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"
#include "kette/train/checkpoint.h"
#include "kette/train/doctor.h"
#include "kette/train/importance.h"
#include "kette/train/labelled.h"
#include "kette/train/learning_rate_finder.h"
#include "kette/train/predictor.h"
#include "kette/train/search.h"

namespace kette::cli {
namespace {

using data::Dataset;
using data::Split;
using data::Task;

constexpr size_t kFewestRowsToSearch = 20;
constexpr double kDefaultEffort =
    5;  // nominal seconds of one thread, when neither --time nor --trials is given
/// A search is planned for two threads that are busy two thirds of the time: --time is then rarely what ends
/// it.
constexpr double kEffortPerSecond = 1.3;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One run of the command.
class TrainCommand {
 public:
  explicit TrainCommand(const TrainFlags& flags)
      : flags_(flags), settings_(settings_of(flags)), threads_(flags.threads) {}

  int run() {
    read();
    understand();
    split();
    if (settings_.is_automatic)
      search();
    else if (flags_.folds > 0)
      train_folds();
    else
      train_one();
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
    for (const std::string& path : flags_.files) check_output(settings_.out, path);
    std::vector<std::string> others = flags_.files;
    others.insert(others.end(), {settings_.out, record_path(settings_.out)});
    check_report(flags_.report, others);
    file_ = data::read_table(flags_.files, read_options(flags_.table, &threads_));
    const data::Table& table = file_->table;
    data_hash_ = content_hash(table, &threads_);
    say("data", "{} · {} · {}{}", fmt::join(flags_.files, ", "), counted(table.rows(), "row"),
        counted(table.columns(), "column"),
        file_->format == data::Format::csv ? " · " + to_string(file_->dialect) : "");
    for (const std::string& note : file_->notes) say("", "{}", note);
  }

  void understand() {
    settings_.dataset.targets = target_columns(flags_, file_->table);
    settings_.dataset.threads = &threads_;
    if (flags_.from.empty())
      dataset_ = data::make_dataset(file_->table, settings_.dataset);
    else
      read_by_old_model();
    say("task", "{} from {}", dataset_.task_reason,
        data::quote(fmt::format("{}", fmt::join(dataset_.targets, ", "))));
  }

  /// The rows as the model to start from reads them: its columns, categories and labels.
  void read_by_old_model() {
    model_ = load_model(flags_.from);
    take_column_names(model_.schema, file_->table,
                      fmt::format("{}", fmt::join(settings_.dataset.targets, ",")), true);
    settings_.is_of_other_tool = model_.metadata.contains("origin");
    const Schema& schema = model_.schema;
    if (schema.targets != settings_.dataset.targets)
      fail("{}: predicts {}; expected --target {}", flags_.from, data::quote(schema.target_names()),
           data::quote(fmt::format("{}", fmt::join(settings_.dataset.targets, ", "))));
    Labelled labelled = labelled_samples(schema, file_->table, &threads_);
    dataset_ = {.task = schema.task,
                .task_reason = fmt::format("{} (as {} does)", data::to_string(schema.task), flags_.from),
                .targets = schema.targets,
                .features = schema.features,
                .labels = schema.labels,
                .x = std::move(labelled.samples.features),
                .y = std::move(labelled.samples.targets),
                .table_rows = std::move(labelled.rows),
                .warnings = describe(labelled.unseen)};
  }

  void split() {
    split_ = data::split_dataset(dataset_, settings_.hold_out, flags_.seed);
    if (flags_.from.empty()) {
      data::refit_features(dataset_, file_->table, split_.train, settings_.dataset);
      preparation_ = data::fit_preparation(dataset_.features, dataset_.x, split_.train,
                                           settings_.network.preparation, &threads_);
    }
    take_test_rows();
    validation_ = settings_.validation_file.empty() ? select(dataset_, split_.validation)
                                                    : samples_of(settings_.validation_file);
    say_split();
    say_features();
    if (settings_.is_automatic && split_.train.size() < kFewestRowsToSearch) {
      settings_.is_automatic = false;
      is_too_small_to_search_ = true;
      say("", "too few rows to search on: a network of the usual kind");
    }
  }

  void take_test_rows() {
    if (!flags_.test.empty()) {
      test_ = samples_of(flags_.test, &judged_);
      return;
    }
    test_ = select(dataset_, split_.test);
    for (const int64_t row : split_.test)
      judged_.rows.push_back(dataset_.table_rows.empty() ? row
                                                         : dataset_.table_rows[static_cast<size_t>(row)]);
  }

  /// How many rows are for what, and where they come from: drawn from the table, or from a table of their
  /// own.
  void say_split() const {
    std::vector<std::string> parts, origins;
    const auto part = [&](int64_t rows, std::string_view what) {
      if (rows > 0) parts.push_back(fmt::format("{} {}", grouped(rows), what));
    };
    part(static_cast<int64_t>(split_.train.size()), "training");
    part(validation_.rows(), "validation");
    part(test_.rows(), "test");
    if (!split_.validation.empty() || !split_.test.empty()) {
      if (!dataset_.groups.empty())
        origins.emplace_back("by groups");
      else if (dataset_.task != Task::regression)
        origins.emplace_back("stratified");
      origins.push_back(fmt::format("seed {}", flags_.seed));
    }
    if (!settings_.validation_file.empty()) origins.push_back("validation: " + settings_.validation_file);
    if (!flags_.test.empty()) origins.push_back("test: " + flags_.test);
    say("split", "{} rows{}", fmt::join(parts, " · "),
        origins.empty() ? "" : fmt::format(" ({})", fmt::join(origins, ", ")));
  }

  /// Where the rows stand that the result is measured on.
  struct Judged {
    std::optional<data::Table>
        table;  // where it is not the table of the training rows, and a report is asked for
    std::vector<int64_t> rows;
  };

  /// Rows of another table, as the model will read them.
  Samples samples_of(const std::string& path, Judged* judged = nullptr) {
    data::TableFile file = data::read_table(path, read_options(flags_.table, &threads_));
    const Schema schema{dataset_.task, dataset_.features, dataset_.targets, dataset_.labels};
    Labelled labelled = labelled_samples(schema, file.table, &threads_);
    for (const std::string& line : describe(labelled.unseen)) dataset_.warnings.push_back(line);
    if (settings_.network.weighted) {
      labelled.samples.weights = Tensor(Shape({labelled.samples.rows(), 1}));
      std::ranges::fill(labelled.samples.weights.values<float>(), 1.0f);
    }
    if (judged) judged->rows = std::move(labelled.rows);
    if (judged && wants_report()) judged->table = std::move(file.table);
    return std::move(labelled.samples);
  }

  bool wants_report() const { return !flags_.report.empty(); }

  void say_features() {
    if (flags_.from.empty()) report_.preparation = feature_lines(dataset_.features, preparation_);
    if (flags_.quiet) return;
    if (!flags_.from.empty()) return say("features", "prepared as in {}", flags_.from);
    for (const std::string& line : report_.preparation) say("features", "{}", line);
    for (const std::string& note : dataset_.notes) say("", "{}", note);
  }

  /// How much the rows count: their own weights times those of their classes, with mean 1.
  void weigh(Samples& samples) const {
    if (!settings_.network.weighted || samples.rows() == 0) return;
    if (samples.weights.size() == 0) {
      samples.weights = Tensor(Shape({samples.rows(), 1}));
      std::ranges::fill(samples.weights.values<float>(), 1.0f);
    }
    std::vector<int64_t> count(dataset_.labels.size());
    if (!count.empty())
      for (const int64_t row : split_.train) ++count[static_cast<size_t>(dataset_.y.at(row))];
    const std::vector<double> of_class = class_weights(flags_, dataset_.labels, count);
    double total = 0;
    for (int64_t i = 0; i < samples.rows(); ++i) {
      float& weight = samples.weights.values<float>()[static_cast<size_t>(i)];
      if (!of_class.empty())
        weight = static_cast<float>(weight * of_class[static_cast<size_t>(samples.targets.at(i))]);
      total += double{weight};
    }
    for (float& weight : samples.weights.values<float>())
      weight = static_cast<float>(weight * static_cast<double>(samples.rows()) / total);
  }

  /// Nominal seconds of a search: what the time allows; without one, a number of trials is not cut.
  double effort() const {
    if (settings_.seconds > 0) return kEffortPerSecond * settings_.seconds;
    return flags_.trials > 0 ? INFINITY : kDefaultEffort;
  }

  void search() {
    say("search", "network and descent, {}",
        settings_.seconds > 0 ? "for at most " + duration(settings_.seconds)
        : flags_.trials > 0   ? "at most " + counted(flags_.trials, "candidate")
                              : "a short one (--time 60s tries more)");
    if (settings_.training.checkpoint)
      say("", "a search keeps no checkpoint: begun anew, it ends with the same bytes");
    if (settings_.network.weighted) {
      Samples all{Tensor(Shape({dataset_.rows(), 0})), dataset_.y, std::move(dataset_.weights)};
      weigh(all);
      dataset_.weights = std::move(all.weights);
    }
    SearchProgressLine progress(terminal_width());
    const auto start = std::chrono::steady_clock::now();
    const SearchOptions options{.network = settings_.network,
                                .effort = effort(),
                                .trials = flags_.trials,
                                .seconds = settings_.seconds,
                                .curve_rows = wants_report() ? kCurveRows : 0,
                                .folds = flags_.folds,
                                .seed = flags_.seed,
                                .threads = &threads_};
    SearchResult found = search_network(dataset_, split_.train, options, [&](const SearchProgress& p) {
      if (!flags_.quiet) progress.show(p);
    });
    progress.finish();
    seconds_ = seconds_since(start);
    rows_seen_ = found.rows_seen;
    step_seconds_ = seconds_;
    epochs_ = found.trials.front().epochs;
    model_ = std::move(found.model);
    if (!flags_.quiet) fmt::print("\n{}\n", leaderboard(found, dataset_.task));
    int64_t networks = 0;
    for (const Trial& trial : found.trials) networks += trial.networks;
    report_.network = fmt::format("the average of {} · {} parameters", counted(networks, "network"),
                                  grouped(model_.parameters.elements()));
    say("network", "{}", report_.network);
    if (found.was_cut)
      say("", "cut short after {}: another machine or number of threads may give another result",
          duration(seconds_));
    findings_ = found.trials.front().findings;
    for (const std::string& line : lines(findings_)) say("doctor", "{}", line);
    trials_ = std::move(found.trials);
    const Trial& best = trials_.front();
    report_.training = best.text;
    report_.curves.push_back(learning_curve("", best.history, best.kept_epoch));
    report_.findings = findings_;
  }

  void train_one() {
    Samples samples = take(dataset_, split_.train);
    weigh(samples);
    weigh(validation_);
    choose_defaults(flags_, samples.rows(), validation_.rows() > 0, settings_);
    settings_.training.threads = &threads_;
    network_ = flags_.from.empty()
                   ? build_network(dataset_, preparation_, split_.train, settings_.network, flags_.seed)
                   : continue_network(std::move(model_), dataset_, split_.train, settings_.network.weighted);
    const Prepared training = prepare(network_.model, std::move(samples), &threads_);
    const Prepared validation =
        validation_.rows() > 0 ? prepare(network_.model, validation_, &threads_) : Prepared{};
    find_rate(training);
    report_.network = flags_.from.empty() ? network_line(settings_.network, network_)
                                          : fmt::format("{} · {} parameters", flags_.from,
                                                        grouped(network_.model.parameters.elements()));
    report_.training = training_line(settings_.training, network_.options, validation_.rows() > 0);
    say("network", "{}", report_.network);
    say("training", "{}", report_.training);
    if (!flags_.quiet) fmt::print("\n");
    TrainingOptions& options = settings_.training;
    Doctor doctor(network_, training);
    if (!options.lbfgs) options.doctor = &doctor;
    const Prepared sample = wants_report() ? spread(training, kCurveRows) : Prepared{};
    if (wants_report()) options.training_sample = &sample;
    if (options.checkpoint) options.checkpoint->fingerprint = fingerprint();
    const data::Batches batches(options.lbfgs ? data::Descent::batch : options.descent, training.rows(),
                                options.batch_size, options.seed);
    Progress progress(options.stopping, batches.steps_per_epoch(), terminal_width());
    Trainer trainer(network_, training, validation_.rows() > 0 ? &validation : nullptr, options,
                    observer(progress));
    resume(trainer);
    result_ = trainer.run();
    if (options.checkpoint) std::filesystem::remove(options.checkpoint->path);
    findings_ = doctor.findings();
    options.doctor = nullptr;
    options.training_sample = nullptr;
    if (!options.lbfgs) report_.findings = findings_;
    const bool keeps_best = options.keep_best.value_or(options.stopping.patience > 0);
    report_.curves.push_back(
        learning_curve("", result_.history, keeps_best ? std::optional(result_.kept_epoch) : std::nullopt));
    diagnosis_ = json(doctor.observations());
    seconds_ = result_.seconds;
    rows_seen_ = result_.rows_seen;
    step_seconds_ = result_.step_seconds;
    epochs_ = result_.last.epoch;
    if (!flags_.quiet) {
      progress.finish();
      fmt::print("\n");
    }
    const bool went_back = result_.kept_epoch != result_.last.epoch;
    say("stopped", "{} in {} · {} rows/s{}", describe(result_.reason, options.stopping),
        duration(result_.seconds), grouped(static_cast<int64_t>(rate())),
        went_back ? fmt::format(" · weights of epoch {} kept", result_.kept_epoch) : "");
    for (const std::string& line : lines(findings_)) say("doctor", "{}", line);
    model_ = std::move(network_.model);
  }

  TrainingObserver observer(Progress& progress) const {
    if (flags_.quiet) return {};
    return {
        .on_epoch = [&](const EpochReport& report) { return progress.epoch(report), true; },
        .on_progress = [&](int64_t epoch, double share) { return progress.progress(epoch, share), true; }};
  }

  void find_rate(const Prepared& training) {
    if (!settings_.finds_rate) return;
    const LearningRateCurve curve = find_learning_rate(network_, training, settings_.training);
    settings_.training.learning_rate = curve.suggested;
    say("rate", "{:.3g} suggested: the loss falls fastest at {:.3g} and is lowest at {:.3g}", curve.suggested,
        curve.steepest, curve.lowest_loss);
  }

  void resume(Trainer& trainer) {
    auto& checkpoint = settings_.training.checkpoint;
    if (!checkpoint || !flags_.resume) return;
    if (!std::filesystem::exists(checkpoint->path)) {
      say("resume", "{} is not there yet; training begins", checkpoint->path);
      return;
    }
    trainer.restore(load_checkpoint(checkpoint->path, fingerprint()));
    say("resume", "from {} after {}", checkpoint->path,
        counted(static_cast<int64_t>(trainer.history().size()), "epoch"));
  }

  /// What makes the run what it is; a checkpoint of another run is refused.
  std::string fingerprint() const {
    std::string text = fmt::format("data: {}\n", data_hash_);
    for (const auto& [name, value] : resolved()) text += fmt::format("{}: {}\n", name, to_text(value));
    return text;
  }

  void train_folds() {
    const auto folds = data::split_folds(dataset_, split_.train, flags_.folds, flags_.seed);
    const auto start = std::chrono::steady_clock::now();
    std::vector<Network> networks;
    std::vector<double> of_fold;
    std::string measure_name;
    const size_t largest = std::ranges::max(folds, {}, &std::vector<int64_t>::size).size();
    choose_defaults(flags_, static_cast<int64_t>(split_.train.size() - largest), true,
                    settings_);  // one for all
    settings_.training.threads = &threads_;
    for (size_t fold = 0; fold < folds.size(); ++fold) {
      Samples training = select(dataset_, data::without(split_.train, folds[fold]));
      Samples held_out = select(dataset_, folds[fold]);
      weigh(training);
      weigh(held_out);
      networks.push_back(
          build_network(dataset_, preparation_, split_.train, settings_.network, flags_.seed + fold));
      Network& network = networks.back();
      const Prepared rows = prepare(network.model, std::move(training), &threads_);
      const Prepared watched = prepare(network.model, held_out, &threads_);
      if (fold == 0) {
        report_.network = fmt::format("{} × {}", flags_.folds, network_line(settings_.network, network));
        report_.training = training_line(settings_.training, network.options, true);
        say("network", "{}", report_.network);
        say("training", "{}", report_.training);
      }
      const Prepared sample = wants_report() ? spread(rows, kCurveRows) : Prepared{};
      settings_.training.training_sample = wants_report() ? &sample : nullptr;
      result_ = train(network, rows, &watched, settings_.training);
      settings_.training.training_sample = nullptr;
      report_.curves.push_back(
          learning_curve(fmt::format("fold {}", fold + 1), result_.history, result_.kept_epoch));
      rows_seen_ += result_.rows_seen;
      step_seconds_ += result_.step_seconds;
      const Measures measures =
          measure(network.model.schema, Predictor(network.model, &threads_).predict(held_out.features),
                  held_out.targets);
      measure_name = measures.front().first;
      of_fold.push_back(measures.front().second);
      say("fold", "{} of {}: {} {} on {} held-out rows · epoch {} of {}", fold + 1, folds.size(),
          measure_name, measure_text(measure_name, of_fold.back()), grouped(held_out.rows()),
          result_.kept_epoch, result_.last.epoch);
    }
    double mean = 0, square = 0;
    for (const double value : of_fold) mean += value / static_cast<double>(of_fold.size());
    for (const double value : of_fold) square += (value - mean) * (value - mean);
    say("folds", "{} {} ± {}", measure_name, measure_text(measure_name, mean),
        measure_text(measure_name, std::sqrt(square / static_cast<double>(of_fold.size() - 1))));
    std::vector<const Network*> all;
    for (const Network& network : networks) all.push_back(&network);
    model_ = average_networks(all);
    seconds_ = seconds_since(start);
    epochs_ = result_.last.epoch;
  }

  double rate() const { return static_cast<double>(rows_seen_) / std::max(step_seconds_, 1e-9); }

  void evaluate() {
    if (test_.rows() == 0) return say("test", "no rows were held out");
    const Predictions predictions = Predictor(model_, &threads_).predict(test_.features);
    measures_ = measure(model_.schema, predictions, test_.targets);
    baseline_ = baseline(dataset_, split_.train, test_);
    say("test", "{}", result_line(measures_, baseline_));
    if (wants_report()) judge_for_report(predictions);
  }

  void judge_for_report(const Predictions& predictions) {
    report_.judgement = judge(model_.schema, predictions, test_.targets,
                              {.curves = true, .rows = judged_.rows, .threads = &threads_});
    report_.judged = {flags_.test.empty() ? "rows held out from training" : rows_of_files({flags_.test}),
                      judged_.table ? &*judged_.table : &file_->table};
    report_.baseline = {baseline_.label, baseline_.value};
    ImportanceOptions options{.threads = &threads_};
    options.most_rows = importance_rows(model_, test_.rows(), options.repeats);
    report_.importance = permutation_importance(model_, test_, options);
  }

  void write_report(const RunRecord& record) {
    if (!wants_report()) return;
    report_.command = "train";
    report_.producer = version_line();
    report_.model = settings_.out;
    report_.table = report_table(file_->table, flags_.files, &threads_);
    report_.training_rows = std::ssize(split_.train);
    report_.validation_rows = validation_.rows();
    report_.notes = dataset_.notes;
    report_.warnings = dataset_.warnings;
    report_.trials = std::move(trials_);
    report_.configuration = configuration_of(record.options);
    std::vector<std::string> words = {"kette", "train"};
    words.insert(words.end(), flags_.files.begin(), flags_.files.end());
    words.insert(words.end(), {"--target", flags_.target, "--config", record_path(settings_.out)});
    report_.repeat = command_line(words);
    cli::write_report(flags_.report, report_, model_.schema);
    trials_ = std::move(report_.trials);
    say("report", "{}", flags_.report);
  }

  /// The options with what was chosen in place of what was left open, in an order that does not tell which of
  /// them were given: a run and its repetition by --config write the same bytes.
  RecordEntries resolved() const {
    RecordEntries options = flags_.resolved;
    const auto set = [&](const std::string& name, const RecordValue& value) {
      const auto known = std::ranges::find(options, name, [](const auto& o) { return o.first; });
      if (known != options.end())
        known->second = value;
      else
        options.emplace_back(name, value);
    };
    set("task", std::string(data::to_string(dataset_.task)));
    if (settings_.is_automatic) {
      set("auto", true);
    } else {
      if (is_too_small_to_search_) set("validation", int64_t{0});
      for (const auto& [name, value] : training_options(settings_)) set(name, value);
    }
    std::ranges::stable_sort(
        options, {}, [&](const auto& option) { return std::ranges::find(flags_.recorded, option.first); });
    return options;
  }

  void save() {
    auto& about = model_.metadata;
    about["producer"] = version_line();
    about["seed"] = std::to_string(flags_.seed);
    about["training_rows"] = std::to_string(split_.train.size());
    for (const auto& [name, value] : measures_) about["test_" + name] = fmt::format("{}", value);
    if (!settings_.is_automatic && flags_.folds == 0) about["epochs"] = std::to_string(result_.kept_epoch);
    if (flags_.folds == 0) {
      about["doctor"] = nlohmann::ordered_json(lines(findings_))
                            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    RunRecord record;
    record.options = resolved();
    about["configuration"] = options_to_toml(record);
    save_model(model_, settings_.out);
    record.data = {{"files", fmt::format("{}", fmt::join(flags_.files, ", "))},
                   {"rows", file_->table.rows()},
                   {"hash", "fold-" + data_hash_}};
    record.result = {{"kette", version_line()},
                     {"model", settings_.out},
                     {"epochs", epochs_},
                     {"seconds", std::round(1000 * seconds_) / 1000},
                     {"samples_per_second", static_cast<int64_t>(std::llround(rate()))}};
    for (const auto& [name, value] : measures_) record.result.emplace_back(name, value);
    for (const Trial& trial : trials_)
      record.networks.push_back({{"networks_in_model", trial.networks},
                                 {"description", trial.text},
                                 {"epochs", trial.epochs},
                                 {"score", trial.score}});
    for (const LearningCurve& curve : report_.curves)
      record.curves.push_back(record_curve(curve, report_.curve_unit));
    write_file_atomically(record_path(settings_.out), to_toml(record));
    say("model", "{} · {}", settings_.out, record_path(settings_.out));
    write_report(record);
  }

  /// Last, so that a run that fails says one thing only.
  void warn() const {
    if (!dataset_.warnings.empty())
      fmt::print(stderr, "kette: {}\n", warning_line(file_->table.source(), dataset_.warnings));
  }

  void print_json() const {
    nlohmann::ordered_json object;
    object["task"] = data::to_string(dataset_.task);
    object["target"] = fmt::format("{}", fmt::join(dataset_.targets, ", "));
    object["features"] = dataset_.features.size();
    object["train_rows"] = split_.train.size();
    object["validation_rows"] = validation_.rows();
    object["test_rows"] = test_.rows();
    object["parameters"] = model_.parameters.elements();
    object["epochs"] = epochs_;
    if (!settings_.is_automatic && flags_.folds == 0) {
      object["steps"] = result_.last.steps;
      object["kept_epoch"] = result_.kept_epoch;
      object["stopped"] = to_string(result_.reason);
      object["train_loss"] = result_.last.loss;
      object["doctor"] = diagnosis_;
    }
    object["seconds"] = seconds_;
    object["samples_per_second"] = rate();
    for (const auto& [name, value] : measures_) object[name] = value;
    if (test_.rows() > 0) object["baseline"] = baseline_.value;
    if (settings_.is_automatic) {
      object["leaderboard"] = nlohmann::ordered_json::array();
      for (const Trial& trial : trials_)
        object["leaderboard"].push_back({{"network", trial.text},
                                         {"score", trial.score},
                                         {"epochs", trial.epochs},
                                         {"finished", trial.is_finished},
                                         {"networks_in_model", trial.networks}});
    }
    object["model"] = settings_.out;
    object["seed"] = flags_.seed;
    object["threads"] = threads_.count();
    object["notes"] = dataset_.notes;
    object["warnings"] = dataset_.warnings;
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }

  const TrainFlags& flags_;
  TrainSettings settings_;
  Threads threads_;
  std::optional<data::TableFile> file_;
  std::string data_hash_;
  Dataset dataset_;
  Split split_;
  std::vector<data::Preparation> preparation_;  // fitted on the training rows
  Network network_;
  Model model_;
  Samples validation_, test_;
  Judged judged_;
  Report report_;  // what is known so far
  TrainingResult result_;
  std::vector<Finding> findings_;
  nlohmann::ordered_json diagnosis_;
  std::vector<Trial> trials_;
  Measures measures_;
  Baseline baseline_;
  bool is_too_small_to_search_ = false;
  double seconds_ = 0, step_seconds_ = 0;
  int64_t rows_seen_ = 0, epochs_ = 0;
};

}  // namespace

const Command kTrain{"train", "Train a network on a table and write the model",
                     [](CLI::App& app) -> std::function<int()> {
                       auto flags = std::make_shared<TrainFlags>();
                       declare_train_flags(app, *flags);
                       return [flags, &app] {
                         note_given(app, *flags);
                         return flags->stream ? train_stream(*flags) : TrainCommand(*flags).run();
                       };
                     }};

}  // namespace kette::cli
