// Runs of kette train, known by the records that they left behind.
#pragma once

#include <string>
#include <vector>

#include "kette/cli/run_record.h"

namespace kette::cli {

struct Run {
  std::string path;  // of the record
  std::string name;  // of the file, or the whole path where two have the same
  RunRecord record;
};

/// `files`: records, or models beside which the records lie. Throws Error for a file that cannot be read or
/// is no record.
std::vector<Run> read_runs(const std::vector<std::string>& files);

}  // namespace kette::cli
