// kette describe: what a table holds, and what to know before training on it.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/base/threads.h"
#include "kette/cli/column_table.h"
#include "kette/cli/command.h"
#include "kette/cli/progress.h"
#include "kette/cli/ranges.h"
#include "kette/cli/table_options.h"
#include "kette/cli/text.h"
#include "kette/data/findings.h"

namespace kette::cli {
namespace {

constexpr const char* kDescribeExamples = R"(Examples:
  kette describe houses.csv
  kette describe houses.csv --target price    columns that give the target away, rare classes, missing targets
  kette describe houses.csv --json
  kette describe houses.csv --names           the columns, one a line, also of a very long file

Types: number; codes: whole numbers that look like names of categories; category: texts that repeat; boolean; date; text;
identifier: names the row; empty. Findings marked by ! make training fail, or its result worthless.)";

constexpr size_t kDescribeWidth = 100;  // of what is not written to a terminal

struct DescribeFlags {
  std::vector<std::string> files;
  std::string target;
  TableFlags table;
  bool json = false, all = false, names = false;
  int threads = 0;
};

using Json = nlohmann::ordered_json;

Json to_json(const data::NumberSummary& numbers) {
  return {{"smallest", numbers.smallest},   {"lower_quartile", numbers.lower_quartile},
          {"median", numbers.median},       {"upper_quartile", numbers.upper_quartile},
          {"largest", numbers.largest},     {"mean", numbers.mean},
          {"deviation", numbers.deviation}, {"skew", numbers.skew},
          {"zeros", numbers.zeros},         {"infinite", numbers.infinite},
          {"whole", numbers.whole},         {"histogram", numbers.histogram}};
}

Json to_json(const data::ColumnProfile& profile) {
  Json column;
  column["name"] = profile.name;
  column["type"] = to_string(profile.type);
  column["reason"] = profile.reason;
  column["missing"] = profile.missing;
  column["distinct"] = profile.distinct;
  column["distinct_is_exact"] = profile.has_exact_distinct();
  if (profile.dates) {
    column["date_format"] = to_string(*profile.dates);
    column["first_day"] = data::iso_date(static_cast<int64_t>(profile.numbers.smallest));
    column["last_day"] = data::iso_date(static_cast<int64_t>(profile.numbers.largest));
  } else if (profile.numbers.present > 0) {
    column["numbers"] = to_json(profile.numbers);
  }
  if (profile.longest > 0)
    column["texts"] = {
        {"shortest", profile.shortest}, {"longest", profile.longest}, {"words", profile.words}};
  if (profile.stray)
    column["stray"] = {
        {"text", profile.stray->text}, {"row", profile.stray->row + 1}, {"fields", profile.stray->fields}};
  column["most_frequent"] = Json::array();
  for (const auto& [value, rows] : profile.most_frequent)
    column["most_frequent"].push_back({{"value", value}, {"rows", rows}});
  column["examples"] = profile.examples;
  return column;
}

void print_json(const data::Table& table, const DescribeFlags& flags,
                std::span<const data::ColumnProfile> profiles, std::span<const data::Finding> findings) {
  Json object;
  object["file"] = table.source();
  object["rows"] = table.rows();
  if (!flags.target.empty()) object["target"] = flags.target;
  object["columns"] = Json::array();
  for (const data::ColumnProfile& profile : profiles) object["columns"].push_back(to_json(profile));
  object["findings"] = Json::array();
  for (const data::Finding& finding : findings)
    object["findings"].push_back({{"kind", to_string(finding.kind)},
                                  {"column", finding.column},
                                  {"serious", finding.is_serious},
                                  {"text", finding.text},
                                  {"advice", finding.advice}});
  fmt::print("{}\n", object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Of the first rows alone: it takes no longer for a long file.
int print_names(const DescribeFlags& flags) {
  data::TableReader reader(flags.files, read_options(flags.table, nullptr));
  if (const std::optional<data::Table> rows = reader.next())
    for (const std::string& name : rows->names()) fmt::print("{}\n", one_line(name));
  return 0;
}

int run(const DescribeFlags& flags) {
  if (flags.names) return print_names(flags);
  Threads threads(flags.threads);
  const data::TableFile file = read_table_files(flags.files, flags.table, &threads);
  const data::Table& table = file.table;
  if (!flags.target.empty()) table.index(flags.target);
  const std::vector<data::ColumnProfile> profiles = data::profile(table, &threads);
  const std::vector<data::Finding> findings = data::find_problems(table, profiles, flags.target);
  if (flags.json) {
    print_json(table, flags, profiles, findings);
    return 0;
  }
  const int terminal = terminal_width();
  const size_t width = terminal > 0 ? static_cast<size_t>(terminal) : kDescribeWidth;
  fmt::print("{} · {} · {}{}\n", table.source(), counted(table.rows(), "row"),
             counted(table.columns(), "column"),
             flags.target.empty() ? "" : " · target " + data::quote(flags.target));
  if (file.format == data::Format::csv) fmt::print("{}\n", to_string(file.dialect));
  for (const std::string& note : file.notes) fmt::print("{}\n", note);
  fmt::print("\n");
  fmt::print("{}\n", column_table(profiles, width, flags.all, flags.target));
  fmt::print("{}", findings.empty() ? "no findings\n" : finding_list(findings, width, flags.all));
  if (flags.target.empty())
    fmt::print("\n--target COLUMN also looks for columns that give the target away\n");
  return 0;
}

}  // namespace

const Command kDescribe{
    "describe", "Show what a table holds before training on it", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<DescribeFlags>();
      app.add_option("FILE", flags->files, "Table, or several with the same columns; -: standard input")
          ->required();
      app.add_option("--target", flags->target, "Column that is to be learned")->type_name("COLUMN");
      app.add_flag("--json", flags->json, "One JSON object instead");
      app.add_flag("--all", flags->all, "Every column and finding, however many");
      app.add_flag("--names", flags->names, "Only the names of the columns, one a line");
      app.add_option("--threads", flags->threads, "0: one for each core")
          ->check(between(0, 1024))
          ->capture_default_str();
      declare_table_flags(app, flags->table);
      app.footer(kDescribeExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
