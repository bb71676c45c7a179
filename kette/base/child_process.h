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

/// Runs it with `input` as its standard input and returns what it writes to its standard output. Throws Error
/// when it is not installed, cannot be run, or fails: with the first line of its complaint.
std::string run_tool(const Tool& tool, const std::vector<std::string>& arguments, std::string_view input);

}  // namespace kette
