#include "kette/cli/definition.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "kette/cli/choices.h"
#include "kette/cli/ranges.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

constexpr size_t kMostWords = 16;    // more are for completion only
constexpr size_t kShortChoice = 16;  // words that can stand for the value itself: yes|no

bool is_blank_at(std::string_view line, size_t place) { return place < line.size() && line[place] == ' '; }

ValueKind kind_of(const std::string& type) {
  if (type == "INT" || type == "UINT") return ValueKind::whole;
  if (type == "FLOAT") return ValueKind::number;
  if (type == "MODEL") return ValueKind::model;
  if (type.starts_with("COLUMN")) return ValueKind::column;
  return type.find("FILE") != std::string::npos ? ValueKind::file : ValueKind::text;
}

std::string placeholder_of(const OptionDefinition& option, const std::string& type) {
  if (option.kind == ValueKind::whole) return "N";
  if (option.kind == ValueKind::number) return "NUMBER";
  if (type != "TEXT" || option.words.empty()) return type;
  const std::string words = fmt::format("{}", fmt::join(option.words, "|"));
  if (option.is_open) return "TEXT";
  if (option.is_list) return "NAMES";
  return words.size() <= kShortChoice ? words : "NAME";
}

OptionDefinition option_of(const CLI::Option& option) {
  OptionDefinition d;
  Choices choices = choices_of(option);
  d.words = std::move(choices.words);
  d.is_list = choices.is_list;
  d.is_open = choices.is_open;
  d.range = range_of(option);
  d.initial = option.get_default_str();
  d.description = option.get_description();
  d.group = option.get_group();
  d.is_required = option.get_required();
  d.is_repeated = option.get_items_expected_max() > 1;
  std::string type = option.get_type_name();
  type.resize(std::min(type.size(), type.find(':')));
  if (option.get_positional()) {
    d.name = option.get_name(true);
    if (type == "TEXT") type = d.name;
    d.kind = kind_of(type);
    d.placeholder = d.name;
    return d;
  }
  d.name = "--" + option.get_lnames().front();
  if (option.get_items_expected_max() == 0) return d;
  d.kind = kind_of(type);
  d.placeholder = placeholder_of(d, type);
  return d;
}

std::vector<FooterPart> footer_of(const std::string& text) {
  using Kind = FooterPart::Kind;
  std::vector<FooterPart> parts;
  std::istringstream lines(text);
  std::string line;
  bool goes_on = false;  // the paragraph before
  while (std::getline(lines, line)) {
    if (line.empty()) {
      goes_on = false;
    } else if (line.starts_with("  kette ")) {
      size_t end = 2;
      while (end < line.size() && !(is_blank_at(line, end) && is_blank_at(line, end + 1))) ++end;
      const size_t remark = line.find_first_not_of(' ', end);
      parts.push_back(
          {Kind::example, line.substr(2, end - 2), remark == std::string::npos ? "" : line.substr(remark)});
      goes_on = false;
    } else if (line.starts_with(' ')) {
      parts.push_back({Kind::verbatim, line});
      goes_on = false;
    } else if (goes_on) {
      parts.back().text += " " + line;
    } else {
      parts.push_back({Kind::paragraph, line});
      goes_on = true;
    }
  }
  return parts;
}

}  // namespace

std::string OptionDefinition::text() const {
  std::string text = description;
  const bool are_said = std::ranges::all_of(words, [&](const std::string& word) {
    return (description + placeholder).find(word) != std::string::npos;
  });
  if (!are_said && words.size() <= kMostWords)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ". ", is_list ? "Some of" : "One of",
                        fmt::join(words, ", "));
  std::vector<std::string> rest;
  if (is_required && placeholder != name) rest.emplace_back("required");
  if (!range.empty()) rest.push_back(shown_range());
  if (!initial.empty()) rest.push_back("default: " + initial);
  if (rest.empty()) return text;
  const bool goes_on = text.ends_with(')');
  if (goes_on) text.pop_back();
  return fmt::format("{}{}{})", text, goes_on ? "; " : text.empty() ? "(" : " (", fmt::join(rest, "; "));
}

std::string OptionDefinition::shown_range() const {
  for (const std::string_view word : {"from ", "of "})
    if (range.starts_with(word)) return range.substr(word.size());
  return range;
}

std::string CommandDefinition::usage() const {
  std::string text = "kette " + name;
  for (const OptionDefinition& argument : arguments) {
    const std::string one = argument.name + (argument.is_repeated ? "…" : "");
    text += argument.is_required ? " " + one : fmt::format(" [{}]", one);
  }
  for (const OptionDefinition& option : options)
    if (option.is_required) text += fmt::format(" {} {}", option.name, option.placeholder);
  return options.size() > 1 ? text + " [OPTIONS]" : text;  // more than --help
}

CommandDefinition definition_of(const CLI::App& command) {
  CommandDefinition d{command.get_name(), command.get_description(), {}, {}, footer_of(command.get_footer())};
  std::vector<std::string> groups;  // in the order in which they are first met
  std::vector<OptionDefinition> options;
  std::vector<const CLI::Option*> declared = command.get_options();
  std::stable_partition(declared.begin(), declared.end(),
                        [&](const CLI::Option* option) { return option != command.get_help_ptr(); });
  for (const CLI::Option* option : declared) {
    if (option->get_group().empty()) continue;  // hidden
    OptionDefinition one = option_of(*option);
    if (option->get_positional()) {
      d.arguments.push_back(std::move(one));
      continue;
    }
    if (std::ranges::find(groups, one.group) == groups.end()) groups.push_back(one.group);
    options.push_back(std::move(one));
  }
  for (const std::string& group : groups)
    std::ranges::copy_if(options, std::back_inserter(d.options),
                         [&](const OptionDefinition& option) { return option.group == group; });
  return d;
}

std::vector<CommandDefinition> definitions_of(const CLI::App& program) {
  std::vector<CommandDefinition> all;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    if (!command->get_group().empty()) all.push_back(definition_of(*command));
  return all;
}

}  // namespace kette::cli
