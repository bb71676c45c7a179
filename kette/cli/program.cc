#include "kette/cli/program.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>

#include "kette/cli/choices.h"
#include "kette/cli/command_line.h"
#include "kette/cli/help.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr int kFailed = 1, kWrongUsage = 2;

int report(const std::string& message, int code) {
  std::string line = message;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  fmt::print(stderr, "kette: {}\n", line);
  return code;
}

int run_command(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    fmt::print("{}", greeting(page_style()));
    return 0;
  }
  const std::string& first = arguments.front();
  if (first == "--version") return run_command({kVersion.name});
  if (first == "--help" || first == "-h") return run_command({kHelp.name});
  const auto command = std::ranges::find(commands(), first, &Command::name);
  if (command == commands().end())
    throw UsageError(fmt::format("there is no command {}{} (kette help lists them)", data::quote(first),
                                 suggestion(first, command_names())));
  return CommandLine(**command).parse(arguments)();
}

}  // namespace

int run(int argc, char** argv) {
  try {
    const int code = run_command({argv + std::min(argc, 1), argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
      return report("cannot write to standard output", kFailed);
    return code;
  } catch (const std::bad_alloc&) {
    return report("not enough memory", kFailed);
  } catch (const UsageError& error) {
    report(error.what(), kWrongUsage);
    if (!error.below().empty()) fmt::print(stderr, "{}\n", error.below());
    return kWrongUsage;
  } catch (const std::exception& error) {
    return report(error.what(), kFailed);
  }
}

}  // namespace kette::cli
