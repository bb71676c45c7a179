// kette data: made-up data sets to watch a network learn on.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/data/csv.h"
#include "kette/data/generators.h"

namespace kette::cli {
namespace {

constexpr const char* kDataExamples =
    R"(Two classes in the plane (columns x1, x2, label): circle, xor, gauss, spiral, moons.
Regression (columns x, y): sine.

Examples:
  kette data moons > moons.csv && kette train moons.csv --target label
  kette data spiral --samples 2000 --noise 0.2 --seed 7 --out spiral.csv)";

struct DataFlags {
  std::string name, out = "-";
  int64_t samples = 500;
  double noise = 0.1;
  uint64_t seed = 1;
};

}  // namespace

const Command kData{
    "data", "Write a made-up data set", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<DataFlags>();
      const auto names = data::generator_names();
      app.add_option("NAME", flags->name, "Of the data set")
          ->required()
          ->check(one_of({names.begin(), names.end()}));
      app.add_option("--samples", flags->samples, "Number of rows")
          ->check(between(2, 10000000))
          ->capture_default_str();
      app.add_option("--noise", flags->noise,
                     "How far points are moved from their place; gauss: how wide the clouds are")
          ->check(between(0, 10))
          ->capture_default_str();
      app.add_option("--seed", flags->seed, "The same seed gives the same rows")->capture_default_str();
      app.add_option("--out", flags->out, "Where to write (-: standard output)")
          ->type_name("FILE")
          ->capture_default_str();
      app.footer(kDataExamples);
      return [flags] {
        check_output(flags->out, "");
        write_output(flags->out,
                     data::to_csv(data::generate(flags->name, flags->samples, flags->noise, flags->seed)));
        return 0;
      };
    }};

}  // namespace kette::cli
