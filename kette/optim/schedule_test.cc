#include "kette/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

TEST(Schedule, without_decay_is_constant) {
  const Schedule schedule(0.1);
  for (const int64_t step : {int64_t{0}, int64_t{1}, int64_t{1} << 40}) EXPECT_EQ(schedule.at(step), 0.1);
}

TEST(Schedule, with_decay_falls_like_one_over_t) {
  const Schedule schedule(0.5, 0.25);
  EXPECT_EQ(schedule.at(0), 0.5);
  EXPECT_EQ(schedule.at(4), 0.25);
  EXPECT_EQ(schedule.at(12), 0.125);
}

TEST(Schedule, impossible_rates_are_errors) {
  for (const double rate : {0.0, -0.1, std::nan(""), double{INFINITY}})
    EXPECT_THROW(Schedule{rate}, Error) << rate;
  for (const double decay : {-0.1, std::nan(""), double{INFINITY}})
    EXPECT_THROW(Schedule(0.1, decay), Error) << decay;
}

}  // namespace
}  // namespace kette
