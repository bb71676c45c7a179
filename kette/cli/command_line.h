// The whole command line as definitions: what commands there are, and what each takes. To build it runs
// nothing.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/cli/command.h"

namespace kette::cli {

/// Every command, in the order in which --help lists them.
std::span<const Command* const> commands();
/// Their names.
std::vector<std::string> command_names();

class CommandLine {
 public:
  /// Of every command.
  CommandLine() : CommandLine(nullptr) {}
  /// Of one, which is all that it takes to run it.
  explicit CommandLine(const Command& only) : CommandLine(&only) {}
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  const CLI::App& app() const { return app_; }
  /// Null when there is none of that name.
  const CLI::App* command(std::string_view name) const;

  /// Reads the arguments, those behind the program's name, and returns what is to be done. Throws UsageError
  /// for what cannot be meant, in one line that names the option and what is expected.
  std::function<int()> parse(std::vector<std::string> arguments);

 private:
  explicit CommandLine(const Command* only);

  CLI::App app_;
  std::map<const CLI::App*, std::function<int()>> actions_;
};

}  // namespace kette::cli
