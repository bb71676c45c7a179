// A small thread pool. Its one operation splits a count of independent tiles over the threads.
#pragma once

#include <cstdint>
#include <memory>

namespace kette {

/// Physical cores this process may use (its CPU affinity, hyper-threads counted once); at least 1.
int available_cores();

/// Threads that wait without using the processor. One caller at a time.
class Threads {
 public:
  /// `count` ≥ 1 is the total number of threads, the caller's own among them; 0 means available_cores().
  explicit Threads(int count = 0);
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  int count() const { return count_; }

  /// Calls `body(context, tile, thread)` once for every tile in [0, tiles), thread in [0, count()), and
  /// returns when all are done. Which thread runs which tile is unspecified, so `body` must not let the
  /// result depend on `thread`. `body` must not throw. Allocates nothing.
  void run(int64_t tiles, void (*body)(void* context, int64_t tile, int thread), void* context);

 private:
  struct State;
  int count_;
  std::unique_ptr<State> state_;
};

}  // namespace kette
