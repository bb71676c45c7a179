// kette predict: a prediction for every row of a table.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/data/csv.h"
#include "kette/onnx/read.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  kette predict digits.onnx new.csv
  kette predict digits.onnx new.csv --probabilities --out answers.csv

The file needs the columns that the model was trained on, in any order; others, such as the target, are ignored.
One line is printed for each row: the column "prediction", and with --probabilities one column for each class.)";

struct Flags {
  std::string model, file, out = "-";
  bool probabilities = false;
  int threads = 0;
};

data::Table answers(const Model& model, const Predictions& predictions, bool with_probabilities) {
  data::Table table("predictions");
  const Tensor& said = predictions.prediction;
  if (model.schema.task == data::Task::regression) {
    table.add_numbers("prediction", said.values<float>());
    return table;
  }
  const std::vector<std::string>& labels = model.schema.labels;
  std::vector<std::string> names;
  const Tensor classes = predicted_classes(said);
  for (const int64_t c : classes.values<int64_t>()) names.push_back(labels[static_cast<size_t>(c)]);
  table.add_text("prediction", names);
  if (!with_probabilities) return table;
  const auto count = labels.size();
  for (size_t c = 0; c < count; ++c) {
    std::vector<float> column;
    for (size_t i = c; i < said.values<float>().size(); i += count) column.push_back(said.values<float>()[i]);
    table.add_numbers("probability_" + labels[c], std::span<const float>(column));
  }
  return table;
}

int run(const Flags& flags) {
  Model model = load_model(flags.model);
  const data::Table table = data::read_csv(flags.file);
  if (flags.probabilities && model.schema.task == data::Task::regression)
    fail("{}: is a regression model; it has no probabilities", flags.model);
  check_output(flags.out, flags.file);
  Threads threads(flags.threads);
  const Tensor features = data::feature_matrix(table, model.schema.features);
  const Predictions predictions = Predictor(model, &threads).predict(features);
  write_output(flags.out, data::to_csv(answers(model, predictions, flags.probabilities)));
  return 0;
}

}  // namespace

const Command kPredict{
    "predict", "Predict the target of every row of a table", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<Flags>();
      app.add_option("MODEL", flags->model, "Model written by kette train")->required();
      app.add_option("FILE", flags->file, "Table as CSV with a header line")->required();
      app.add_option("--out", flags->out, "Where to write (-: standard output)")->capture_default_str();
      app.add_flag("--probabilities", flags->probabilities, "Also the probability of each class");
      app.add_option("--threads", flags->threads, "0: one for each core")
          ->check(CLI::Range(0, 1024))
          ->capture_default_str();
      app.footer(kExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
