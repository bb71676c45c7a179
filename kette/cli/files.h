// Where results go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kette/base/atomic_file.h"

namespace kette::cli {

/// Before long work starts: can a file be written at `path`, and is it not `input`? Throws Error.
void check_output(const std::string& path, const std::string& input);
/// The text to standard output when `path` is "-", else to the file, all or nothing.
void write_output(const std::string& path, std::string_view text);
/// Text written part by part: to standard output at once when `path` is "-", else to a file that is there
/// only when it is finished.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}
  void write(std::string_view text);
  void finish();

 private:
  std::string path_;
  std::optional<AtomicFile> file_;
};
/// The whole file, e.g. of a graph. Throws Error.
std::string read_file(const std::string& path);

}  // namespace kette::cli
