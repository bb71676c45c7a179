// kette predict: a prediction for every row of a table.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/table_options.h"
#include "kette/data/csv.h"
#include "kette/onnx/read.h"
#include "kette/train/labelled.h"
#include "kette/train/predictor.h"

namespace kette::cli {
namespace {

constexpr const char* kPredictExamples = R"(Examples:
  kette predict digits.onnx new.csv
  kette predict digits.onnx new.csv --probabilities --out answers.csv

The file needs the columns that the model was trained on, in any order; others, such as the target, are ignored.
One line is printed for each row: the column "prediction", and with --probabilities one column for each class.)";

struct PredictFlags {
  std::string model, out = "-";
  std::vector<std::string> files;
  TableFlags table;
  bool probabilities = false;
  int threads = 0;
};

std::vector<float> column_of(const Tensor& matrix, size_t column) {
  const auto width = static_cast<size_t>(matrix.shape()[1]);
  const std::span<const float> values = matrix.values<float>();
  std::vector<float> numbers;
  for (size_t i = column; i < values.size(); i += width) numbers.push_back(values[i]);
  return numbers;
}

data::Table answers(const Model& model, const Predictions& predictions, bool with_probabilities) {
  data::Table table("predictions");
  const Tensor& said = predictions.prediction;
  if (model.schema.task == data::Task::regression) {
    const auto count = model.schema.targets.size();
    for (size_t t = 0; t < count; ++t) {
      const std::string name = count == 1 ? "prediction" : "prediction_" + model.schema.targets[t];
      table.add_numbers(name, std::span<const float>(column_of(said, t)));
    }
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
    table.add_numbers("probability_" + labels[c], std::span<const float>(column_of(said, c)));
  }
  return table;
}

int run(const PredictFlags& flags) {
  Model model = load_model(flags.model);
  Threads threads(flags.threads);
  const data::TableFile file = read_table_files(flags.files, flags.table, &threads);
  if (flags.probabilities && model.schema.task == data::Task::regression)
    fail("{}: is a regression model; it has no probabilities", flags.model);
  for (const std::string& path : flags.files) check_output(flags.out, path);
  const data::Encoded encoded = data::encode(file.table, model.schema.features);
  const Predictions predictions = Predictor(model, &threads).predict(encoded.matrix);
  write_output(flags.out, data::to_csv(answers(model, predictions, flags.probabilities)));
  tell(file.notes);
  tell(describe(encoded.unseen));
  return 0;
}

}  // namespace

const Command kPredict{
    "predict", "Predict the target of every row of a table", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<PredictFlags>();
      app.add_option("MODEL", flags->model, "Model written by kette train")->required();
      app.add_option("FILE", flags->files, "Table, or several with the same columns; -: standard input")
          ->required();
      app.add_option("--out", flags->out, "Where to write (-: standard output)")->capture_default_str();
      app.add_flag("--probabilities", flags->probabilities, "Also the probability of each class");
      app.add_option("--threads", flags->threads, "0: one for each core")
          ->check(between(0, 1024))
          ->capture_default_str();
      declare_table_flags(app, flags->table);
      app.footer(kPredictExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
