// What is wrong with a command line, said better than the parser says it.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>

namespace kette::cli {

/// Throws UsageError for an option that the command does not have, with the nearest that it has; for one
/// whose value is missing; and for a value behind one that takes none.
void check_arguments(std::span<const std::string> arguments, const CLI::App& command);

/// What the parser found after that, e.g. an option that must be given, or a value that is none.
std::string usage_message(const CLI::ParseError& error, const CLI::App& command);

}  // namespace kette::cli
