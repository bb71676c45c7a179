// For tests: the folder of public data sets, where there is one.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace kette::data {

/// KETTE_SHARED_DATA, or else the folder beside the project; nothing where it is not there.
inline std::optional<std::string> folder_of_real_files() {
  const char* named = std::getenv("KETTE_SHARED_DATA");
  const std::string folder = named != nullptr ? named : KETTE_SOURCE_DIR "/../shared/data";
  return std::filesystem::exists(folder) ? std::optional(folder) : std::nullopt;
}

}  // namespace kette::data
