#include "kette/cli/runs.h"

#include <filesystem>
#include <map>

#include "kette/base/error.h"
#include "kette/cli/files.h"

namespace kette::cli {

namespace {
constexpr std::string_view kEnding = ".run.toml";
}

std::vector<Run> read_runs(const std::vector<std::string>& files) {
  std::vector<Run> runs;
  for (const std::string& file : files) {
    const std::string path = file.ends_with(".toml") ? file : record_path(file);
    std::error_code ignored;
    if (path != file && !std::filesystem::exists(path, ignored))
      fail("{}: there is no record of its run beside it; expected {}", file, path);
    std::string name = std::filesystem::path(path).filename().string();
    if (name.ends_with(kEnding)) name.resize(name.size() - kEnding.size());
    runs.push_back({path, name, run_record_of(read_file(path), path)});
  }
  std::map<std::string, int> count;
  for (const Run& run : runs) ++count[run.name];
  for (Run& run : runs)
    if (count[run.name] > 1) run.name = run.path;  // only the folder tells them apart
  return runs;
}

}  // namespace kette::cli
