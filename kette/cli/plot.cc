// kette plot: pictures of functions, models and training.
#include "kette/cli/plot.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/formula_argument.h"
#include "kette/cli/ranges.h"
#include "kette/cli/terminal.h"
#include "kette/cli/text.h"
#include "kette/data/table.h"
#include "kette/nn/activation.h"
#include "kette/plot/picture.h"

namespace kette::cli {
namespace {

constexpr const char* kPlotExamples = R"text(Examples:
  kette plot activations --derivative                  sigmoid, tanh, hardtanh and relu, and their derivatives
  kette plot gelu silu relu --out rectifiers.svg       any of the activations, as a picture
  kette plot "x^2*exp(-x)" --from -1 --to 6 --derivative
  kette plot "x*exp(-x^2-y^2)" --from -2 --to 2        two variables: colours and lines of equal height
  kette plot moons.onnx moons.csv --out moons.png      what the model says where, and the rows
  kette plot small.run.toml large.run.toml --log       learning curves: training (line), validation (dashes)
  kette plot descent.json                              what kette compare --descent --json printed

Without --out the picture is a sketch in the terminal. Pictures are drawn by gnuplot, which must be installed. A model
needs one or two numeric features; several models are drawn as learning curves, by the records beside them.)text";

constexpr int kSketchColumns = 79, kSketchRows = 24;
constexpr int kNarrowestSketch = 40, kWidestSketch = 132, kLowestSketch = 16, kHighestSketch = 36;

// Where it goes
// ------------------------------------------------------------------------------------------------------

bool is_svg(const std::string& path) { return path.ends_with(".svg"); }
bool is_png(const std::string& path) { return path.ends_with(".png"); }

void check_picture(const PlotFlags& flags) {
  if (flags.out.empty()) return;
  if (!is_svg(flags.out) && !is_png(flags.out))
    throw UsageError(
        fmt::format("--out: expected a name that ends in .svg or .png, not {}", data::quote(flags.out)));
  for (const std::string& word : flags.what) check_output(flags.out, word);
}

std::string sketch_for_terminal(std::span<const Chart> charts) {
  const auto columns = static_cast<int>(terminal_columns()), rows = static_cast<int>(terminal_rows());
  if (columns == 0) return sketch(charts, kSketchColumns, kSketchRows);
  return sketch(charts, std::clamp(columns - 1, kNarrowestSketch, kWidestSketch),
                std::clamp(rows - 2, kLowestSketch, kHighestSketch), has_colours());
}

/// Names from files may hold any bytes.
void clean(Chart& chart) {
  for (std::string* text : {&chart.title, &chart.x.label, &chart.y.label}) *text = as_utf8(*text);
  for (Series& series : chart.series) series.name = as_utf8(series.name);
  if (!chart.field) return;
  chart.field->label = as_utf8(chart.field->label);
  for (std::string& name : chart.field->names) name = as_utf8(name);
}

// What it is
// ------------------------------------------------------------------------------------------------------

struct Kind {
  const char* name;
  std::vector<Chart> (*charts)(const PlotFlags&);
  std::set<std::string> options;  // those that not all kinds take
};

const Kind kFunctions{"functions", function_charts, {"--derivative", "--log"}};
const Kind kModel{
    "a model",
    model_charts,
    {"--target", "--delimiter", "--header", "--missing", "--bad-rows", "--format", "--threads"}};
const Kind kLearning{"learning curves", learning_charts, {"--measure", "--log"}};

bool is_model(const std::string& word) { return word.ends_with(".onnx"); }

const Kind& kind_of(const std::vector<std::string>& words) {
  const auto is_record = [](const std::string& word) {
    return word.ends_with(".toml") || word.ends_with(".json");
  };
  const bool are_runs =
      std::ranges::all_of(words, [&](const auto& w) { return is_record(w) || is_model(w); });
  if (are_runs && (words.size() > 1 || !is_model(words.front()))) return kLearning;
  std::error_code ignored;
  return is_model(words.front()) || std::filesystem::is_regular_file(words.front(), ignored) ? kModel
                                                                                             : kFunctions;
}

void check_options(const Kind& kind, const CLI::App& app) {
  std::set<std::string> special;
  for (const Kind* one : {&kFunctions, &kModel, &kLearning})
    special.insert(one->options.begin(), one->options.end());
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->count() > 0 && special.contains(name) && !kind.options.contains(name))
      throw UsageError(fmt::format("{} is not for {}", name, kind.name));
  }
}

int run(const PlotFlags& flags, const CLI::App& app) {
  check_picture(flags);
  const Kind& kind = kind_of(flags.what);
  check_options(kind, app);
  std::vector<Chart> charts = kind.charts(flags);
  std::ranges::for_each(charts, clean);
  if (flags.out.empty())
    write_output("-", sketch_for_terminal(charts));
  else
    write_output(flags.out, is_svg(flags.out) ? svg(charts) : png(charts));
  return 0;
}

std::vector<std::string> known_words() {
  std::vector<std::string> words = names_in(activations());
  words.insert(words.begin(), "activations");
  return words;
}

}  // namespace

const Command kPlot{
    "plot", "Draw activations, formulas, what a model says, or learning curves",
    [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<PlotFlags>();
      app.add_option(kPicturedArgument, flags->what,
                     "Formulas, or activations by name; or a model and tables; or records of runs")
          ->required()
          ->check(words_or_others(known_words()));
      app.add_option("--out", flags->out, "Picture to write, NAME.svg or NAME.png (default: a sketch)")
          ->type_name("FILE");
      app.add_option("--from", flags->from, "Where the axis to the right begins")->type_name("X");
      app.add_option("--to", flags->to, "Where it ends")->type_name("X");
      app.add_option("--y-from", flags->y_from, "Where the axis upwards begins")->type_name("Y");
      app.add_option("--y-to", flags->y_to, "Where it ends")->type_name("Y");
      app.add_flag("--log", flags->logarithmic, "Logarithmic axis upwards");
      app.add_flag("--derivative", flags->derivative, "Functions: their derivatives, too");
      app.add_option("--measure", flags->measure, "Learning curves: of what (default: loss)")
          ->type_name("NAME");
      app.add_option("--target", flags->target, "A model of several targets: which (default: the first)")
          ->type_name("COLUMN");
      app.add_option("--threads", flags->threads, "0: one for each core")
          ->check(between(0, 1024))
          ->capture_default_str();
      declare_table_flags(app, flags->table);
      app.footer(kPlotExamples);
      return [flags, &app] { return run(*flags, app); };
    }};

}  // namespace kette::cli
