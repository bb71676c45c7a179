#include "kette/cli/help.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "kette/cli/progress.h"
#include "kette/cli/text.h"
#include "kette/cli/topics.h"
#include "kette/cli/version.h"

namespace kette::cli {
namespace {

constexpr size_t kWidestPage = 100, kNarrowestPage = 40;
constexpr size_t kTextColumn = 26;  // where the texts of options begin

constexpr const char* kTour = R"(  kette describe houses.csv                what the table holds
  kette train houses.csv --target price    learn, and write houses.onnx
  kette evaluate houses.onnx more.csv      how good is it on other rows?
  kette predict houses.onnx new.csv        a prediction for every row
  kette data moons > moons.csv             a made-up table to begin with
)";

std::string page_heading(std::string_view text, const PageStyle& style) {
  return style.has_bold ? fmt::format("\x1b[1m{}\x1b[0m\n", text) : fmt::format("{}\n", text);
}

/// `  name   text`, the text in lines of its own when the name is too long for the column.
std::string page_entry(const std::string& name, std::string_view text, size_t column,
                       const PageStyle& style) {
  std::string line = "  " + name;
  if (text.empty()) return line + "\n";
  const bool is_long = width_of(line) + 2 > column;
  line += is_long ? "\n" + std::string(column, ' ') : std::string(column - width_of(line), ' ');
  const std::string indent(column, ' ');
  std::istringstream lines(filled(text, style.width - column));
  bool is_first = true;
  for (std::string part; std::getline(lines, part); is_first = false)
    line += (is_first ? "" : indent) + part + "\n";
  return line;
}

std::string option_entries(const std::vector<OptionDefinition>& options, const PageStyle& style) {
  std::string text, group;
  for (const OptionDefinition& option : options) {
    if (option.group != group) text += "\n" + page_heading(option.group + ":", style);
    group = option.group;
    text += page_entry(option.name + (option.placeholder.empty() ? "" : " " + option.placeholder),
                       option.text(), kTextColumn, style);
  }
  return text;
}

/// The command in lines that end in a backslash where it goes on.
std::string broken_command(const std::string& command, size_t width) {
  constexpr char kTogether = '\x01';  // between an option and its value
  std::string joined = command;
  for (size_t at = joined.find(" --"); at != std::string::npos; at = joined.find(" --", at + 1)) {
    const size_t blank = joined.find(' ', at + 1);
    if (blank != std::string::npos && joined.compare(blank, 3, " --") != 0) joined[blank] = kTogether;
  }
  std::istringstream lines(filled(joined, width - 4, 4));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += (text.empty() ? "" : " \\\n  ") + line;
  std::ranges::replace(text, kTogether, ' ');
  return "  " + text + "\n";
}

std::string page_footer(const std::vector<FooterPart>& parts, const PageStyle& style) {
  using Kind = FooterPart::Kind;
  constexpr size_t kGap = 4;
  size_t widest = 0, longest_remark = 0;
  for (const FooterPart& part : parts)
    if (part.kind == Kind::example && !part.remark.empty()) {
      widest = std::max(widest, width_of(part.text));
      longest_remark = std::max(longest_remark, width_of(part.remark));
    }
  const bool is_beside = 2 + widest + kGap + longest_remark <= style.width;
  std::string text;
  for (const FooterPart& part : parts) {
    if (part.kind == Kind::paragraph) {
      text += "\n" + (part.text.ends_with(':') && width_of(part.text) < style.width / 2
                          ? page_heading(part.text, style)
                          : filled(part.text, style.width) + "\n");
    } else if (part.kind == Kind::verbatim) {
      text += part.text + "\n";
    } else if (part.remark.empty() || !is_beside) {
      text += broken_command(part.text, style.width);
      if (!part.remark.empty()) text += "      " + filled(part.remark, style.width - 6, 6) + "\n";
    } else {
      text += "  " + part.text + std::string(widest + kGap - width_of(part.text), ' ') + part.remark + "\n";
    }
  }
  return text;
}

}  // namespace

PageStyle page_style() {
  PageStyle style;
  const int terminal = terminal_width();
  if (terminal <= 0) return style;
  style.width = std::clamp(static_cast<size_t>(terminal), kNarrowestPage, kWidestPage);
  const char* no_color = std::getenv("NO_COLOR");
  style.has_bold = no_color == nullptr || *no_color == '\0';
  return style;
}

std::string command_page(const CommandDefinition& command, const PageStyle& style) {
  std::string text = filled(command.summary, style.width) + "\n\n";
  text += page_heading("Usage:", style) + "  " + filled(command.usage(), style.width - 2, 6) + "\n";
  if (!command.arguments.empty()) text += "\n" + page_heading("Arguments:", style);
  for (const OptionDefinition& argument : command.arguments)
    text +=
        page_entry(argument.name + (argument.is_repeated ? "…" : ""), argument.text(), kTextColumn, style);
  return text + option_entries(command.options, style) + page_footer(command.footer, style);
}

std::string greeting(const PageStyle& style) {
  return fmt::format(
      "{}: feed-forward networks, from a table to a trained model.\n\n{}\n"
      "kette help quick-start shows the way from a first table to predictions.\n"
      "kette help lists all commands and topics.\n",
      version_line(), page_heading("In five commands:", style) + kTour);
}

std::string contents_page(const CLI::App& program, const PageStyle& style) {
  constexpr size_t kColumn = 19;
  std::string text = filled(program.get_description(), style.width) + "\n\n";
  text += page_heading("Usage:", style) + "  kette COMMAND [OPTIONS] …\n  kette --version\n\n";
  text += page_heading("In five commands:", style) + kTour + "\n";
  text += page_heading("Commands (kette help COMMAND, or kette COMMAND --help):", style);
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty())
      text += page_entry(command->get_name(), command->get_description(), kColumn, style);
  text += "\n" + page_heading("Topics (kette help TOPIC):", style);
  for (const Topic& topic : topics()) {
    std::string summary = topic.summary();
    std::erase(summary, '`');
    text += page_entry(std::string(topic.name), summary, kColumn, style);
  }
  return text;
}

std::string topic_page(std::string_view markdown, const PageStyle& style) {
  std::string text;
  std::istringstream lines{std::string(markdown)};
  for (std::string line; std::getline(lines, line);) {
    const size_t marks = line.find_first_not_of('#');
    if (marks > 0 && marks < line.size() && line[marks] == ' ') {
      text += page_heading(line.substr(marks + 1), style);
      continue;
    }
    if (!line.starts_with("    ")) std::erase(line, '`');
    text += line + "\n";
  }
  return text;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  const PageStyle style = page_style();
  return app->get_parent() == nullptr ? contents_page(*app, style) : command_page(definition_of(*app), style);
}

}  // namespace kette::cli
