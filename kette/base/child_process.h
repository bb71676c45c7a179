// Other programs, run for what they write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kette {

/// A program that does a part of the work where it is installed.
struct Tool {
  std::string program;  // found on PATH
  std::string package;  // of Debian, for the message when it is missing
};

/// Runs it with `input` as its standard input, in `folder` where one is named, and returns what it writes to
/// its standard output. Signals that end this program end the other one and arrive when run_tool is left; see
/// HeldSignals. Throws Error when it is not installed, cannot be run, or fails: with the first line of its
/// complaint that is neither empty nor a command behind a prompt, nor, if there is another one, a warning.
std::string run_tool(const Tool& tool, const std::vector<std::string>& arguments, std::string_view input,
                     const std::string& folder = "");

}  // namespace kette
