#include "kette/cli/subject_options.h"

#include <CLI/CLI.hpp>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/explain/row.h"
#include "kette/model/columns.h"
#include "kette/onnx/read.h"

namespace kette::cli {
namespace {

bool is_model(const SubjectFlags& flags) { return flags.graph.ends_with(".onnx"); }

void refuse_for_text(const SubjectFlags& flags) {
  const std::pair<bool, const char*> of_models[] = {{!flags.files.empty(), "a table"},
                                                    {flags.row.has_value(), "--row"},
                                                    {!flags.words.empty(), "--words"},
                                                    {!flags.expected.empty(), "--expected"},
                                                    {flags.view.preprocessing, "--preprocessing"}};
  for (const auto& [is_given, what] : of_models)
    if (is_given)
      throw UsageError(
          fmt::format("{} is for models (.onnx); --set gives the inputs of a graph text values", what));
  for (const char* ending : {".csv", ".tsv", ".gz"})
    if (flags.graph.ends_with(ending))
      throw UsageError(
          fmt::format("{} is a table; expected a model (.onnx) or a graph text first", flags.graph));
}

void bind(Subject& subject, const SubjectFlags& flags) {
  if (flags.row && flags.files.empty()) throw UsageError("--row goes with a table");
  if (flags.files.empty() && flags.words.empty()) {
    if (!flags.expected.empty()) throw UsageError("--expected goes with a row: --words, or a table");
    return;
  }
  if (!flags.files.empty() && !flags.words.empty()) throw UsageError("give a table or --words, not both");
  data::Table row("");
  if (flags.words.empty()) {
    row = read_row(flags.files, flags.row.value_or(1), read_options(flags.table, nullptr));
    subject.row_name = row.place(0, 0);
    subject.row_name.erase(subject.row_name.rfind(':'));
  } else {
    row = row_of_words(subject.schema, flags.words, subject.source);
    subject.row_name = "the words";
  }
  const bool has_more = row.columns() > std::ssize(subject.schema.features);
  take_column_names(subject.schema, row, "", has_more);
  if (!flags.expected.empty())
    option_value("--expected", [&] {
      expect(subject, row, flags.expected);
      return 0;
    });
  bind_row(subject, std::move(row));
}

}  // namespace

std::string hint_for(const SubjectFlags& flags, const Subject& subject) {
  if (!subject.is_model) return "--set NAME=VALUE gives one";
  if (!subject.row) return fmt::format("give a row: {}, or --words TEXT", flags.file_name);
  return "--expected VALUE tells what was expected";
}

void check_outputs(const std::string& out, const SubjectFlags& flags) {
  check_output(out, flags.graph);
  for (const std::string& file : flags.files) check_output(out, file);
}

void declare_subject_flags(CLI::App& app, SubjectFlags& flags, const std::string& file_flag) {
  flags.file_name = file_flag.starts_with("--") ? file_flag + " FILE" : "a table";
  app.add_option("GRAPH", flags.graph, "A model (.onnx), or a graph's text form")
      ->required()
      ->type_name("FILE");
  app.add_option(file_flag, flags.files, "Table with the row")->type_name("FILE");
  app.add_option("--row", flags.row, "Row of the table, from 1 (default: the first)")->check(positive());
  app.add_option("--words", flags.words, "The row in words, for a model whose columns are texts")
      ->type_name("TEXT");
  app.add_option("--expected", flags.expected, "What was expected (default: what the table says)")
      ->type_name("VALUE");
  app.add_option("--loss", flags.loss, "Loss shown (default: the task's own), or the node of a graph text")
      ->check(words_or_others(losses_shown()));
  app.add_option(
         "--set", flags.settings,
         "Another value of a column, an input, a parameter or an element: age=40, x=[0.5, -1], W1[1,3]=0.2")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  const std::string group = "What is shown";
  app.add_flag("--preprocessing", flags.view.preprocessing, "A model's preprocessing, too")->group(group);
  app.add_option("--layer", flags.view.layer, "Only this layer, from 1, and what it reads")
      ->check(positive())
      ->group(group);
  app.add_option("--node", flags.view.node, "Only this node, by name or %number")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--depth", flags.view.depth, "Only nodes at most so many edges below the end, or the --node")
      ->check(at_least(0))
      ->group(group);
  app.add_option("--from", flags.view.from, "This node stands for itself, as an input")
      ->type_name("NAME")
      ->group(group);
  declare_table_flags(app, flags.table);
}

Subject read_subject(const SubjectFlags& flags, bool with_loss) {
  Subject subject;
  if (is_model(flags)) {
    const bool has_loss = with_loss || !flags.loss.empty() || !flags.expected.empty();
    Model model = load_model(flags.graph);
    subject = option_value(
        "--loss", [&] { return subject_of(std::move(model), flags.graph, has_loss ? flags.loss : "none"); });
    bind(subject, flags);
  } else {
    refuse_for_text(flags);
    subject = subject_of_text(read_file(flags.graph), flags.graph, flags.loss);
  }
  for (const std::string& setting : flags.settings)
    option_value("--set", [&] { set_value(subject, setting); });
  return subject;
}

}  // namespace kette::cli
