// How a table is read: options that all commands on tables share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kette/data/read.h"

namespace CLI {
class App;
}

namespace kette::cli {

struct TableFlags {
  std::string delimiter, header, missing, bad_rows = "fail", format;
};

/// Declares the options; `flags` must outlive the parser.
void declare_table_flags(CLI::App& app, TableFlags& flags);
/// Throws UsageError for a value that is none.
data::ReadOptions read_options(const TableFlags& flags, Threads* threads);
data::TableFile read_table_files(std::span<const std::string> paths, const TableFlags& flags,
                                 Threads* threads);

/// Lines for people, on standard error: what was found that one might not expect. Nothing for none.
void tell(const std::vector<std::string>& notes);

}  // namespace kette::cli
