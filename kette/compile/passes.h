// The compiler's passes by name: which are on, what each changed and how long it took.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kette {

struct Pass {
  std::string_view name;
  std::string_view what;  ///< for people
};

/// Every pass that can be left out, in the order in which they act. (Pruning is no pass: a program's graph
/// holds only what its outputs and updates need. Common subexpressions need none: a graph interns.)
std::span<const Pass> passes();

/// One compilation's switches and records.
class PassLog {
 public:
  /// Throws Error naming an unknown pass and those there are.
  explicit PassLog(std::span<const std::string> without = {});

  bool on(std::string_view pass) const { return record(pass).on; }
  /// Runs `body` and adds its time to the pass; the result of `body` stays the result.
  template <class Body>
  auto timed(std::string_view pass, const Body& body) {
    const Stopwatch stopwatch{record(pass)};
    return body();
  }
  void count(std::string_view pass, int changes) { record(pass).changes += changes; }

  /// One line for each pass: name, changes, microseconds, what it does.
  std::string to_string() const;

 private:
  struct Record {
    bool on = true;
    int changes = 0;
    std::chrono::nanoseconds time{};
  };
  struct Stopwatch {
    Record& record;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Stopwatch() { record.time += std::chrono::steady_clock::now() - start; }
  };
  Record& record(std::string_view pass) { return records_[index(pass)]; }
  const Record& record(std::string_view pass) const { return records_[index(pass)]; }
  static size_t index(std::string_view pass);

  std::vector<Record> records_;
};

}  // namespace kette
