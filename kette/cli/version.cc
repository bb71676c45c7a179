#include "kette/cli/version.h"

#include <CLI/CLI.hpp>

#include "kette/cli/command.h"

#ifndef KETTE_VERSION
#define KETTE_VERSION "0.1.0"
#endif

namespace kette::cli {

std::string version_line() { return "kette " KETTE_VERSION; }

const Command kVersion{"version", "Print the version", [](CLI::App&) -> std::function<int()> {
                         return [] {
                           fmt::print("{}\n", version_line());
                           return 0;
                         };
                       }};

}  // namespace kette::cli
