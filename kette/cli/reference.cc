#include "kette/cli/reference.h"

#include <fmt/ranges.h>

#include "kette/cli/command_line.h"
#include "kette/cli/definition.h"
#include "kette/cli/topics.h"

namespace kette::cli {
namespace {

/// A text as a cell of a table.
std::string markdown_cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '<') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string markdown_type(const OptionDefinition& option) {
  std::string type;
  switch (option.kind) {
    case ValueKind::none:
      return "flag";
    case ValueKind::text:
      type = option.words.empty() ? "text" : option.is_list ? "words, by commas" : "word";
      break;
    case ValueKind::whole:
      type = "whole number";
      break;
    case ValueKind::number:
      type = "number";
      break;
    case ValueKind::file:
      type = option.placeholder.find('|') == std::string::npos ? "file" : "text or file";
      break;
    case ValueKind::model:
      type = "model (.onnx)";
      break;
    case ValueKind::column:
      type = option.placeholder == "COLUMN" ? "column" : "columns";
      break;
  }
  return type + (option.is_repeated ? ", one or more" : "");
}

std::string markdown_values(const OptionDefinition& option) {
  if (option.words.empty()) return option.shown_range();
  std::string text;
  for (const std::string& word : option.words) text += fmt::format("{}`{}`", text.empty() ? "" : ", ", word);
  return text + (option.is_open ? ", …" : "");
}

std::string option_rows(const std::vector<OptionDefinition>& options, const std::string& group) {
  std::string text = "| option | type | values | default | what |\n|---|---|---|---|---|\n";
  for (const OptionDefinition& option : options)
    if (option.group == group)
      text +=
          fmt::format("| `{}` | {} | {} | {} | {} |\n", option.name, markdown_cell(markdown_type(option)),
                      option.words.empty() ? markdown_cell(markdown_values(option)) : markdown_values(option),
                      option.is_required       ? "required"
                      : option.initial.empty() ? ""
                                               : fmt::format("`{}`", option.initial),
                      markdown_cell(option.description));
  return text;
}

std::string markdown_footer(const std::vector<FooterPart>& parts) {
  using Kind = FooterPart::Kind;
  std::string text;
  bool is_block = false;
  for (const FooterPart& part : parts) {
    const bool is_code = part.kind != Kind::paragraph;
    if (is_code != is_block) text += is_code ? "\n```sh\n" : "```\n";
    is_block = is_code;
    if (part.kind == Kind::paragraph)
      text += "\n" + part.text + "\n";
    else if (part.kind == Kind::verbatim)
      text += part.text.substr(2) + "\n";
    else
      text += part.text + (part.remark.empty() ? "" : "    # " + part.remark) + "\n";
  }
  return text + (is_block ? "```\n" : "");
}

std::string markdown_section(const CommandDefinition& command) {
  std::string text =
      fmt::format("\n## kette {}\n{}.\n\n```text\n{}\n```\n", command.name, command.summary, command.usage());
  if (!command.arguments.empty())
    text += "\n| argument | type | values | default | what |\n|---|---|---|---|---|\n";
  for (const OptionDefinition& argument : command.arguments)
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", argument.name, markdown_type(argument),
                        markdown_values(argument), argument.is_required ? "required" : "",
                        markdown_cell(argument.description));
  std::vector<std::string> groups;
  for (const OptionDefinition& option : command.options)
    if (groups.empty() || groups.back() != option.group) groups.push_back(option.group);
  for (const std::string& group : groups)
    text += fmt::format("\n{}{}", groups.size() > 1 ? "### " + group + "\n" : "",
                        option_rows(command.options, group));
  return text + markdown_footer(command.footer);
}

}  // namespace

std::string reference_page() {
  const CommandLine line;
  std::string text =
      "# Commands and options\n\n"
      "Written by `docs/make_reference.cc` from the definitions of the commands in `kette/cli/`; do not "
      "edit. The same "
      "pages stand in\n"
      "the terminal: `kette help COMMAND`, and `man kette`.\n\n"
      "A default in the last column depends on the table or on other options. Exit code: 0 done, 1 failed, 2 "
      "wrong usage; "
      "failures are\n"
      "one line on standard error.\n\n| command | what |\n|---|---|\n";
  const std::vector<CommandDefinition> all = definitions_of(line.app());
  for (const CommandDefinition& command : all)
    text += fmt::format("| [`{0}`](#kette-{0}) | {1} |\n", command.name, markdown_cell(command.summary));
  text += "\nPages on topics, also as `kette help TOPIC`:\n\n| topic | what |\n|---|---|\n";
  for (const Topic& topic : topics())
    text += fmt::format("| [{0}](topics/{0}.md) | {1} |\n", topic.name, markdown_cell(topic.summary()));
  for (const CommandDefinition& command : all) text += markdown_section(command);
  return text;
}

}  // namespace kette::cli
