// kette import: the model of another tool as one of kette.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/base/choice.h"
#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/text.h"
#include "kette/model/columns.h"
#include "kette/model/verify.h"
#include "kette/model/weights.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"

namespace kette::cli {
namespace {

constexpr const char* kImportExamples = R"(Examples:
  kette import net.onnx --columns sepal_length,sepal_width --labels setosa,versicolor --out iris.onnx
  kette import mnist.onnx --task multiclass --divide 255 --out digits.onnx
  kette import model.onnx --weights trained.safetensors --out model2.onnx

Feed-forward networks from PyTorch, Keras, scikit-learn, MATLAB and others are read, from operator set 1 to 25. Such
files can also be used as they are by predict, evaluate and train --from: what they do not say, this command adds.)";

struct ImportFlags {
  std::string model, out, task, output, target, weights;
  std::vector<std::string> columns, labels;
  double divisor = 1;
};

ImportOptions options_of(const ImportFlags& flags) {
  ImportOptions options{
      .columns = flags.columns, .labels = flags.labels, .output = flags.output, .divisor = flags.divisor};
  if (!flags.task.empty())
    options.task = option_value("--task", [&] { return data::parse_task(flags.task); });
  if (!flags.target.empty()) options.targets = {flags.target};
  return options;
}

int run(const ImportFlags& flags) {
  check_output(flags.out, flags.model);
  Model model = load_model(flags.model, options_of(flags));
  if (!flags.weights.empty()) load_weights(model, flags.weights);
  save_model(model, flags.out);
  const Schema& schema = model.schema;
  const auto origin = model.metadata.find("origin");
  fmt::print("{:<10}{}{}\n", "read", flags.model,
             origin == model.metadata.end() ? "" : " of " + origin->second);
  fmt::print("{:<10}{}{}\n", "features", counted(static_cast<int64_t>(schema.features.size()), "column"),
             schema.by_position ? ", known by position" : "");
  fmt::print("{:<10}{} · {}\n", "task", data::to_string(schema.task),
             schema.labels.empty() ? "predicts " + schema.target_names()
                                   : fmt::format("{} classes", schema.labels.size()));
  fmt::print("{:<10}{} in {}\n", "weights", grouped(model.parameters.elements()),
             counted(static_cast<int64_t>(model.parameters.size()), "tensor"));
  fmt::print("{:<10}{}\n", "model", flags.out);
  return 0;
}

}  // namespace

const Command kImport{
    "import", "Take over the model of another tool", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<ImportFlags>();
      app.add_option("MODEL", flags->model, "ONNX file")->required();
      app.add_option("--out", flags->out, "Where to write the model")->required()->type_name("FILE");
      app.add_option("--task", flags->task, "What it predicts (default: classes where the file shows them)")
          ->check(one_of(names_in(data::kTasks)));
      app.add_option("--columns", flags->columns,
                     "Names of the input's columns in order: a,b,… (default: taken by position)")
          ->delimiter(',')
          ->type_name("NAMES");
      app.add_option("--target", flags->target, "Name of what is predicted")->type_name("NAME");
      app.add_option("--labels", flags->labels,
                     "Of the classes in order: a,b,… (default: the file's, or 0,1,…)")
          ->delimiter(',')
          ->type_name("NAMES");
      app.add_option("--output", flags->output, "Which result to take, where the file has several")
          ->type_name("NAME");
      app.add_option(
             "--divide", flags->divisor,
             "Divide the columns by this first, such as 255 for pixels that the network wants from 0 to 1")
          ->capture_default_str();
      app.add_option("--weights", flags->weights,
                     "Put in the weights of this safetensors file, by their names")
          ->type_name("FILE");
      app.footer(kImportExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
