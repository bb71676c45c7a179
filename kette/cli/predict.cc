// kette predict: a prediction for every row of a table.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "kette/base/threads.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/table_options.h"
#include "kette/data/csv.h"
#include "kette/data/read.h"
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
A file of more than 32 MB is read and predicted block by block, in the memory of a few blocks.
One line is printed for each row: the column "prediction", and with --probabilities one column for each class.)";

struct PredictFlags {
  std::string model, out = "-";
  std::vector<std::string> files;
  TableFlags table;
  bool probabilities = false;
  int threads = 0;
};

/// Larger files are read and predicted block by block.
constexpr uintmax_t kLargestAtOnce = uintmax_t{32} << 20;

class PredictCommand {
 public:
  explicit PredictCommand(const PredictFlags& flags)
      : flags_(flags),
        threads_(flags.threads),
        model_(load_model(flags.model)),
        predictor_(model_, &threads_) {
    if (flags.probabilities && model_.schema.task == data::Task::regression)
      throw Error(fmt::format("{}: is a regression model; it has no probabilities", flags.model));
    for (const std::string& path : flags.files) check_output(flags.out, path);
    options_ = read_options(flags.table, &threads_);
    if (!model_.schema.by_position) options_.wanted = data::wanted_columns(model_.schema.features);
  }

  int run() {
    if (is_large())
      by_blocks();
    else
      at_once();
    tell(notes_);
    tell(describe(unseen_));
    return 0;
  }

 private:
  bool is_large() const {
    std::error_code none;
    for (const std::string& path : flags_.files)
      if (path != "-" && std::filesystem::is_regular_file(path, none) &&
          std::filesystem::file_size(path, none) > kLargestAtOnce)
        return true;
    return false;
  }

  void at_once() {
    const data::TableFile file = data::read_table(flags_.files, options_);
    notes_ = file.notes;
    const data::Table said = predict(file.table);
    write_output(flags_.out, data::to_csv(said, &threads_));
  }

  void by_blocks() {
    data::TableReader reader(flags_.files, options_);
    OutputFile out(flags_.out);
    bool is_first = true;
    while (const std::optional<data::Table> said = predict_next(reader)) {
      if (is_first) out.write(data::csv_header(*said));
      out.write(data::csv_rows(*said, &threads_));
      is_first = false;
    }
    if (is_first) fail("{}: expected at least one row", flags_.files.front());
    out.finish();
    notes_ = reader.notes();
  }

  std::optional<data::Table> predict_next(data::TableReader& reader) {
    const std::vector<data::Feature>& features = model_.schema.features;
    const bool are_numbers =
        std::ranges::all_of(features, [](const auto& f) { return f.kind == data::Feature::Kind::number; });
    if (are_numbers && !model_.schema.by_position) {
      std::optional<Tensor> matrix = reader.next_numbers(data::names_of(features));
      return matrix ? std::optional(said(std::move(*matrix))) : std::nullopt;
    }
    const std::optional<data::Table> block = reader.next();
    return block ? std::optional(predict(*block)) : std::nullopt;
  }

  data::Table predict(const data::Table& table) {
    take_column_names(model_.schema, table, "", false);
    const data::Encoded encoded = data::encode(table, model_.schema.features, &threads_);
    data::add_unseen(unseen_, encoded.unseen);
    return said(encoded.matrix);
  }

  data::Table said(const data::Matrix& features) {
    return prediction_table(model_, predictor_.predict(features), flags_.probabilities);
  }

  const PredictFlags& flags_;
  Threads threads_;
  Model model_;
  Predictor predictor_;
  data::ReadOptions options_;
  std::vector<std::string> notes_;
  std::vector<data::Unseen> unseen_;
};

}  // namespace

const Command kPredict{
    "predict", "Predict the target of every row of a table", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<PredictFlags>();
      app.add_option("MODEL", flags->model, "Model written by kette train")->required();
      app.add_option("FILE", flags->files, "Table, or several with the same columns; -: standard input")
          ->required();
      app.add_option("--out", flags->out, "Where to write (-: standard output)")
          ->type_name("FILE")
          ->capture_default_str();
      app.add_flag("--probabilities", flags->probabilities, "Also the probability of each class");
      app.add_option("--threads", flags->threads, "0: one for each core")
          ->check(between(0, 1024))
          ->capture_default_str();
      declare_table_flags(app, flags->table);
      app.footer(kPredictExamples);
      return [flags] { return PredictCommand(*flags).run(); };
    }};

}  // namespace kette::cli
