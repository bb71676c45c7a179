#include "kette/cli/files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"

namespace kette::cli {

namespace fs = std::filesystem;

void check_output(const std::string& path, const std::string& input) {
  if (path == "-") return;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) fail("{}: is a folder; expected a file to write", path);
  if (fs::equivalent(path, input, ignored)) fail("{}: is the input; it would be overwritten", path);
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) fail("{}: the folder {} does not exist", path, folder.string());
  if (!fs::exists(path, ignored) && access(folder.c_str(), W_OK) != 0)
    fail("{}: cannot write to the folder {}: {}", path, folder.string(), std::strerror(errno));
}

void write_output(const std::string& path, std::string_view text) {
  if (path != "-") return write_file_atomically(path, text);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    fail("cannot write to standard output: {}", std::strerror(errno));
}

void OutputFile::write(std::string_view text) {
  if (path_ == "-") return write_output(path_, text);
  if (!file_) file_.emplace(path_);
  file_->write(text);
}

void OutputFile::finish() {
  if (file_) file_->commit();
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) fail("{}: is a folder; expected a file", path);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())))
    fail("{}: cannot read the file: {}", path, std::strerror(errno));
  return text.str();
}

}  // namespace kette::cli
