#include "kette/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"

namespace kette::schedule_test {
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

using Kind = ScheduleSpec::Kind;

TEST(Schedule, steps_fall_at_once_and_the_exponential_all_the_time) {
  const Schedule steps({.kind = Kind::step, .rate = 0.5, .factor = 0.5, .every = 10});
  EXPECT_EQ(steps.at(0), 0.5);
  EXPECT_EQ(steps.at(9), 0.5);
  EXPECT_EQ(steps.at(10), 0.25);
  EXPECT_EQ(steps.at(39), 0.0625);
  const Schedule smooth({.kind = Kind::exponential, .rate = 0.5, .factor = 0.25, .every = 10});
  EXPECT_DOUBLE_EQ(smooth.at(0), 0.5);
  EXPECT_DOUBLE_EQ(smooth.at(5), 0.25);
  EXPECT_DOUBLE_EQ(smooth.at(10), 0.125);
}

TEST(Schedule, cosine_goes_from_the_rate_to_its_final_share) {
  const Schedule schedule({.kind = Kind::cosine, .rate = 2, .final_share = 0.25}, 7);  // the last step is 6
  EXPECT_DOUBLE_EQ(schedule.at(0), 2);
  EXPECT_DOUBLE_EQ(schedule.at(2), 0.5 + 1.5 * 0.75);  // cos 60° = ½
  EXPECT_DOUBLE_EQ(schedule.at(3), 0.5 + 1.5 * 0.5);
  EXPECT_DOUBLE_EQ(schedule.at(6), 0.5);
  EXPECT_DOUBLE_EQ(schedule.at(1000), 0.5);
  EXPECT_DOUBLE_EQ(Schedule({.kind = Kind::cosine, .rate = 2}, 7).at(6), 0.02);
}

TEST(Schedule, one_cycle_rises_and_falls) {
  const Schedule schedule({.kind = Kind::one_cycle, .rate = 5, .warm_share = 0.25}, 101);
  EXPECT_DOUBLE_EQ(schedule.at(0), 0.2);
  EXPECT_DOUBLE_EQ(schedule.at(25), 5);
  EXPECT_DOUBLE_EQ(schedule.at(50), 5e-4 + (5 - 5e-4) * 0.75);
  EXPECT_DOUBLE_EQ(schedule.at(100), 5e-4);
  for (int64_t t = 1; t <= 100; ++t) EXPECT_EQ(schedule.at(t) > schedule.at(t - 1), t <= 25) << "step " << t;
}

TEST(Schedule, of_one_step_has_its_first_rate) {
  EXPECT_DOUBLE_EQ(Schedule({.kind = Kind::cosine, .rate = 2}, 1).at(0), 2);
  EXPECT_DOUBLE_EQ(Schedule({.kind = Kind::one_cycle, .rate = 2}, 1).at(0), 0.08);
}

TEST(Schedule, warm_up_rises_in_equal_parts_and_then_the_schedule_begins) {
  for (const Kind kind : schedules()) {
    const ScheduleSpec cold{.kind = kind, .rate = 0.5, .decay = 0.25, .factor = 0.5, .every = 3};
    ScheduleSpec warm = cold;
    warm.warmup = 4;
    const Schedule plain(cold, 20), warmed(warm, 24);
    for (int64_t t = 0; t < 4; ++t)
      EXPECT_DOUBLE_EQ(warmed.at(t), plain.at(0) * static_cast<double>(t + 1) / 5) << to_string(kind);
    for (int64_t t = 0; t < 20; ++t) EXPECT_EQ(warmed.at(t + 4), plain.at(t)) << to_string(kind);
  }
}

TEST(Schedule, names_are_read_back) {
  for (const Kind kind : schedules()) EXPECT_EQ(parse_schedule(to_string(kind)), kind);
  EXPECT_EQ(to_string(Kind::inverse_time), "1/t");
  EXPECT_EQ(to_string(Kind::one_cycle), "one-cycle");
  try {
    parse_schedule("cosinus");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[learning rate] the schedule \"cosinus\" is unknown; expected one of constant, 1/t, step, "
                 "exponential, cosine, one-cycle");
  }
}

void expect_error(const ScheduleSpec& spec, int64_t steps, const std::string& message) {
  try {
    const Schedule schedule(spec, steps);
    FAIL() << "expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), message);
  }
}

TEST(Schedule, impossible_settings_are_errors) {
  expect_error({.kind = Kind::cosine}, 0,
               "[learning rate] the schedule \"cosine\" needs a number of epochs or steps");
  expect_error({.kind = Kind::one_cycle, .warmup = 9}, 9,
               "[learning rate] 9 steps of warm-up leave none of 9 for the schedule \"one-cycle\"");
  expect_error({.kind = Kind::step, .factor = 0}, 0,
               "[learning rate] factor is 0; expected a number in (0, 1]");
  expect_error({.kind = Kind::step, .every = 0}, 0,
               "[learning rate] falls every 0 steps; expected at least 1");
  expect_error({.kind = Kind::cosine, .final_share = 2}, 9,
               "[learning rate] final share is 2; expected a number in [0, 1]");
  expect_error({.kind = Kind::one_cycle, .warm_share = 1}, 9,
               "[learning rate] warm share is 1; expected a number in (0, 1)");
  expect_error({.warmup = -1}, 0, "[learning rate] -1 steps of warm-up; expected at least 0");
}

}  // namespace
}  // namespace kette::schedule_test
