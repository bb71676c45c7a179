// The option --report of train and evaluate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kette/cli/run_record.h"
#include "kette/report/report.h"

namespace CLI {
class Option;
class App;
}  // namespace CLI

namespace kette::cli {

CLI::Option* declare_report_flag(CLI::App& app, std::string& path);

/// Before long work starts: can the page be written to `path`, and is it none of the others that are read or
/// written? Does nothing for an empty path. Throws Error, also when this program has no page.
void check_report(const std::string& path, const std::vector<std::string>& others);

/// Writes the page, all or nothing.
void write_report(const std::string& path, const Report& report, const Schema& schema);

/// What the columns of the table hold, which was read from the files.
ReportTable report_table(const data::Table& table, const std::vector<std::string>& files, Threads* threads);

/// "rows of houses.csv and more.csv", for JudgedRows: without folders.
std::string rows_of_files(const std::vector<std::string>& files);

/// Names and values as they stand on a command line.
std::vector<std::pair<std::string, std::string>> configuration_of(const RecordEntries& options);
/// The same of what a model file says of how it came about; empty where it says nothing.
std::vector<std::pair<std::string, std::string>> configuration_of(const Model& model);
/// The doctor's findings as a model file tells them; none where it does not.
std::optional<std::vector<Finding>> findings_of(const Model& model);

/// Words of a command line, in quotes for a shell where they need it.
std::string command_line(const std::vector<std::string>& words);

}  // namespace kette::cli
