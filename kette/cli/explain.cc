// kette explain: a prediction and its gradients, recomputed step by step.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/cli/command.h"
#include "kette/cli/explain_interactive.h"
#include "kette/cli/explain_text.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/subject_options.h"
#include "kette/cli/terminal.h"
#include "kette/cli/text.h"
#include "kette/explain/attribution.h"
#include "kette/explain/trace.h"
#include "kette/figure/numbers_text.h"
#include "kette/graph/json.h"
#include "kette/symbolic/infix.h"

namespace kette::cli {
namespace {

constexpr const char* kExplainExamples = R"(Examples:
  kette explain iris.onnx iris.csv --row 7
  kette explain iris.onnx iris.csv --row 7 --layer 2 --elements 10
  kette explain iris.onnx iris.csv --row 7 --node h1
  kette explain tagger.onnx --words "the black dog" --expected ADJ
  kette explain iris.onnx iris.csv --row 7 --interactive
  kette explain iris.onnx iris.csv --row 7 --attribution
  kette explain olah.txt --set a=2 --set b=1

The forward pass in topological order and the backward pass in reverse: each operation with symbols and with the numbers of
this row, its local derivative, the gradient that comes in and those that it passes on; then δ of every neuron, the change
Δw = −η·δ·out of every weight, and the loss after one step. All numbers are those that training computes.)";

struct ExplainFlags {
  SubjectFlags subject;
  StepsOptions steps;
  std::string out = "-", output;
  bool interactive = false, json = false, full = false, attribution = false;
};

/// What the row is and what the model says of it.
std::string heading(const Subject& subject, size_t columns) {
  std::string text = one_line(subject.source);
  if (subject.row) {
    text += " on " + one_line(subject.row_name);
    constexpr int64_t kMostFields = 12;
    const int64_t shown = std::min(kMostFields, subject.row->columns());
    for (int64_t c = 0; c < shown; ++c)
      text += fmt::format("{} {}\u00A0=\u00A0{}", c == 0 ? ":" : ",", one_line(subject.row->name(c)),
                          cut(one_line(subject.row->field(0, c)), 40));
    if (shown < subject.row->columns()) text += fmt::format(", … {} more", subject.row->columns() - shown);
  }
  std::string lines = filled(text, columns, 2) + "\n";
  for (size_t at = 0; (at = lines.find("\u00A0", at)) != lines.npos;) lines.replace(at, 2, " ");
  if (!subject.is_model) return lines;
  const std::map<int, Tensor> values = values_of(subject, std::vector{subject.result.id});
  const Tensor& said = values.at(subject.result.id);
  std::string answer = "says";
  if (subject.schema.task == data::Task::regression) {
    for (size_t t = 0; t < subject.schema.targets.size(); ++t)
      answer += fmt::format("{} {} = {}", t == 0 ? "" : ",", one_line(subject.schema.targets[t]),
                            infix_number(said.at(static_cast<int64_t>(t)), FormulaStyle::plain, 5).text);
  } else {
    const int64_t best = most_probable(said);
    answer +=
        fmt::format(" {} with probability {}", one_line(subject.schema.labels[static_cast<size_t>(best)]),
                    number_text(said.at(best)));
  }
  return lines + filled(answer, columns, 2) + "\n";
}

std::string attribution_text(const Attribution& attribution, size_t columns) {
  std::vector<std::vector<std::string>> cells = {
      {"feature", "value", "gradient × input", "integrated gradients"}};
  double sum = 0;
  for (const FeatureAttribution& one : attribution.features) {
    cells.push_back({one_line(one.feature), cut(one_line(one.field), 24), number_text(one.gradient_input),
                     number_text(one.integrated)});
    sum += one.integrated;
  }
  const std::string output = one_line(attribution.output);
  return fmt::format("What the features contribute to {}\n\n{}\n", output, table(cells)) +
         filled(fmt::format(
                    "integrated gradients sum to {}; {} is {} for this row and {} for the baseline, a "
                    "difference of {} ({} steps)",
                    number_text(sum), output, number_text(attribution.at_row),
                    number_text(attribution.at_baseline),
                    number_text(attribution.at_row - attribution.at_baseline), grouped(attribution.steps)),
                columns) +
         "\n";
}

nlohmann::ordered_json attribution_json(const Attribution& attribution) {
  auto features = nlohmann::ordered_json::array();
  for (const FeatureAttribution& one : attribution.features)
    features.push_back({{"feature", text_json(one.feature)},
                        {"value", text_json(one.field)},
                        {"gradient_input", number_json(one.gradient_input)},
                        {"integrated", number_json(one.integrated)}});
  return {{"output", text_json(attribution.output)},
          {"at_row", number_json(attribution.at_row)},
          {"at_baseline", number_json(attribution.at_baseline)},
          {"steps", attribution.steps},
          {"features", std::move(features)}};
}

Pages pages_of(const Steps& steps, size_t columns) {
  Pages pages;
  const auto add = [&](const char* pass, const auto& list) {
    for (size_t i = 0; i < list.size(); ++i) {
      pages.titles.push_back(fmt::format("{}, {} of {}", pass, i + 1, list.size()));
      pages.texts.push_back(step_text(list[i], columns));
    }
  };
  add("forward pass", steps.forward);
  add("backward pass", steps.backward);
  add("deltas", steps.layers);
  add("update", steps.others);
  if (!steps.layers.empty() || !steps.others.empty())
    pages.texts.back() += "\n" + text_of_update(steps, columns);
  return pages;
}

/// What an option is for, where it would do nothing.
void refuse_unused(const ExplainFlags& flags) {
  const bool has_view = flags.subject.view.layer || flags.subject.view.depth ||
                        !flags.subject.view.node.empty() || !flags.subject.view.from.empty();
  const std::pair<bool, const char*> unused[] = {
      {flags.interactive && (flags.json || flags.attribution || flags.out != "-"),
       "--interactive is for the terminal; it goes with neither --json, --attribution nor --out"},
      {!flags.output.empty() && !flags.attribution, "--output goes with --attribution"},
      {flags.full && !flags.json, "--full goes with --json"},
      {flags.attribution && !flags.json && has_view,
       "--attribution is of the whole network; it goes with neither --layer, --node, --depth nor --from"},
      {flags.subject.loss == "none",
       "--loss none: without a loss there is nothing to explain backwards; leave it out"}};
  for (const auto& [is_unused, message] : unused)
    if (is_unused) throw UsageError(message);
}

class ExplainCommand {
 public:
  explicit ExplainCommand(const ExplainFlags& flags) : flags_(flags), columns_(page_columns()) {
    refuse_unused(flags);
    check_outputs(flags.out, flags.subject);
    subject_ = read_subject(flags.subject, true);
    if (subject_.is_model && !subject_.row) throw UsageError(hint_for(flags.subject, subject_));
    if (flags.attribution && !subject_.is_model)
      throw UsageError("--attribution is of a model's features; a graph text has none");
    loss_ = subject_.loss;
  }

  int run() {
    if (flags_.interactive) {
      Pages pages = pages_with_heading();
      step_through(std::move(pages), [this](const std::string& text) { return changed(text); });
      return 0;
    }
    if (flags_.json) {
      write_output(flags_.out, json().dump(1) + "\n");
      return 0;
    }
    std::string text = heading(subject_, columns_) + "\n";
    if (flags_.attribution) {
      text += attribution_text(attribution_of(subject_, flags_.output), columns_);
    } else {
      const Steps all = steps();
      if (!subject_.loss)
        text += filled(subject_.is_model
                           ? "What was expected is not known (--expected tells it), so there is no "
                             "backward pass."
                           : "The last node is not one number, so there is no backward pass (--loss "
                             "names another).",
                       columns_) +
                "\n\n";
      text += page_of(all, columns_);
    }
    write_output(flags_.out, text);
    return 0;
  }

 private:
  Steps steps() {
    subject_.loss = is_expected_known(subject_) ? loss_ : Value{};
    return with_hint(flags_.subject, subject_, [&] {
      return steps_of(subject_, view_of(subject_, flags_.subject.view), flags_.steps);
    });
  }

  Pages pages_with_heading() {
    Pages pages = pages_of(steps(), columns_);
    pages.texts.front().insert(0, heading(subject_, columns_) + "\n");
    return pages;
  }

  /// After an Error all is as it was.
  Pages changed(const std::string& text) {
    Bindings inputs = subject_.inputs;
    Parameters parameters = subject_.parameters;
    std::optional<data::Table> row = subject_.row;
    try {
      set_value(subject_, text);
      return pages_with_heading();
    } catch (const Error&) {
      subject_.inputs = std::move(inputs);
      subject_.parameters = std::move(parameters);
      subject_.row = std::move(row);
      throw;
    }
  }

  nlohmann::ordered_json json() {
    const Steps all = steps();
    const Scene scene = scene_of(
        subject_,
        {.view = flags_.subject.view, .values = true, .gradients = static_cast<bool>(subject_.loss)});
    nlohmann::ordered_json object = scene_json(subject_, scene, flags_.full ? INT64_MAX : kJsonValues);
    object["steps"] = steps_json(all);
    if (flags_.attribution) object["attribution"] = attribution_json(attribution_of(subject_, flags_.output));
    return object;
  }

  const ExplainFlags& flags_;
  const size_t columns_;
  Subject subject_;
  Value loss_;
};

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
      app.add_flag("--interactive", flags->interactive,
                   "Step forward and back with the keyboard, and change values");
      app.add_flag("--attribution", flags->attribution,
                   "Instead: what each feature contributes, by gradient × input and integrated gradients");
      app.add_option(
             "--output", flags->output,
             "With --attribution: the class or target explained (default: the most probable, the first)")
          ->type_name("NAME");
      app.add_flag("--json", flags->json, "For programs, see docs/graph.schema.json");
      app.add_flag("--full", flags->full, "JSON: tensors of any size in full");
      app.add_option("--out", flags->out, "Where to write (-: standard output)")
          ->type_name("FILE")
          ->capture_default_str();
      app.footer(kExplainExamples);
      return [flags] { return ExplainCommand(*flags).run(); };
    }};

}  // namespace kette::cli
