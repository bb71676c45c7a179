// kette evaluate: how good a model is on a labelled table.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/ranges.h"
#include "kette/cli/table_options.h"
#include "kette/cli/text.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"
#include "kette/train/labelled.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr const char* kEvaluateExamples = R"(Examples:
  kette evaluate digits.onnx more.csv
  kette evaluate digits.onnx more.csv --json

accuracy: share of rows whose most probable class is right; loss: mean cross-entropy. Regression: rmse, mae and r2;
loss: mean squared error. On rows that the model was trained on these are too good to be true.)";

constexpr size_t kMostClassesShown = 30;

struct EvaluateFlags {
  std::string model, target;
  std::vector<std::string> files;
  TableFlags table;
  bool json = false;
  int threads = 0;
};

/// For each class: rows, how many of them were recognised, and how many of those predicted as it were right.
std::string class_table(const Schema& schema, const Predictions& predictions, const Tensor& targets) {
  const size_t count = schema.labels.size();
  std::vector<int64_t> rows(count), predicted(count), right(count);
  const Tensor classes = predicted_classes(predictions.prediction);
  for (int64_t i = 0; i < targets.size(); ++i) {
    const auto expected = static_cast<size_t>(targets.at(i)), said = static_cast<size_t>(classes.at(i));
    ++rows[expected];
    ++predicted[said];
    if (expected == said) ++right[said];
  }
  const auto share = [](int64_t part, int64_t whole) {
    return whole == 0 ? "-" : fmt::format("{:.4f}", static_cast<double>(part) / static_cast<double>(whole));
  };
  std::vector<std::vector<std::string>> cells = {{"class", "rows", "right", "recall", "precision"}};
  for (size_t c = 0; c < count; ++c)
    cells.push_back({schema.labels[c], grouped(rows[c]), grouped(right[c]), share(right[c], rows[c]),
                     share(right[c], predicted[c])});
  return table(cells);
}

int run(const EvaluateFlags& flags) {
  Model model = load_model(flags.model);
  Threads threads(flags.threads);
  const data::TableFile file = read_table_files(flags.files, flags.table, &threads);
  take_column_names(model.schema, file.table, flags.target, true);
  const Schema& schema = model.schema;
  const bool is_regression = schema.task == data::Task::regression;
  const auto [labelled, unseen, without_target] = labelled_samples(schema, file.table, &threads);
  tell(file.notes);
  tell(describe(unseen));
  if (without_target > 0) tell({fmt::format("{} without a target left out", counted(without_target, "row"))});
  Predictor predictor(model, &threads);
  const auto start = std::chrono::steady_clock::now();
  const Predictions predictions = predictor.predict(labelled.features);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const Measures measures = measure(schema, predictions, labelled.targets);
  if (flags.json) {
    nlohmann::ordered_json object;
    object["task"] = data::to_string(schema.task);
    object["target"] = schema.target_names();
    object["rows"] = labelled.rows();
    for (const auto& [name, value] : measures) object[name] = value;
    object["seconds"] = seconds;
    object["samples_per_second"] = static_cast<double>(labelled.rows()) / std::max(seconds, 1e-9);
    object["model"] = flags.model;
    fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  fmt::print("{} of {} on {}\n\n", data::to_string(schema.task), data::quote(schema.target_names()),
             counted(labelled.rows(), "row"));
  std::vector<std::vector<std::string>> cells;
  for (const auto& [name, value] : measures) cells.push_back({name, measure_text(name, value)});
  fmt::print("{}", table(cells));
  if (!is_regression && schema.labels.size() <= kMostClassesShown)
    fmt::print("\n{}", class_table(schema, predictions, labelled.targets));
  return 0;
}

}  // namespace

const Command kEvaluate{"evaluate", "Measure a model on a table that holds the target",
                        [](CLI::App& app) -> std::function<int()> {
                          auto flags = std::make_shared<EvaluateFlags>();
                          app.add_option("MODEL", flags->model, "Model written by kette train")->required();
                          app.add_option("FILE", flags->files,
                                         "Table, or several with the same columns; -: standard input")
                              ->required();
                          app.add_option("--target", flags->target,
                                         "Column that holds the truth, for a model of another tool that "
                                         "does not name it (default: the last)");
                          app.add_flag("--json", flags->json, "One JSON object instead");
                          app.add_option("--threads", flags->threads, "0: one for each core")
                              ->check(between(0, 1024))
                              ->capture_default_str();
                          declare_table_flags(app, flags->table);
                          app.footer(kEvaluateExamples);
                          return [flags] { return run(*flags); };
                        }};

}  // namespace kette::cli
