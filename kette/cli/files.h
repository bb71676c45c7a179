// Where results go.
#pragma once

#include <string>
#include <string_view>

namespace kette::cli {

/// Before long work starts: can a file be written at `path`, and is it not `input`? Throws Error.
void check_output(const std::string& path, const std::string& input);
/// The text to standard output when `path` is "-", else to the file, all or nothing.
void write_output(const std::string& path, std::string_view text);
/// The whole file, e.g. of a graph. Throws Error.
std::string read_file(const std::string& path);

}  // namespace kette::cli
