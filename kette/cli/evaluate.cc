// kette evaluate: how good a model is on a labelled table.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/judgement_text.h"
#include "kette/cli/ranges.h"
#include "kette/cli/report.h"
#include "kette/cli/table_options.h"
#include "kette/cli/text.h"
#include "kette/cli/version.h"
#include "kette/judge/judgement.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"
#include "kette/train/importance.h"
#include "kette/train/labelled.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr const char* kEvaluateExamples = R"(Examples:
  kette evaluate digits.onnx more.csv
  kette evaluate digits.onnx more.csv --json
  kette evaluate spam.onnx more.csv --positive spam --threshold 0.9 --importance

Classes: accuracy, the share of rows whose most probable class is right; loss, the mean cross-entropy; and for each class how
many of its rows are found (recall) and how many of those found are its own (precision). Numbers: rmse, mae and r2; loss is the
mean squared error. docs/judging.md defines every measure and the JSON. On rows that the model was trained on all of them are
too good to be true.)";

struct EvaluateFlags {
  std::string model, target, positive, report;
  std::vector<std::string> files;
  TableFlags table;
  bool json = false, curves = false, importance = false;
  std::optional<double> threshold;
  std::optional<int64_t> top_k, resamples;
  int64_t repeats = 5;
  uint64_t seed = 1;
  int threads = 0;
};

/// Throws Error, as for any column that is missing, but says what to do.
void check_targets(const Schema& schema, const data::Table& table) {
  for (const std::string& target : schema.targets) {
    try {
      table.index(target);
    } catch (const Error& error) {
      fail("{}; evaluate compares predictions with the target, kette predict goes without it", error.what());
    }
  }
}

/// "houses.csv:17", without its folder, the end of a long name.
std::string row_name(const data::Table& table, int64_t row) {
  constexpr size_t kWidest = 28;
  std::string place = table.place(row, 0);
  place.erase(place.rfind(':'));
  if (const size_t folder = place.rfind('/'); folder != std::string::npos) place.erase(0, folder + 1);
  while (width_of(place) > kWidest) place.erase(0, 1);
  return place;
}

JudgeOptions judge_options(const EvaluateFlags& flags, const Schema& schema, Threads* threads) {
  JudgeOptions options{.threshold = flags.threshold,
                       .top_k = flags.top_k,
                       .resamples = flags.resamples,
                       .curves = flags.curves || !flags.report.empty(),
                       .seed = flags.seed,
                       .threads = threads};
  if (flags.threshold && schema.task != data::Task::binary)
    throw UsageError(fmt::format("--threshold is of two classes; {} is a {} model", flags.model,
                                 data::to_string(schema.task)));
  if (flags.top_k && schema.task != data::Task::multiclass)
    throw UsageError(fmt::format("--top-k is of more than two classes; {} is a {} model", flags.model,
                                 data::to_string(schema.task)));
  if (flags.top_k && *flags.top_k >= static_cast<int64_t>(schema.labels.size()))
    throw UsageError(fmt::format("--top-k: expected a number below the {} classes, not {}",
                                 schema.labels.size(), *flags.top_k));
  if (flags.positive.empty()) return options;
  const auto label = std::ranges::find(schema.labels, flags.positive);
  if (schema.task != data::Task::binary || label == schema.labels.end())
    throw UsageError(fmt::format("--positive: expected one of the two classes of a binary model, not {}",
                                 data::quote(flags.positive)));
  options.positive = label - schema.labels.begin();
  return options;
}

nlohmann::ordered_json importance_json(const Importance& importance) {
  using Json = nlohmann::ordered_json;
  Json features = Json::array();
  for (const FeatureImportance& one : importance.features)
    features.push_back({{"name", one.feature},
                        {importance.measure + "_worse", one.worse.mean},
                        {importance.measure + "_worse_deviation", one.worse.deviation},
                        {"loss_worse", one.loss.mean},
                        {"loss_worse_deviation", one.loss.deviation}});
  return {{"rows", importance.rows}, {"repeats", importance.repeats}, {"features", std::move(features)}};
}

void print_json(const Judgement& judgement, const Schema& schema, const std::optional<Importance>& importance,
                double seconds, const EvaluateFlags& flags) {
  auto object = nlohmann::ordered_json::parse(to_json(judgement, schema));
  if (importance) object["importance"] = importance_json(*importance);
  object["seconds"] = seconds;
  object["samples_per_second"] = static_cast<double>(judgement.rows) / std::max(seconds, 1e-9);
  object["model"] = flags.model;
  fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// The answer that needs no features, had it been known beforehand: the most frequent class, or the mean.
ReportBaseline best_constant(const Judgement& judgement, const Tensor& targets) {
  if (const auto& c = judgement.classification) {
    const auto most = std::ranges::max_element(c->classes, {}, &ClassJudgement::rows);
    return {most->label, static_cast<double>(most->rows) / static_cast<double>(judgement.rows)};
  }
  const int64_t rows = judgement.rows, width = targets.size() / rows;
  double variance = 0;
  for (int64_t t = 0; t < width; ++t) {
    double mean = 0;
    for (int64_t i = 0; i < rows; ++i) mean += targets.at(i * width + t) / static_cast<double>(rows);
    for (int64_t i = 0; i < rows; ++i)
      variance += std::pow(targets.at(i * width + t) - mean, 2) / static_cast<double>(rows * width);
  }
  return {"", std::sqrt(variance)};
}

Report report_of(Model& model, const data::Table& table, const Labelled& labelled, const Judgement& judgement,
                 const std::optional<Importance>& importance, const EvaluateFlags& flags, Threads* threads) {
  Report report{.command = "evaluate",
                .producer = version_line(),
                .model = flags.model,
                .table = report_table(table, flags.files, threads),
                .findings = findings_of(model),
                .judgement = judgement,
                .judged = {rows_of_files(flags.files), &table},
                .baseline = best_constant(judgement, labelled.samples.targets),
                .importance = importance,
                .configuration = configuration_of(model)};
  for (const std::vector<std::string>& lines : {describe(labelled.unseen), describe_left_out(labelled)})
    report.warnings.insert(report.warnings.end(), lines.begin(), lines.end());
  if (!importance) {
    ImportanceOptions options{.repeats = flags.repeats, .seed = flags.seed, .threads = threads};
    options.most_rows = importance_rows(model, labelled.samples.rows(), options.repeats);
    report.importance = permutation_importance(model, labelled.samples, options);
  }
  std::vector<std::string> words = {"kette", "evaluate", flags.model};
  words.insert(words.end(), flags.files.begin(), flags.files.end());
  if (!flags.positive.empty()) words.insert(words.end(), {"--positive", flags.positive});
  if (flags.threshold) words.insert(words.end(), {"--threshold", fmt::format("{}", *flags.threshold)});
  if (flags.top_k) words.insert(words.end(), {"--top-k", fmt::format("{}", *flags.top_k)});
  words.insert(words.end(), {"--report", "report.html"});
  report.repeat = command_line(words);
  return report;
}

/// Of what is printed they are no part, unless asked for.
void drop_curves(Judgement& judgement) {
  if (judgement.regression) judgement.regression->sample.clear();
  if (!judgement.classification) return;
  for (ClassJudgement& one : judgement.classification->classes) {
    one.roc_curve.clear();
    one.precision_recall_curve.clear();
  }
}

int run(const EvaluateFlags& flags) {
  if (flags.curves && !flags.json) throw UsageError("--curves adds to the JSON object; it needs --json");
  std::vector<std::string> others = flags.files;
  others.push_back(flags.model);
  check_report(flags.report, others);
  Model model = load_model(flags.model);
  Threads threads(flags.threads);
  const Schema& schema = model.schema;
  JudgeOptions options = judge_options(flags, schema, &threads);
  const data::TableFile file = read_table_files(flags.files, flags.table, &threads);
  take_column_names(model.schema, file.table, flags.target, true);
  check_targets(schema, file.table);
  const Labelled labelled = labelled_samples(schema, file.table, &threads, UnknownLabels::leave_out);
  tell(file.notes);
  tell(describe(labelled.unseen));
  tell(describe_left_out(labelled));
  Predictor predictor(model, &threads);
  const auto start = std::chrono::steady_clock::now();
  const Predictions predictions = predictor.predict(labelled.samples.features);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  options.rows = labelled.rows;
  Judgement judgement = judge(schema, predictions, labelled.samples.targets, options);
  std::optional<Importance> importance;
  if (flags.importance)
    importance = permutation_importance(model, labelled.samples,
                                        {.repeats = flags.repeats, .seed = flags.seed, .threads = &threads});
  if (!flags.report.empty()) {
    write_report(flags.report, report_of(model, file.table, labelled, judgement, importance, flags, &threads),
                 model.schema);
    if (!flags.curves) drop_curves(judgement);
  }
  if (flags.json) {
    print_json(judgement, schema, importance, seconds, flags);
    return 0;
  }
  fmt::print("{}", judgement_text(judgement, schema, [&](int64_t row) { return row_name(file.table, row); }));
  if (importance) fmt::print("\n{}", importance_text(*importance));
  if (!flags.report.empty()) fmt::print("\nreport    {}\n", flags.report);
  return 0;
}

void declare_flags(CLI::App& app, EvaluateFlags& flags) {
  app.add_option("MODEL", flags.model, "Model written by kette train")->required();
  app.add_option("FILE", flags.files, "Table, or several with the same columns; -: standard input")
      ->required();
  app.add_option("--target", flags.target,
                 "Column that holds the truth, for a model of another tool that does not name it (default: "
                 "the last)");
  app.add_flag("--json", flags.json, "One JSON object instead");
  app.add_flag("--curves", flags.curves, "With --json: also curves, and a sample of a regression's rows");
  app.add_option("--positive", flags.positive, "Two classes: the one looked for (the second unless told)");
  app.add_option("--threshold", flags.threshold, "Two classes: the least probability for the positive one")
      ->check(between(0, 1));
  app.add_option("--top-k", flags.top_k, "Classes: among how many the right one counts (3)")
      ->check(at_least(1));
  app.add_option("--resamples", flags.resamples, "For intervals; 0: none (1000 for few rows, 100 for many)")
      ->check(between(0, 1e6));
  app.add_flag("--importance", flags.importance, "What each feature is worth, by permutation");
  declare_report_flag(app, flags.report);
  app.add_option("--repeats", flags.repeats, "Permutations of each feature")
      ->check(between(1, 1000))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "Of resamples and permutations")->capture_default_str();
  app.add_option("--threads", flags.threads, "0: one for each core")
      ->check(between(0, 1024))
      ->capture_default_str();
  declare_table_flags(app, flags.table);
  app.footer(kEvaluateExamples);
}

}  // namespace

const Command kEvaluate{"evaluate", "Measure a model on a table that holds the target",
                        [](CLI::App& app) -> std::function<int()> {
                          auto flags = std::make_shared<EvaluateFlags>();
                          declare_flags(app, *flags);
                          return [flags] { return run(*flags); };
                        }};

}  // namespace kette::cli
