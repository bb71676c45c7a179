// kette completion: what makes the tab key work.
#include "kette/cli/completion.h"

#include <CLI/CLI.hpp>
#include <array>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/command_line.h"

namespace kette::cli {
namespace {

constexpr const char* kCompletionExamples =
    R"(The script goes to standard output. For the present shell, or in its configuration file:
  source <(kette completion bash)
  source <(kette completion zsh)       # behind compinit
  kette completion fish | source

The installed program brings the scripts along, in the folders where the shells look.)";

struct Shell {
  std::string_view name;
  std::string (*script)(std::span<const CommandDefinition>);
};
constexpr std::array kShells = {Shell{"bash", bash_completion}, Shell{"zsh", zsh_completion},
                                Shell{"fish", fish_completion}};

int print_script(const std::string& name) {
  const CommandLine line;
  for (const Shell& shell : kShells)
    if (shell.name == name) fmt::print("{}", shell.script(definitions_of(line.app())));
  return 0;
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += "'\\'";
    quoted += c;
  }
  return quoted + "'";
}

std::string in_short(std::string_view description) {
  size_t end = description.size();
  for (const std::string_view stop : {". ", ": ", "; ", " ("}) end = std::min(end, description.find(stop));
  return std::string(description.substr(0, end));
}

const Command kCompletion{"completion", "Print the script that completes command lines in a shell",
                          [](CLI::App& app) -> std::function<int()> {
                            std::vector<std::string> names;
                            for (const Shell& shell : kShells) names.emplace_back(shell.name);
                            auto name = std::make_shared<std::string>();
                            app.add_option("SHELL", *name, "The shell")->required()->check(one_of(names));
                            app.footer(kCompletionExamples);
                            return [name] { return print_script(*name); };
                          }};

}  // namespace kette::cli
