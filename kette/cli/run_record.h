// What a run was: written beside its model, read by `kette compare` and, as options, by `--config`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kette/data/table.h"

namespace kette::cli {

struct RunRecord {
  /// Every option by its long name, with the value that held. Paths of tables are not among them.
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, std::string>> data;                   // files, rows, hash
  std::vector<std::pair<std::string, std::string>> result;                 // measures and speed
  std::vector<std::vector<std::pair<std::string, std::string>>> networks;  // of a search: what each was
};

/// TOML: numbers, true and false are written as such, all else as text.
std::string to_toml(const RunRecord& record);
/// Throws Error, beginning with `source`, for what is no record of a run.
RunRecord run_record_of(std::string_view text, const std::string& source);

/// "houses.onnx" → "houses.run.toml"
std::string record_path(const std::string& model);

/// A fingerprint of bytes: 64 bits in hexadecimal, by FNV-1a [Fowler, Noll & Vo 1991].
class ContentHash {
 public:
  void add(std::string_view bytes);
  std::string text() const;

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

/// Of a table: the names and fields of its columns.
std::string content_hash(const data::Table& table);

}  // namespace kette::cli
