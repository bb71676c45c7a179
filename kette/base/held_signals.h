// Signals that end the program, held back while something is to be cleared away first.
#pragma once

#include <chrono>
#include <csignal>

namespace kette {

/// While one is there, SIGHUP, SIGINT and SIGTERM wait: they arrive when the last one is gone, so that what
/// destructors clear away is cleared away. Of the thread that made it, and of the process, for the threads
/// of base/threads.h take none of them.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// Waits for one, at most so long; 0 where none comes. It stays held.
  int wait(std::chrono::milliseconds time);

  /// The signals that a child process is to begin with as blocked: none of these.
  sigset_t blocked_of_child() const;

 private:
  sigset_t blocked_before_ = {};
  sigset_t came_ = {};
};

}  // namespace kette
