#include "kette/onnx/external_data.h"

#include <onnx/onnx_pb.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "kette/base/error.h"
#include "kette/data/table.h"

namespace kette {
namespace {

namespace fs = std::filesystem;
using data::quote;

std::string entry(const ::onnx::TensorProto& proto, std::string_view key) {
  for (const auto& known : proto.external_data())
    if (known.key() == key) return known.value();
  return "";
}

int64_t number(const std::string& text, std::string_view key, int64_t otherwise) {
  if (text.empty()) return otherwise;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0)
    fail("the {} of its external data is {}; expected a whole number", key, quote(text));
  return value;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  auto part = path.begin();
  for (const fs::path& expected : folder) {
    if (expected.empty()) break;  // of a slash at the end
    if (part == path.end() || *part++ != expected) return false;
  }
  return part != path.end();
}

}  // namespace

std::string external_data(const ::onnx::TensorProto& proto, const std::string& folder, int64_t expected) {
  const std::string location = entry(proto, "location");
  if (folder.empty()) fail("its data stand in the file {}, which cannot be found from here", quote(location));
  std::error_code error;
  const fs::path home = fs::weakly_canonical(folder, error);
  const fs::path path = error ? fs::path() : fs::weakly_canonical(home / location, error);
  if (error || location.empty() || location.find('\0') != std::string::npos || !is_below(path, home))
    fail("its data stand in {}, which is not in the model's folder", quote(location));
  const int64_t offset = number(entry(proto, "offset"), "offset", 0);
  if (const int64_t length = number(entry(proto, "length"), "length", expected); length != expected)
    fail("its external data are {} bytes; its dims take {}", length, expected);
  const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  std::ifstream file(path, std::ios::binary);
  if (error || !file) fail("its data in {} cannot be read", quote(location));
  if (static_cast<int64_t>(size) < expected || static_cast<int64_t>(size) - expected < offset)
    fail("its data in {} are cut short: {} bytes from {} on in a file of {}", quote(location), expected,
         offset, size);
  std::string bytes(static_cast<size_t>(expected), '\0');
  file.seekg(offset);
  if (!file.read(bytes.data(), expected)) fail("its data in {} cannot be read", quote(location));
  return bytes;
}

}  // namespace kette
