// kette predict: a prediction for every row of a table.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/table_options.h"
#include "kette/data/csv.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"
#include "kette/train/labelled.h"
#include "kette/train/prediction_table.h"
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

int run(const PredictFlags& flags) {
  Model model = load_model(flags.model);
  Threads threads(flags.threads);
  const data::TableFile file = read_table_files(flags.files, flags.table, &threads);
  take_column_names(model.schema, file.table, "", false);
  if (flags.probabilities && model.schema.task == data::Task::regression)
    fail("{}: is a regression model; it has no probabilities", flags.model);
  for (const std::string& path : flags.files) check_output(flags.out, path);
  const data::Encoded encoded = data::encode(file.table, model.schema.features, &threads);
  const Predictions predictions = Predictor(model, &threads).predict(encoded.matrix);
  write_output(flags.out, data::to_csv(prediction_table(model, predictions, flags.probabilities)));
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
