#include "kette/judge/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "kette/base/random.h"

namespace kette::bootstrap_test {
namespace {

TEST(DrawRows, draws_as_many_as_there_are_each_equally_likely) {
  std::vector<uint32_t> counts(10), total(10);
  for (uint32_t number = 0; number < 4000; ++number) {
    draw_rows(1, number, counts);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0u), 10u);
    for (size_t i = 0; i < 10; ++i) total[i] += counts[i];
  }
  // Binomial of 40 000 draws at 1/10: deviation 60.
  for (const uint32_t count : total) EXPECT_NEAR(count, 4000, 5 * 60);
}

TEST(DrawRows, are_those_of_the_streams_words) {
  std::vector<uint32_t> counts(7), expected(7);
  draw_rows(3, 5, counts);
  const Random random(3, uint64_t{0xB0075} << 32 | 5);
  for (uint64_t i = 0; i < 7; ++i) ++expected[uint64_t{random.word(i)} * 7 >> 32];
  EXPECT_EQ(counts, expected);
}

/// The mean of i = 0, 1, …, over the rows drawn.
void mean_row(std::span<const uint32_t> counts, std::span<double> measures) {
  double total = 0;
  for (size_t i = 0; i < counts.size(); ++i) total += counts[i] * static_cast<double>(i);
  measures[0] = total / static_cast<double>(counts.size());
}

TEST(Bootstrap, an_interval_is_as_wide_as_the_theory_of_a_mean_says) {
  // 0 … 399: variance (400² − 1)/12, that of the mean a 400th; the middle 95 % are ± 1.96 deviations.
  const auto values = bootstrap(400, 2000, 1, 1, mean_row);
  const auto [low, high] = percentile_interval(values[0], 0.95).value();
  const double deviation = std::sqrt((400.0 * 400 - 1) / 12 / 400);
  EXPECT_NEAR(low, 199.5 - 1.96 * deviation, 0.15 * deviation);
  EXPECT_NEAR(high, 199.5 + 1.96 * deviation, 0.15 * deviation);
}

TEST(Bootstrap, has_the_same_bits_at_any_number_of_threads) {
  Threads three(3);
  EXPECT_EQ(bootstrap(1000, 50, 4, 1, mean_row), bootstrap(1000, 50, 4, 1, mean_row, &three));
}

TEST(Bootstrap, undefined_values_are_left_out) {
  const auto values =
      bootstrap(4, 100, 1, 1, [](std::span<const uint32_t> counts, std::span<double> measures) {
        measures[0] = counts[0] == 0 ? std::numeric_limits<double>::quiet_NaN() : 1;
      });
  EXPECT_GT(values[0].size(), 40u);
  EXPECT_LT(values[0].size(), 95u);  // a row is left out with probability (3/4)⁴ = 0.32
  EXPECT_FALSE(percentile_interval({}, 0.95));
}

}  // namespace
}  // namespace kette::bootstrap_test
