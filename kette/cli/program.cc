#include "kette/cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>

#include "kette/cli/command.h"
#include "kette/cli/config.h"
#include "kette/cli/help.h"
#include "kette/cli/version.h"

namespace kette::cli {
namespace {

constexpr int kFailed = 1, kWrongUsage = 2;

const Command* const kCommands[] = {&kTrain, &kPredict, &kEvaluate, &kCompare, &kDescribe,
                                    &kData,  &kImport,  &kCheck,    &kOps,     &kVersion};

constexpr const char* kTourExamples = R"(Examples:
  kette describe houses.csv                  what the table holds
  kette train houses.csv --target price      learn, show the result on held-out rows, write houses.onnx
  kette evaluate houses.onnx more.csv        measure on other labelled rows
  kette predict houses.onnx new.csv          print a prediction for every row
  kette compare a.onnx b.onnx                what two runs did differently, and how it ended
  kette data moons | head                    a made-up data set

`kette COMMAND --help` tells more. Exit code: 0 done, 1 failed, 2 wrong usage.)";

int report(const std::string& message, int code) {
  std::string line = message;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  fmt::print(stderr, "kette: {}\n", line);
  return code;
}

int run_command(int argc, char** argv) {
  CLI::App app("Feed-forward networks on one computation graph: from a table to a trained network.", "kette");
  app.set_version_flag("--version", version_line());
  app.footer(kTourExamples);
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  std::map<CLI::App*, std::function<int()>> actions;
  for (const Command* command : kCommands) {
    CLI::App* sub = app.add_subcommand(command->name, command->summary);
    actions[sub] = command->declare(*sub);
  }
  try {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    for (const auto& [command, action] : actions)
      if (!arguments.empty() && command->get_name() == arguments.front())
        arguments = with_config(std::move(arguments), *command);
    std::ranges::reverse(arguments);  // as the parser wants them
    app.parse(std::move(arguments));
    return actions.at(app.get_subcommands().front())();
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string name = chosen.empty() ? "" : chosen.front()->get_name() + " ";
    return report(fmt::format("{} (see kette {}--help)", error.what(), name), kWrongUsage);
  } catch (const UsageError& error) {
    return report(error.what(), kWrongUsage);
  }
}

}  // namespace

int run(int argc, char** argv) {
  try {
    const int code = run_command(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
      return report("cannot write to standard output", kFailed);
    return code;
  } catch (const std::bad_alloc&) {
    return report("not enough memory", kFailed);
  } catch (const std::exception& error) {
    return report(error.what(), kFailed);
  }
}

}  // namespace kette::cli
