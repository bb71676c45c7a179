#include "kette/cli/usage.h"

#include <fmt/ranges.h>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/definition.h"
#include "kette/cli/ranges.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

std::string see_help_of(const CLI::App& command) {
  return fmt::format("(see kette {} --help)", command.get_name());
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const OptionDefinition& option : definition_of(command).options) names.push_back(option.name);
  return names;
}

/// "a whole number above 0", "COLUMN", "one of yes, no"
std::string expected_value(const OptionDefinition& option) {
  const std::string range = option.range.empty() ? "" : " " + option.range;
  if (option.kind == ValueKind::whole) return "a whole number" + range;
  if (option.kind == ValueKind::number) return "a number" + range;
  if (!option.words.empty() && !option.is_open)
    return fmt::format("one of {}", fmt::join(option.words, ", "));
  return option.placeholder == "TEXT" ? "a value" : option.placeholder;
}

OptionDefinition option_named(const CLI::App& command, const std::string& name) {
  for (const CommandDefinition definition = definition_of(command);
       const auto* list : {&definition.options, &definition.arguments})
    for (const OptionDefinition& option : *list)
      if (option.name == name) return option;
  return {};
}

}  // namespace

void check_arguments(std::span<const std::string> arguments, const CLI::App& command) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") return;
    if (!argument.starts_with("--")) continue;
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr)
      throw UsageError(fmt::format("there is no option {}{} {}", data::on_one_line(name),
                                   suggestion(name, option_names(command)), see_help_of(command)));
    if (option->get_items_expected_max() == 0) {
      const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
      if (equals != std::string::npos && value != "true" && value != "false")
        throw UsageError(fmt::format("{}: takes no value, found {}", name, data::quote(value)));
      continue;
    }
    if (equals != std::string::npos) continue;
    ++i;
    const bool is_option = i < arguments.size() && arguments[i].starts_with("--") &&
                           command.get_option_no_throw(arguments[i]) != nullptr;
    if (i < arguments.size() && !is_option) continue;
    const std::string expected = expected_value(option_named(command, name));
    throw UsageError(is_option
                         ? fmt::format("{}: expected {}, found the option {}", name, expected, arguments[i])
                         : fmt::format("{}: expected {} behind it", name, expected));
  }
}

std::string usage_message(const CLI::ParseError& error, const CLI::App& command) {
  const std::vector<std::string> left = command.remaining();
  if (!left.empty()) {
    if (left.front().starts_with('-') && left.front().size() > 1)
      return fmt::format("there is no option {} {}", data::on_one_line(left.front()), see_help_of(command));
    const std::string usage = definition_of(command).usage();
    return fmt::format("expected no further argument {}; usage: {}", data::quote(left.front()), usage);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    for (const CLI::Option* option : command.get_options())
      if (option->get_required() && option->count() == 0) {
        const std::string name = option->get_name(option->get_positional());
        const OptionDefinition definition = option_named(command, name);
        return fmt::format("{} is missing: {} {}",
                           definition.placeholder == name ? name : name + " " + definition.placeholder,
                           definition.description, see_help_of(command));
      }
  return fmt::format("{} {}", error.what(), see_help_of(command));
}

}  // namespace kette::cli
