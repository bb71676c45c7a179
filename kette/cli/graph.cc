// kette graph: the computation graph, as text and as a picture.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/subject_options.h"
#include "kette/cli/terminal.h"
#include "kette/figure/render.h"
#include "kette/graph/json.h"
#include "kette/graph/text.h"

namespace kette::cli {
namespace {

constexpr const char* kGraphExamples = R"(Examples:
  kette graph iris.onnx                              its operations, one a line
  kette graph iris.onnx --out iris.svg               a picture
  kette graph iris.onnx --data iris.csv --row 7 --values --out row.svg
  kette graph iris.onnx --data iris.csv --row 7 --gradients --values --layer 2
  kette graph tagger.onnx --words "the black dog" --expected ADJ --loss negative-log-likelihood --out figure.svg
  kette graph olah.txt --set a=2 --set b=1 --values --gradients

Without a row the graph stands for any; with a row its inputs are concrete; with --expected or --loss the loss is its last
node. Ovals are operations, shaded boxes parameters; inputs have no frame.)";

struct GraphFlags {
  SubjectFlags subject;
  bool values = false, gradients = false, backward = false, full = false;
  std::string format, out = "-";
};

const std::vector<std::string> kForms = {"text", "svg", "png", "dot", "tikz", "json", "source"};

std::string form_of(const GraphFlags& flags) {
  if (!flags.format.empty()) return flags.format;
  const size_t point = flags.out.rfind('.');
  const std::string ending = point == std::string::npos ? "" : flags.out.substr(point + 1);
  if (ending == "tex") return "tikz";
  if (ending == "gv") return "dot";
  for (const std::string& form : kForms)
    if (ending == form) return form;
  if (ending.empty() || ending == "txt") return "text";
  throw UsageError(
      fmt::format("--out: .{} is no form of a graph; there are .svg, .png, .dot, .tex, .json, .txt", ending));
}

std::string drawn(const Figure& figure, const std::string& form) try {
  if (form == "svg") return to_svg(figure);
  if (form == "png") return to_png(figure);
  return to_tikz(figure);
} catch (const Error& error) {
  if (figure.nodes.size() <= kMostNodes) throw;
  fail("{}; --layer, --node and --depth show a part, and --as text all of it", error.what());
}

int run(const GraphFlags& flags) {
  const std::string form = form_of(flags);
  check_outputs(flags.out, flags.subject);
  if (flags.full && form != "json") throw UsageError("--full goes with --as json");
  Subject subject = read_subject(flags.subject, flags.gradients || flags.backward);
  const Scene scene = with_hint(flags.subject, subject, [&] {
    return scene_of(subject, {.view = flags.subject.view,
                              .values = flags.values,
                              .gradients = flags.gradients,
                              .backward = flags.backward});
  });
  if (form == "png" && flags.out == "-" && is_terminal())
    throw UsageError("a PNG is no text; give --out FILE.png");
  std::string text;
  if (form == "json")
    text = scene_json(subject, scene, flags.full ? INT64_MAX : kJsonValues).dump(1) + "\n";
  else if (form == "source")
    text = print(*subject.graph);
  else if (form == "text")
    text = to_text(figure_of(subject, scene), page_columns());
  else if (form == "dot")
    text = to_dot(figure_of(subject, scene));
  else
    text = drawn(figure_of(subject, scene), form);
  write_output(flags.out, text);
  return 0;
}

}  // namespace

const Command kGraph{"graph", "Show the computation graph, with the numbers of a row",
                     [](CLI::App& app) -> std::function<int()> {
                       auto flags = std::make_shared<GraphFlags>();
                       declare_subject_flags(app, flags->subject, "--data");
                       app.add_flag("--values", flags->values, "The value of every node");
                       app.add_flag("--gradients", flags->gradients, "The loss's gradient by every node");
                       app.add_flag("--backward", flags->backward, "The nodes of the backward pass, too");
                       app.add_option("--as", flags->format,
                                      "Of the output (default: by the ending of --out, else text)")
                           ->check(one_of(kForms));
                       app.add_flag("--full", flags->full, "JSON: tensors of any size in full");
                       app.add_option("--out", flags->out, "Where to write (-: standard output)")
                           ->type_name("FILE")
                           ->capture_default_str();
                       app.footer(kGraphExamples);
                       return [flags] { return run(*flags); };
                     }};

}  // namespace kette::cli
