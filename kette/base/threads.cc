#include "kette/base/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/held_signals.h"

namespace kette {

int available_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 1;
  std::set<std::string> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &mask)) continue;
    std::ifstream file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
    std::string siblings;
    if (!std::getline(file, siblings)) siblings = std::to_string(cpu);
    cores.insert(siblings);
  }
  return std::max(1, static_cast<int>(cores.size()));
}

namespace {
// The parts of a program follow each other closely, and to be woken takes 10 µs, or 100 on a virtual machine.
// Threads that share a core hold each other up meanwhile.
using SpinTime = std::chrono::microseconds;
constexpr SpinTime kSpinTime{200}, kSpinTimeOfShared{20};

/// Waits for the condition without giving up the processor, for so long; returns whether it came true.
template <class Condition>
bool spin_until(const Condition& condition, SpinTime time) {
  constexpr int kSpinsPerLook = 64;  // at the clock
  const auto end = std::chrono::steady_clock::now() + time;
  do {
    for (int spin = 0; spin < kSpinsPerLook; ++spin) {
      if (condition()) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}
}  // namespace

struct Threads::State {
  // Counts the calls of run(); workers wait for it to change.
  std::atomic<uint32_t> round{0};
  std::atomic<int> busy{0};
  // The tiles of each thread are those next to each other, so that what one step writes to a thread's cache
  // the next one finds there. Who has none left takes those of the others.
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };
  std::vector<Share> shares;
  std::atomic<bool> stopping{false};
  void (*body)(void*, int64_t, int) = nullptr;
  void* context = nullptr;
  SpinTime spin_time = kSpinTime;
  std::vector<std::thread> workers;

  void stop() {
    stopping = true;
    round.fetch_add(1, std::memory_order_release);
    round.notify_all();
    for (auto& worker : workers) worker.join();
  }

  void share_out(int64_t tiles) {
    const auto count = std::ssize(shares);
    for (int64_t i = 0; i < count; ++i) {
      Share& share = shares[static_cast<size_t>(i)];
      share.next.store(tiles / count * i + std::min(i, tiles % count), std::memory_order_relaxed);
      share.end = tiles / count * (i + 1) + std::min(i + 1, tiles % count);
    }
  }

  void take_tiles(int thread) {
    for (size_t i = 0; i < shares.size(); ++i) {
      Share& share = shares[(static_cast<size_t>(thread) + i) % shares.size()];
      for (int64_t tile; (tile = share.next.fetch_add(1, std::memory_order_relaxed)) < share.end;)
        body(context, tile, thread);
    }
  }

  void work(int thread) {
    uint32_t seen = 0;
    while (true) {
      if (!spin_until([&] { return round.load(std::memory_order_acquire) != seen; }, spin_time))
        round.wait(seen, std::memory_order_acquire);
      seen = round.load(std::memory_order_acquire);
      if (stopping.load(std::memory_order_relaxed)) return;
      take_tiles(thread);
      if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) busy.notify_one();
    }
  }
};

Threads::Threads(int count) : count_(count == 0 ? available_cores() : count) {
  if (count_ < 1 || count_ > 1024) fail("[threads] {} threads requested; expected 1 to 1024", count_);
  if (count_ == 1) return;
  state_ = std::make_unique<State>();
  state_->shares = std::vector<State::Share>(static_cast<size_t>(count_));
  if (count > 0 && count > available_cores()) state_->spin_time = kSpinTimeOfShared;
  const HeldSignals held;  // workers inherit that: signals are for the thread that can answer them
  try {
    for (int i = 1; i < count_; ++i)
      state_->workers.emplace_back([state = state_.get(), i] { state->work(i); });
  } catch (const std::system_error& error) {
    const size_t started = state_->workers.size() + 1;
    state_->stop();
    fail("[threads] {} threads requested, but the system gives {}: {}", count_, started, error.what());
  }
}

Threads::~Threads() {
  if (state_) state_->stop();
}

void Threads::run(int64_t tiles, void (*body)(void*, int64_t, int), void* context) {
  if (!state_ || tiles <= 1) {
    for (int64_t tile = 0; tile < tiles; ++tile) body(context, tile, 0);
    return;
  }
  State& s = *state_;
  s.share_out(tiles);
  s.body = body;
  s.context = context;
  s.busy.store(count_ - 1, std::memory_order_relaxed);
  s.round.fetch_add(1, std::memory_order_release);
  s.round.notify_all();
  s.take_tiles(0);
  if (spin_until([&] { return s.busy.load(std::memory_order_acquire) == 0; }, s.spin_time)) return;
  for (int left; (left = s.busy.load(std::memory_order_acquire)) != 0;)
    s.busy.wait(left, std::memory_order_acquire);
}

}  // namespace kette
