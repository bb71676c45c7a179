// A small thread pool. Its one operation splits a count of independent tiles over the threads.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>

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

/// Calls `body(tile, thread)` once for every tile in [0, tiles), as Threads::run does; in order on the
/// caller's thread where `threads` is null. `body` may throw: when all tiles are done, the exception of the
/// first of those that failed is thrown on. Allocates nothing.
template <class Body>
void for_each_tile(Threads* threads, int64_t tiles, const Body& body) {
  if (threads == nullptr || tiles <= 1) {
    for (int64_t tile = 0; tile < tiles; ++tile) body(tile, 0);
    return;
  }
  struct Work {
    const Body& body;
    std::mutex mutex;
    int64_t failed = 0;  // tile
    std::exception_ptr failure;
  } work{body, {}, tiles, nullptr};
  threads->run(
      tiles,
      [](void* context, int64_t tile, int thread) {
        auto& w = *static_cast<Work*>(context);
        try {
          w.body(tile, thread);
        } catch (...) {
          const std::lock_guard lock(w.mutex);
          if (tile < w.failed) w.failed = tile, w.failure = std::current_exception();
        }
      },
      &work);
  if (work.failure) std::rethrow_exception(work.failure);
}

}  // namespace kette
