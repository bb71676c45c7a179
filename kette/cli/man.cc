// kette man: the manual page, written from the definitions.
#include <CLI/CLI.hpp>
#include <array>
#include <string>

#include "kette/cli/command_line.h"
#include "kette/cli/definition.h"
#include "kette/cli/topics.h"
#include "kette/cli/version.h"

namespace kette::cli {
namespace {

constexpr const char* kManExamples = R"(Examples:
  kette man | man -l -       read it now
  kette man > kette.1        the installed program brings it along)";

/// Text for roff: hyphens that can be copied, no requests by accident.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (escaped.empty() && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
  }
  return escaped;
}

/// An argument of a request.
std::string roff_quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : roff(text)) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string roff_entry(const OptionDefinition& option) {
  std::string head = "\\fB" + roff(option.name) + "\\fR";
  if (option.kind != ValueKind::none && option.placeholder != option.name)
    head += " \\fI" + roff(option.placeholder) + "\\fR";
  return fmt::format(".TP\n{}{}\n{}\n", head, option.is_repeated ? "…" : "", roff(option.text()));
}

std::string roff_footer(const std::vector<FooterPart>& parts) {
  using Kind = FooterPart::Kind;
  std::string text;
  bool is_block = false;
  for (const FooterPart& part : parts) {
    if (is_block != (part.kind != Kind::paragraph)) text += is_block ? ".EE\n" : ".PP\n.EX\n";
    is_block = part.kind != Kind::paragraph;
    if (!is_block)
      text += ".PP\n" + roff(part.text) + "\n";
    else if (part.kind == Kind::verbatim)
      text += roff(part.text) + "\n";
    else
      text += roff(part.text + (part.remark.empty() ? "" : "    # " + part.remark)) + "\n";
  }
  return text + (is_block ? ".EE\n" : "");
}

std::string roff_command(const CommandDefinition& command) {
  std::string text = fmt::format(".SS {}\n{}.\n.PP\n.EX\n{}\n.EE\n", roff_quoted("kette " + command.name),
                                 roff(command.summary), roff(command.usage()));
  for (const OptionDefinition& argument : command.arguments) text += roff_entry(argument);
  std::string group;
  for (const OptionDefinition& option : command.options) {
    if (option.group != group) text += fmt::format(".PP\n\\fI{}\\fR\n", roff(option.group));
    group = option.group;
    text += roff_entry(option);
  }
  return text + roff_footer(command.footer);
}

std::string manual_page() {
  const CommandLine line;
  std::string text = fmt::format(
      ".TH KETTE 1 \"\" {}\n.SH NAME\nkette \\- feed\\-forward networks on one computation graph\n"
      ".SH SYNOPSIS\n.B kette\n.I COMMAND\n.RI [ OPTIONS ]\n…\n.br\n.B kette \\-\\-version\n"
      ".SH DESCRIPTION\n{}\n.SH COMMANDS\n",
      roff_quoted(version_line()), roff(line.app().get_description()));
  for (const CommandDefinition& command : definitions_of(line.app())) text += roff_command(command);
  text += ".SH TOPICS\n.B kette help\n.I TOPIC\nshows a page on each of these.\n";
  for (const Topic& topic : topics())
    text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(topic.name), roff(topic.summary()));
  return text +
         ".SH EXIT STATUS\n.TP\n.B 0\nDone.\n.TP\n.B 1\nFailed: one line on standard error says where and "
         "why.\n"
         ".TP\n.B 2\nThe command line is wrong.\n";
}

}  // namespace

const Command kMan{"man", "Print the manual page", [](CLI::App& app) -> std::function<int()> {
                     app.footer(kManExamples);
                     return [] {
                       fmt::print("{}", manual_page());
                       return 0;
                     };
                   }};

}  // namespace kette::cli
