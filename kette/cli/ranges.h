// What numbers an option takes, said in words when another one is given.
#pragma once

#include <CLI/CLI.hpp>

namespace kette::cli {

/// From `least` to `most`.
CLI::Validator between(double least, double most);

/// `least` or more.
CLI::Validator at_least(double least);

/// More than 0.
CLI::Validator positive();

}  // namespace kette::cli
