// What numbers an option takes, said in words when another one is given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace kette::cli {

/// From `least` to `most`.
CLI::Validator between(double least, double most);

/// `least` or more.
CLI::Validator at_least(double least);

/// More than 0.
CLI::Validator positive();

/// What these said of an option, `from 0 to 0.99`; empty where it takes any number, or is none.
std::string range_of(const CLI::Option& option);

/// What each check of an option says it takes.
std::vector<std::string> validator_descriptions(const CLI::Option& option);

/// Makes every option of the command that takes a number say so when it is given something else:
/// `expected a whole number above 0, not "1.5"`.
void check_kinds_of_numbers(CLI::App& command);

}  // namespace kette::cli
