#include "kette/cli/report.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"
#include "kette/cli/files.h"

namespace kette::cli {

CLI::Option* declare_report_flag(CLI::App& app, std::string& path) {
  return app.add_option("--report", path, "Also one page of HTML: charts, tables, and what they mean")
      ->type_name("FILE");
}

void check_report(const std::string& path, const std::vector<std::string>& others) {
  if (path.empty()) return;
  if (path == "-") fail("--report: expected a file; standard output has the text");
  check_page();
  for (const std::string& other : others) {
    check_output(path, other);
    if (std::filesystem::path(path).lexically_normal() == std::filesystem::path(other).lexically_normal())
      fail("--report: {} is another file of this run", path);
  }
}

void write_report(const std::string& path, const Report& report, const Schema& schema) {
  write_file_atomically(path, report_page(report, schema));
}

ReportTable report_table(const data::Table& table, const std::vector<std::string>& files, Threads* threads) {
  return {files, table.rows(), data::profile(table, threads)};
}

std::string rows_of_files(const std::vector<std::string>& files) {
  std::string text = "rows of ";
  for (size_t i = 0; i < files.size(); ++i) {
    if (i > 0) text += i + 1 == files.size() ? " and " : ", ";
    text += files[i] == "-" ? "standard input" : std::filesystem::path(files[i]).filename().string();
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> configuration_of(const RecordEntries& options) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [name, value] : options) result.emplace_back(name, to_text(value));
  return result;
}

std::vector<std::pair<std::string, std::string>> configuration_of(const Model& model) {
  const auto found = model.metadata.find("configuration");
  if (found == model.metadata.end()) return {};
  try {
    return configuration_of(options_of_toml(found->second, "configuration"));
  } catch (const Error&) {  // of another tool, or of a newer version
    return {};
  }
}

std::optional<std::vector<Finding>> findings_of(const Model& model) {
  const auto found = model.metadata.find("doctor");
  if (found == model.metadata.end()) return std::nullopt;
  const auto lines = nlohmann::json::parse(found->second, nullptr, false);
  if (!lines.is_array()) return std::nullopt;
  std::vector<Finding> findings;
  for (const auto& entry : lines) {
    if (!entry.is_string()) return std::nullopt;
    const auto line = entry.get<std::string>();
    Finding finding{.text = line, .severity = Severity::note};
    for (const Severity severity : {Severity::note, Severity::warning, Severity::serious})
      if (const std::string start = fmt::format("{}: ", to_string(severity)); line.starts_with(start)) {
        finding.severity = severity;
        finding.text = line.substr(start.size());
      }
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool is_plain =
        !word.empty() && word.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "-_./,=:+@%") == std::string::npos;
    if (!line.empty()) line += ' ';
    if (is_plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word)
      if (c == '\'')
        line += "'\\''";
      else
        line += c;
    line += '\'';
  }
  return line;
}

}  // namespace kette::cli
