// Our side of the parse benchmark (bench/parse.py): bench_parse FILE THREADS reads FILE and prints one line
// of JSON: seconds, peak memory, and for each column its name, rows missing and the sum of its numbers.
// bench_parse --describe FILE… prints how the files were understood instead.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/format.h"
#include "kette/data/read.h"

namespace {

using namespace kette;

void describe(const std::string& path, Threads& threads) {
  const data::TableFile file = data::read_table(path, {.threads = &threads});
  fmt::print("{}: {} rows, {} columns; {}; {}\n", path, file.table.rows(), file.table.columns(),
             to_string(file.format), to_string(file.dialect));
  for (const std::string& note : file.notes) fmt::print("  note: {}\n", note);
  for (int64_t c = 0; c < std::min<int64_t>(file.table.columns(), 12); ++c) {
    int64_t missing = 0;
    for (int64_t row = 0; row < file.table.rows(); ++row) missing += file.table.is_missing(row, c) ? 1 : 0;
    fmt::print("  {} {} ({} missing): {} … {}\n", data::quote(file.table.name(c)),
               file.table.is_numeric(c) ? "numbers" : "text", missing, data::quote(file.table.field(0, c)),
               data::quote(file.table.field(file.table.rows() - 1, c)));
  }
}

void measure(const std::string& path, int count) {
  Threads threads(count);
  const auto start = std::chrono::steady_clock::now();
  const data::TableFile file = data::read_table(path, {.threads = &threads});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"seconds\": {}, \"peak_bytes\": {}, \"rows\": {}, \"sums\": [", seconds,
             usage.ru_maxrss * 1024L, file.table.rows());
  for (int64_t c = 0; c < file.table.columns(); ++c) {
    double sum = 0;
    for (double value : file.table.numbers(c))
      if (!std::isnan(value)) sum += value;
    fmt::print("{}{}", c == 0 ? "" : ", ", sum);
  }
  fmt::print("]}}\n");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 2) {
      fmt::print(stderr, "bench_parse FILE THREADS | bench_parse --describe FILE…\n");
      return 2;
    }
    if (words[0] != "--describe") {
      measure(words[0], std::stoi(words[1]));
      return 0;
    }
    Threads threads;
    for (size_t i = 1; i < words.size(); ++i) {
      try {
        describe(words[i], threads);
      } catch (const kette::Error& error) {
        fmt::print("{}\n", error.what());
      }
    }
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
