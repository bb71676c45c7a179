// Any bytes are options, a run's record, or an Error of one line; a record that was read is written and reads
// back the same.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/cli/config.h"
#include "kette/cli/run_record.h"

namespace {

void expect_one_line(const kette::Error& error) {
  if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
}

/// A command with an option of each kind.
void read_as_options(std::string_view bytes) {
  CLI::App command;
  std::string text;
  int64_t whole = 0;
  double real = 0;
  bool flag = false;
  command.add_option("--target", text);
  command.add_option("--hidden", text);
  command.add_option("--seed", whole);
  command.add_option("--learning-rate", real);
  command.add_flag("--plateau", flag);
  try {
    std::vector<std::string> arguments = kette::cli::config_arguments(bytes, "fuzz", command);
    command.parse(std::move(arguments));
  } catch (const kette::Error& error) {
    expect_one_line(error);
  } catch (const CLI::ParseError&) {
    return;  // a value that is none of its option's
  }
}

void read_as_record(std::string_view bytes) {
  std::string once;
  try {
    once = to_toml(kette::cli::run_record_of(bytes, "fuzz"));
  } catch (const kette::Error& error) {
    return expect_one_line(error);
  }
  // Compared as texts: a record may hold NaN.
  if (to_toml(kette::cli::run_record_of(once, "fuzz")) != once) std::abort();
}

}  // namespace

KETTE_FUZZ(config) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_as_options(bytes);
  read_as_record(bytes);
  return 0;
}
