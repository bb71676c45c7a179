#include "kette/cli/command_line.h"

#include <algorithm>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/config.h"
#include "kette/cli/formula_argument.h"
#include "kette/cli/help.h"
#include "kette/cli/ranges.h"
#include "kette/cli/usage.h"
#include "kette/cli/version.h"
#include "kette/data/parse_number.h"

namespace kette::cli {
namespace {

constexpr const Command* kCommands[] = {&kTrain,  &kPredict, &kEvaluate, &kCompare,    &kDescribe, &kData,
                                        &kImport, &kExport,  &kGraph,    &kExplain,    &kCheck,    &kDerive,
                                        &kPlot,   &kOps,     &kHelp,     &kCompletion, &kMan,      &kVersion};

/// A formula may begin with a minus: behind a blank the parser does not take it for an option.
void protect_formulas(std::span<std::string> arguments, const CLI::App& command) {
  if (command.get_option_no_throw(kFormulaArgument) == nullptr &&
      command.get_option_no_throw(kPicturedArgument) == nullptr)
    return;
  for (std::string& argument : arguments)
    if (argument.size() > 1 && argument[0] == '-' && argument[1] != '-' && argument != "-h" &&
        !data::parse_number(argument))
      argument.insert(0, " ");
}

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : kCommands) names.push_back(command->name);
  return names;
}

CommandLine::CommandLine(const Command* only)
    : app_("Feed-forward networks on one computation graph: from a table to a trained network.", "kette") {
  app_.require_subcommand(1);
  app_.formatter(std::make_shared<HelpFormatter>());
  for (const Command* command : kCommands) {
    if (only != nullptr && command != only) continue;
    CLI::App* sub = app_.add_subcommand(command->name, command->summary);
    sub->set_help_flag("--help,-h", "This page");
    actions_[sub] = command->declare(*sub);
    check_kinds_of_numbers(*sub);
  }
}

const CLI::App* CommandLine::command(std::string_view name) const {
  const auto all = app_.get_subcommands([](const CLI::App*) { return true; });
  const auto found =
      std::ranges::find(all, name, [](const CLI::App* one) -> std::string_view { return one->get_name(); });
  return found == all.end() ? nullptr : *found;
}

std::function<int()> CommandLine::parse(std::vector<std::string> arguments) {
  if (arguments.empty()) throw UsageError("a command is missing; kette help lists them");
  const CLI::App* command = this->command(arguments.front());
  try {
    if (command != nullptr) {
      arguments = with_config(std::move(arguments), *command);
      check_arguments(std::span(arguments).subspan(1), *command);
      protect_formulas(std::span(arguments).subspan(1), *command);
    }
    std::ranges::reverse(arguments);  // as the parser wants them
    app_.parse(std::move(arguments));
    return actions_.at(app_.get_subcommands().front());
  } catch (const CLI::CallForHelp&) {
    return [page = app_.help()] {
      fmt::print("{}", page);
      return 0;
    };
  } catch (const CLI::ParseError& error) {
    throw UsageError(command != nullptr ? usage_message(error, *command) : error.what());
  }
}

}  // namespace kette::cli
