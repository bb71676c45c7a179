// When to look at the clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kette {

/// About every millisecond, so that looking costs nothing next to tiny steps.
class Pulse {
 public:
  /// To be asked after every step.
  bool is_due() {
    if (++steps_ < stride_) return false;
    steps_ = 0;
    const Clock::time_point now = Clock::now();
    const auto passed = now - last_;
    last_ = now;
    if (passed < std::chrono::milliseconds(1) && stride_ < 4096) stride_ *= 2;
    if (passed > std::chrono::milliseconds(4)) stride_ = std::max<int64_t>(1, stride_ / 4);
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
  int64_t steps_ = 0, stride_ = 1;
};

/// Measures the time between start and stop, again and again.
class Stopwatch {
 public:
  double seconds() const { return before_ + (is_running_ ? since_start() : 0); }
  void start() {
    if (!is_running_) start_ = Clock::now();
    is_running_ = true;
  }
  void stop() {
    before_ = seconds();
    is_running_ = false;
  }
  /// As if so many seconds had passed before now.
  void set(double seconds) {
    before_ = seconds;
    start_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;
  double since_start() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  double before_ = 0;
  bool is_running_ = false;
  Clock::time_point start_{};
};

}  // namespace kette
