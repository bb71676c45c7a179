// kette compare: runs side by side, or the variants of gradient descent on one table.
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "kette/cli/command.h"
#include "kette/cli/compare_descent.h"
#include "kette/cli/progress.h"
#include "kette/cli/runs.h"
#include "kette/cli/text.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr const char* kCompareExamples = R"(Examples:
  kette compare small.onnx large.onnx                  their records small.run.toml, large.run.toml lie beside them
  kette compare runs/*.run.toml --sort                 the best first
  kette compare --descent houses.csv --target price    the five variants of gradient descent, on your own table

Of the options only those are shown in which the runs differ. * marks the best of a row.)";

constexpr size_t kCompareWidth = 100;  // of what is not written to a terminal
constexpr size_t kWidestCell = 24;

struct CompareFlags {
  std::vector<std::string> files;
  bool sorted = false, json = false, descent = false;
  TrainFlags of_descent;
};

std::optional<double> number_of(const RecordValue* value) {
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<double>(value)) return *number;
  if (const auto* whole = std::get_if<int64_t>(value)) return static_cast<double>(*whole);
  return data::parse_number(to_text(*value));
}

std::string text_or(const RecordEntries& entries, std::string_view name, std::string_view otherwise) {
  const RecordValue* value = find(entries, name);
  return value ? to_text(*value) : std::string(otherwise);
}

bool is_better(std::string_view measure, double a, double b) {
  return measure == "accuracy" || measure == "r2" ? a > b : a < b;
}

void sort_by_first_measure(std::vector<Run>& runs) {
  const RecordEntries measures = runs.front().record.measures();
  if (measures.empty()) return;
  const std::string& name = measures.front().first;
  std::ranges::stable_sort(runs, [&](const Run& a, const Run& b) {
    const auto x = number_of(find(a.record.result, name)), y = number_of(find(b.record.result, name));
    return x && y ? is_better(name, *x, *y) : x.has_value() && !y.has_value();
  });
}

/// Names that occur in any run, in the order in which they are first met.
std::vector<std::string> names_of(const std::vector<Run>& runs, RecordEntries (*entries)(const RunRecord&)) {
  std::vector<std::string> names;
  for (const Run& run : runs)
    for (const auto& [name, value] : entries(run.record))
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

std::vector<std::string> differing_options(const std::vector<Run>& runs) {
  std::vector<std::string> names = names_of(runs, [](const RunRecord& record) { return record.options; });
  std::erase_if(names, [&](const std::string& name) {
    const RecordValue* first = find(runs.front().record.options, name);
    return std::ranges::all_of(runs, [&](const Run& run) {
      const RecordValue* value = find(run.record.options, name);
      return (value == nullptr) == (first == nullptr) &&
             (value == nullptr || to_text(*value) == to_text(*first));
    });
  });
  return names;
}

/// `what(run)` with the runs it holds for, when there is more than one such text: `price (a, b), rent (c)`.
template <class What>
std::string groups(const std::vector<Run>& runs, What what) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (const Run& run : runs) {
    const std::string text = what(run);
    auto known = std::ranges::find(found, text, [](const auto& group) { return group.first; });
    if (known == found.end()) known = found.insert(found.end(), {text, {}});
    known->second.push_back(run.name);
  }
  if (found.size() < 2) return "";
  std::string line;
  for (const auto& [text, names] : found)
    line +=
        fmt::format("{}{} ({})", line.empty() ? "" : ", ", data::on_one_line(text), fmt::join(names, ", "));
  return line;
}

/// What makes the numbers less comparable than they look.
std::vector<std::string> cautions(const std::vector<Run>& runs, const std::vector<std::string>& differing) {
  std::vector<std::string> lines;
  for (const std::string name : {"target", "task"})
    if (const std::string line =
            groups(runs, [&](const Run& run) { return text_or(run.record.options, name, "?"); });
        !line.empty())
      lines.push_back(fmt::format("different {}s: {}; their measures do not compare", name, line));
  const std::string data = groups(runs, [](const Run& run) {
    const RecordEntries& data = run.record.data;
    return fmt::format("{}, {} rows, {}", text_or(data, "files", "?"), text_or(data, "rows", "?"),
                       text_or(data, "hash", "?"));
  });
  const auto hash = [](const Run& run) { return text_or(run.record.data, "hash", "?"); };
  if (!groups(runs, hash).empty()) lines.push_back("different data: " + data);
  std::vector<std::string> of_split;
  for (const std::string& name : differing)
    if (name == "seed" || name == "test-size" || name == "test" || name == "group")
      of_split.push_back("--" + name);
  if (!of_split.empty())
    lines.push_back(
        fmt::format("measured on different rows, for {} differ{}: small differences may be chance",
                    fmt::join(of_split, ", "), of_split.size() == 1 ? "s" : ""));
  return lines;
}

/// The cells of a row of numbers, the best marked where there is a best.
std::vector<std::string> measure_row(const std::vector<Run>& runs, const std::string& name) {
  std::optional<double> best, worst;
  for (const Run& run : runs)
    if (const auto value = number_of(find(run.record.result, name))) {
      if (!best || is_better(name, *value, *best)) best = value;
      if (!worst || is_better(name, *worst, *value)) worst = value;
    }
  std::vector<std::string> row = {name};
  for (const Run& run : runs) {
    const auto value = number_of(find(run.record.result, name));
    if (!value)
      row.emplace_back("·");
    else
      row.push_back(measure_text(name, *value) + (*value == *best && *best != *worst ? " *" : "  "));
  }
  return row;
}

std::vector<std::vector<std::string>> cells_of(const std::vector<Run>& runs,
                                               const std::vector<std::string>& differing) {
  std::vector<std::vector<std::string>> cells = {{""}};
  for (const Run& run : runs) cells.front().push_back(cut(data::on_one_line(run.name), kWidestCell) + "  ");
  for (const std::string& name : names_of(runs, [](const RunRecord& record) { return record.measures(); }))
    cells.push_back(measure_row(runs, name));
  const auto add = [&](std::string title, auto text) {
    cells.push_back({std::move(title)});
    for (const Run& run : runs) cells.back().push_back(text(run.record) + "  ");
  };
  const auto count = [](std::string_view name) {
    return [name](const RunRecord& record) {
      const auto number = number_of(find(record.result, name));
      return number && std::abs(*number) < 9e18 ? grouped(static_cast<int64_t>(*number)) : "·";
    };
  };
  add("epochs", count("epochs"));
  add("seconds", [](const RunRecord& record) { return text_or(record.result, "seconds", "·"); });
  add("rows/s", count("samples_per_second"));
  for (const std::string& name : differing)
    add("--" + data::on_one_line(name), [&](const RunRecord& record) {
      return cut(data::on_one_line(text_or(record.options, name, "·")), kWidestCell);
    });
  return cells;
}

/// As many runs beside each other as fit, the others below.
std::string side_by_side(const std::vector<std::vector<std::string>>& cells, size_t width) {
  const size_t columns = cells.front().size();
  std::vector<size_t> widths(columns);
  for (const auto& row : cells)
    for (size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string text;
  for (size_t start = 1; start < columns;) {
    size_t end = start, used = widths[0];
    while (end < columns && (end == start || used + 2 + widths[end] <= width)) used += 2 + widths[end++];
    std::vector<std::vector<std::string>> part;
    for (const auto& row : cells) {
      part.push_back({row[0]});
      part.back().insert(part.back().end(), row.begin() + static_cast<std::ptrdiff_t>(start),
                         row.begin() + static_cast<std::ptrdiff_t>(end));
    }
    text += (text.empty() ? "" : "\n") + table(part);
    start = end;
  }
  return text;
}

nlohmann::ordered_json to_json(const RecordEntries& entries) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : entries)
    std::visit([&entry = object[name]](const auto& v) { entry = v; }, value);
  return object;
}

void print_json(const std::vector<Run>& runs, const std::vector<std::string>& differing,
                const std::vector<std::string>& lines) {
  nlohmann::ordered_json object;
  object["runs"] = nlohmann::ordered_json::array();
  for (const Run& run : runs) {
    nlohmann::ordered_json one = {{"name", run.name},
                                  {"record", run.path},
                                  {"result", to_json(run.record.result)},
                                  {"data", to_json(run.record.data)},
                                  {"options", to_json(run.record.options)}};
    if (!run.record.networks.empty()) {
      one["networks"] = nlohmann::ordered_json::array();
      for (const RecordEntries& network : run.record.networks) one["networks"].push_back(to_json(network));
    }
    object["runs"].push_back(std::move(one));
  }
  object["differing_options"] = differing;
  object["cautions"] = lines;
  fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

int compare_runs(const CompareFlags& flags) {
  std::vector<Run> runs = read_runs(flags.files);
  if (flags.sorted) sort_by_first_measure(runs);
  const std::vector<std::string> differing = differing_options(runs), lines = cautions(runs, differing);
  if (flags.json) {
    print_json(runs, differing, lines);
    return 0;
  }
  const int terminal = terminal_width();
  fmt::print("{}", side_by_side(cells_of(runs, differing),
                                terminal > 0 ? static_cast<size_t>(terminal) : kCompareWidth));
  if (differing.empty() && runs.size() > 1) fmt::print("\nno option differs\n");
  if (!lines.empty()) fmt::print("\n");
  for (const std::string& line : lines) fmt::print("! {}\n", line);
  return 0;
}

}  // namespace

const Command kCompare{
    "compare", "Show runs side by side, or the variants of gradient descent on a table",
    [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<CompareFlags>();
      app.add_option("RUN", flags->files, "Models, or records NAME.run.toml; with --descent the table")
          ->required()
          ->type_name("FILE");
      app.add_flag("--sort", flags->sorted, "By the first measure, the best first");
      app.add_flag("--json", flags->json, "One JSON object instead");
      app.add_flag("--descent", flags->descent, "Train with each of the five variants of gradient descent");
      declare_descent_flags(app, flags->of_descent);
      app.footer(kCompareExamples);
      return [flags, &app] {
        if (flags->descent) {
          if (flags->sorted) throw UsageError("--sort goes with records of runs, not with --descent");
          flags->of_descent.files = flags->files;
          return compare_descent(flags->of_descent, flags->json);
        }
        for (const CLI::Option* option : app.get_options())
          if (option->count() > 0 && !option->get_positional() && option->get_name() != "--sort" &&
              option->get_name() != "--json")
            throw UsageError(option->get_name() + " goes with --descent");
        return compare_runs(*flags);
      };
    }};

}  // namespace kette::cli
