// Options from a TOML file: the same names as on the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace kette::cli {

/// The options of `command` as arguments: `hidden = [64, 32]` gives `--hidden=64,32`, `plateau = true` gives
/// `--plateau`. Tables of the file, such as [result], are not looked at. Throws UsageError `run.toml:3:1: …`
/// for what is no TOML, an unknown option, and a value that none can have.
std::vector<std::string> config_arguments(std::string_view text, const std::string& source,
                                          const CLI::App& command);

/// The arguments with those of the file behind `--config` put in front, so that what stands on the command
/// line counts more. Unchanged where there is no such option.
std::vector<std::string> with_config(std::vector<std::string> arguments, const CLI::App& command);

}  // namespace kette::cli
