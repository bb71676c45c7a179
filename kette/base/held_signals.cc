#include "kette/base/held_signals.h"

#include <ctime>

namespace kette {
namespace {

constexpr int kHeld[] = {SIGHUP, SIGINT, SIGTERM};

sigset_t held() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kHeld) sigaddset(&set, signal);
  return set;
}

}  // namespace

HeldSignals::HeldSignals() {
  sigemptyset(&came_);
  const sigset_t set = held();
  pthread_sigmask(SIG_BLOCK, &set, &blocked_before_);
}

HeldSignals::~HeldSignals() {
  for (const int signal : kHeld)
    if (sigismember(&came_, signal) == 1) std::raise(signal);
  pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr);
}

sigset_t HeldSignals::blocked_of_child() const {
  sigset_t set = blocked_before_;  // by another holder, perhaps
  for (const int signal : kHeld) sigdelset(&set, signal);
  return set;
}

int HeldSignals::wait(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  const timespec most{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
  const sigset_t set = held();
  const int signal = sigtimedwait(&set, nullptr, &most);
  if (signal < 0) return 0;
  sigaddset(&came_, signal);
  return signal;
}

}  // namespace kette
