#include "kette/base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

#include "kette/base/error.h"

namespace kette::threads_test {
namespace {

struct Counted {
  explicit Counted(int64_t tiles) : times(static_cast<size_t>(tiles)) {}
  std::vector<std::atomic<int>> times;
  std::atomic<int> highest_thread{0};
  std::atomic<int> lowest_thread{0};
};

void count_tile(void* context, int64_t tile, int thread) {
  auto& counted = *static_cast<Counted*>(context);
  counted.times[static_cast<size_t>(tile)].fetch_add(1);
  for (int seen = counted.highest_thread;
       thread > seen && !counted.highest_thread.compare_exchange_weak(seen, thread);) {
  }
  for (int seen = counted.lowest_thread;
       thread < seen && !counted.lowest_thread.compare_exchange_weak(seen, thread);) {
  }
}

class ThreadsOf : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Counts, ThreadsOf, testing::Values(1, 2, 4));

TEST_P(ThreadsOf, every_tile_runs_exactly_once) {
  Threads threads(GetParam());
  for (const int64_t tiles : {0, 1, 2, 3, 5, 64, 1000, 7}) {
    Counted counted(tiles);
    threads.run(tiles, count_tile, &counted);
    for (const auto& times : counted.times) ASSERT_EQ(times, 1) << tiles << " tiles";
    EXPECT_GE(counted.lowest_thread, 0);
    EXPECT_LT(counted.highest_thread, threads.count());
  }
}

TEST_P(ThreadsOf, results_are_visible_to_the_caller_after_each_of_many_rounds) {
  Threads threads(GetParam());
  std::vector<int64_t> values(8);  // not atomic: run() itself must order the accesses
  for (int64_t round = 1; round <= 1000; ++round) {
    threads.run(
        8,
        [](void* context, int64_t tile, int) {
          ++(*static_cast<std::vector<int64_t>*>(context))[static_cast<size_t>(tile)];
        },
        &values);
    for (const int64_t value : values) ASSERT_EQ(value, round);
  }
}

TEST_P(ThreadsOf, starting_and_ending_without_work_does_not_hang) {
  for (int i = 0; i < 50; ++i) Threads threads(GetParam());
}

TEST_P(ThreadsOf, of_the_tiles_that_fail_the_first_is_reported) {
  Threads threads(GetParam());
  for (int round = 0; round < 20; ++round) {
    std::string message;
    try {
      for_each_tile(&threads, 100, [](int64_t tile, int) {
        if (tile % 10 == 7) fail("tile {}", tile);
      });
    } catch (const Error& error) {
      message = error.what();
    }
    EXPECT_EQ(message, "tile 7");
  }
}

TEST(Threads, without_a_pool_tiles_run_in_order) {
  std::vector<int64_t> order;
  for_each_tile(nullptr, 3, [&](int64_t tile, int thread) {
    EXPECT_EQ(thread, 0);
    order.push_back(tile);
  });
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2}));
}

TEST(Threads, pools_can_be_used_side_by_side) {
  Threads outer(2);
  Counted first(100), second(100);
  struct Both {
    Counted* counted[2];
  } both{{&first, &second}};
  outer.run(
      2,
      [](void* context, int64_t tile, int) {
        Threads inner(2);
        inner.run(100, count_tile, static_cast<Both*>(context)->counted[tile]);
      },
      &both);
  for (const auto& times : first.times) EXPECT_EQ(times, 1);
  for (const auto& times : second.times) EXPECT_EQ(times, 1);
}

TEST(Threads, zero_means_the_available_cores) {
  EXPECT_GE(available_cores(), 1);
  EXPECT_LE(available_cores(), static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_EQ(Threads(0).count(), available_cores());
}

TEST(Threads, impossible_counts_are_refused) {
  EXPECT_THROW(Threads(-1), Error);
  EXPECT_THROW(Threads(1025), Error);
}

double process_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

TEST(Threads, idle_threads_do_not_use_the_processor) {
  Threads threads(4);
  Counted counted(100);
  threads.run(100, count_tile, &counted);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // they may look for more work for a moment
  const double before = process_cpu_seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LT(process_cpu_seconds() - before, 0.010);  // one spinning thread would use 0.1
}

}  // namespace
}  // namespace kette::threads_test
