// Stepping through an explanation with the keyboard.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kette::cli {

/// What is stepped through: pages, made anew when a value is changed.
struct Pages {
  std::vector<std::string> texts;
  std::vector<std::string> titles;  // of each, for the line above it: "forward, 3 of 12"
};

/// Reads keys from standard input, and from a terminal without waiting for the end of a line: forward and
/// back (n p, blank, arrows), to the first and last (g G), to the first page whose title begins otherwise
/// (/), a change (e, then NAME=VALUE in a line), help (?), the end (q, or the end of input). `change` takes a
/// change and returns the pages after it; its Error is shown, and nothing has changed. Returns at the end;
/// the terminal is as it was, also after an interrupt.
void step_through(Pages pages, const std::function<Pages(const std::string& change)>& change);

}  // namespace kette::cli
