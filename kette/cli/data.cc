// kette data: made-up data sets to watch a network learn on, and a tagged text as a table.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/data/csv.h"
#include "kette/data/generators.h"
#include "kette/data/windows.h"

namespace kette::cli {
namespace {

constexpr const char* kDataExamples =
    R"(Two classes in the plane (columns x1, x2, label): circle, xor, gauss, spiral, moons.
Regression (columns x, y): sine.
Windows of words: of a text in FILE, a sentence a line, its words tagged as in `the/DET dog/NOUN`, each word between
its neighbours (columns before, word, after, tag; <s> and </s> beyond the ends). Where these four are words of the text,
say --header yes when the table is read.

Examples:
  kette data moons > moons.csv && kette train moons.csv --target label
  kette data windows words.txt > windows.csv
  kette train windows.csv --target tag --share-embedding before,word,after
  kette data spiral --samples 2000 --noise 0.2 --seed 7 --out spiral.csv)";

struct DataFlags {
  std::string name, file, out = "-";
  int64_t samples = 500;
  double noise = 0.1;
  uint64_t seed = 1;
  data::WindowOptions windows;
};

constexpr std::string_view kWindows = "windows";

std::vector<std::string> data_names() {
  const auto generators = data::generator_names();
  std::vector<std::string> names(generators.begin(), generators.end());
  names.emplace_back(kWindows);
  return names;
}

/// Options of the one kind of data set that are given for the other.
void refuse_contradictions(const CLI::App& app, bool is_windows) {
  const auto given = [&](std::string_view name) { return app.get_option(std::string(name))->count() > 0; };
  if (is_windows && !given("FILE")) throw UsageError("windows: expected the tagged text, FILE");
  if (!is_windows && given("FILE"))
    throw UsageError("FILE goes with windows; the other data sets are made up");
  for (const std::string_view option : {"--samples", "--noise", "--seed"})
    if (is_windows && given(option)) throw UsageError(fmt::format("{} does not go with windows", option));
  for (const std::string_view option : {"--context", "--sentences"})
    if (!is_windows && given(option)) throw UsageError(fmt::format("{} goes with windows", option));
}

data::Table data_set(const DataFlags& f) {
  if (f.name == kWindows) return data::windows(read_file(f.file), f.file, f.windows);
  return data::generate(f.name, f.samples, f.noise, f.seed);
}

}  // namespace

const Command kData{
    "data", "Write a made-up data set, or a tagged text as a table",
    [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<DataFlags>();
      app.add_option("NAME", flags->name, "Of the data set")->required()->check(one_of(data_names()));
      app.add_option("FILE", flags->file, "The tagged text of windows");
      app.add_option("--samples", flags->samples, "Number of rows")
          ->check(between(2, 10000000))
          ->capture_default_str();
      app.add_option("--noise", flags->noise,
                     "How far points are moved from their place; gauss: how wide the clouds are")
          ->check(between(0, 10))
          ->capture_default_str();
      app.add_option("--seed", flags->seed, "The same seed gives the same rows")->capture_default_str();
      app.add_option("--context", flags->windows.context, "Windows: words on either side of a word")
          ->check(between(1, 50))
          ->capture_default_str();
      app.add_flag("--sentences", flags->windows.numbers_lines,
                   "Windows: a column sentence, to keep its words together by --group sentence");
      app.add_option("--out", flags->out, "Where to write (-: standard output)")
          ->type_name("FILE")
          ->capture_default_str();
      app.footer(kDataExamples);
      return [flags, &app] {
        refuse_contradictions(app, flags->name == kWindows);
        check_output(flags->out, flags->file);
        write_output(flags->out, data::to_csv(data_set(*flags)));
        return 0;
      };
    }};

}  // namespace kette::cli
