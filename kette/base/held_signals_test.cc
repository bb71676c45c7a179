#include "kette/base/held_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "kette/base/threads.h"

namespace kette::held_signals_test {
namespace {

using namespace std::chrono_literals;

void say(const char* text) { std::fputs(text, stderr); }

TEST(HeldSignals, arrive_when_the_last_holder_is_gone) {
  const auto ends = [](int signal, bool waits) {
    {
      const HeldSignals outer;
      {
        HeldSignals inner;
        kill(getpid(), signal);
        if (waits && inner.wait(0ms) != signal) say("no signal, ");
        say("inner, ");
      }
      say("outer");
    }
    say(" and more");
  };
  for (const int signal : {SIGHUP, SIGINT, SIGTERM})
    for (const bool waits : {false, true})
      EXPECT_EXIT(ends(signal, waits), testing::KilledBySignal(signal), "^inner, outer$");
}

TEST(HeldSignals, threads_of_the_pool_take_none) {
  const auto ends = [] {
    Threads threads(3);
    {
      const HeldSignals held;
      kill(getpid(), SIGINT);
      std::this_thread::sleep_for(50ms);
      say("held");
    }
    say(" and more");
  };
  EXPECT_EXIT(ends(), testing::KilledBySignal(SIGINT), "^held$");
}

TEST(HeldSignals, none_comes_of_itself) {
  HeldSignals held;
  EXPECT_EQ(held.wait(1ms), 0);
}

}  // namespace
}  // namespace kette::held_signals_test
