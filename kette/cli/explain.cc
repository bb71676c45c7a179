// kette explain: a prediction and its gradients, recomputed step by step.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/cli/command.h"
#include "kette/cli/explain_text.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/subject_options.h"
#include "kette/cli/terminal.h"
#include "kette/cli/text.h"
#include "kette/explain/trace.h"
#include "kette/symbolic/infix.h"

namespace kette::cli {
namespace {

constexpr const char* kExplainExamples = R"(Examples:
  kette explain iris.onnx iris.csv --row 7
  kette explain iris.onnx iris.csv --row 7 --layer 2 --elements 10
  kette explain iris.onnx iris.csv --row 7 --node h1
  kette explain tagger.onnx --words "the black dog" --expected ADJ
  kette explain olah.txt --set a=2 --set b=1

The forward pass in topological order and the backward pass in reverse: each operation with symbols and with the numbers of
this row, its local derivative, the gradient that comes in and those that it passes on; then δ of every neuron, the change
Δw = −η·δ·out of every weight, and the loss after one step. All numbers are those that training computes.)";

struct ExplainFlags {
  SubjectFlags subject;
  StepsOptions steps;
  std::string out = "-";
};

/// What the row is and what the model says of it.
std::string heading(const Subject& subject, size_t columns) {
  std::string text = subject.source;
  if (subject.row) {
    text += " on " + subject.row->place(0, 0).substr(0, subject.row->place(0, 0).rfind(':'));
    constexpr int64_t kMostFields = 12;
    const int64_t shown = std::min(kMostFields, subject.row->columns());
    for (int64_t c = 0; c < shown; ++c)
      text += fmt::format("{} {} = {}", c == 0 ? ":" : ",", subject.row->name(c), subject.row->field(0, c));
    if (shown < subject.row->columns()) text += fmt::format(", … {} more", subject.row->columns() - shown);
  }
  std::string lines = filled(text, columns, 2) + "\n";
  if (!subject.is_model) return lines;
  const std::map<int, Tensor> values = values_of(subject, std::vector{subject.result.id});
  const Tensor& said = values.at(subject.result.id);
  std::string answer = "says";
  if (subject.schema.task == data::Task::regression) {
    for (size_t t = 0; t < subject.schema.targets.size(); ++t)
      answer += fmt::format("{} {} = {}", t == 0 ? "" : ",", subject.schema.targets[t],
                            infix_number(said.at(static_cast<int64_t>(t)), FormulaStyle::plain, 5).text);
  } else {
    int64_t best = 0;
    for (int64_t k = 0; k < said.size(); ++k)
      if (said.at(k) > said.at(best)) best = k;
    answer += fmt::format(" {} with probability {}", subject.schema.labels[static_cast<size_t>(best)],
                          infix_number(said.at(best), FormulaStyle::plain, 4).text);
  }
  return lines + answer + "\n";
}

int run(const ExplainFlags& flags) {
  check_output(flags.out, flags.subject.graph);
  Subject subject = read_subject(flags.subject, true);
  if (subject.is_model && !subject.row) throw UsageError("give a row: a table, or --words");
  if (subject.is_model && !subject.inputs.contains(subject.expected.name())) subject.loss = {};
  const View view = view_of(subject, flags.subject.view);
  const size_t columns = page_columns();
  std::string text = heading(subject, columns);
  if (subject.is_model && !subject.loss)
    text += "what was expected is not known (--expected tells it), so there is no backward pass\n";
  const Steps steps = steps_of(subject, view, flags.steps);
  write_output(flags.out, text + "\n" + page_of(steps, columns));
  return 0;
}

}  // namespace

const Command kExplain{
    "explain", "Recompute a prediction and its gradients step by step",
    [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<ExplainFlags>();
      declare_subject_flags(app, flags->subject, "FILE");
      app.add_option("--learning-rate", flags->steps.learning_rate, "η of the update")
          ->check(positive())
          ->capture_default_str();
      app.add_option("--elements", flags->steps.most_elements, "Elements listed of each tensor, the largest")
          ->check(positive())
          ->capture_default_str();
      app.add_option("--terms", flags->steps.most_terms, "Terms listed of each sum, the largest")
          ->check(at_least(2))
          ->capture_default_str();
      app.add_option("--out", flags->out, "Where to write (-: standard output)")
          ->type_name("FILE")
          ->capture_default_str();
      app.footer(kExplainExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
