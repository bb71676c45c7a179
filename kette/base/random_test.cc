#include "kette/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

namespace kette::random_test {
namespace {

using Words = std::array<uint32_t, 4>;

// Known answers for philox4x32-10, published with Random123 (Salmon et al. 2011).
TEST(Philox, gives_the_published_words_for_zero) {
  EXPECT_EQ(philox(0, {0, 0, 0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Philox, gives_the_published_words_for_all_ones) {
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox(~uint64_t{0}, {kOnes, kOnes, kOnes, kOnes}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, gives_the_published_words_for_the_digits_of_pi) {
  EXPECT_EQ(philox(0x299f31d0a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

/// Mean of f over positions [0, n).
double mean(int n, const std::function<double(uint64_t)>& f) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += f(static_cast<uint64_t>(i));
  return sum / n;
}

// Bounds on moments are five standard deviations of the mean of kCount draws.
constexpr int kCount = 200000;
const double kFiveSigma = 5 / std::sqrt(kCount);

TEST(Random, uniform_numbers_lie_in_the_half_open_unit_interval) {
  const Random random(7);
  for (uint64_t i = 0; i < kCount; ++i) {
    const double u = random.uniform(i);
    ASSERT_TRUE(u >= 0 && u < 1) << "seed 7, position " << i;
  }
}

TEST(Random, uniform_numbers_have_the_moments_of_their_distribution) {
  const Random random(7);
  const auto u = [&](uint64_t i) { return random.uniform(i) - 0.5; };
  EXPECT_NEAR(mean(kCount, u), 0, kFiveSigma * std::sqrt(1.0 / 12));
  EXPECT_NEAR(mean(kCount, [&](uint64_t i) { return u(i) * u(i); }), 1.0 / 12,
              kFiveSigma * std::sqrt(1.0 / 180));
  EXPECT_NEAR(mean(kCount, [&](uint64_t i) { return u(i) * u(i + 1); }), 0, kFiveSigma / 12);  // neighbours
}

TEST(Random, normal_numbers_have_the_moments_of_their_distribution) {
  const Random random(8);
  const auto power = [&](int n) {
    return mean(kCount, [&](uint64_t i) { return std::pow(random.normal(i), n); });
  };
  EXPECT_NEAR(power(1), 0, kFiveSigma);
  EXPECT_NEAR(power(2), 1, kFiveSigma * std::sqrt(2));
  EXPECT_NEAR(power(3), 0, kFiveSigma * std::sqrt(15));
  EXPECT_NEAR(power(4), 3, kFiveSigma * std::sqrt(96));
}

TEST(Random, normal_numbers_reach_the_tails_as_often_as_they_should) {
  const Random random(9);
  // P(|z| > 3) = 0.0026998
  EXPECT_NEAR(mean(kCount, [&](uint64_t i) { return std::abs(random.normal(i)) > 3; }), 0.0026998,
              kFiveSigma * std::sqrt(0.0027));
}

TEST(Random, below_reaches_every_number_equally_often) {
  const Random random(3);
  std::array<int, 6> counts{};
  for (uint64_t i = 0; i < 60000; ++i) ++counts.at(random.below(6, i));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(60000 * 5.0 / 36));
}

TEST(Random, below_one_is_zero_and_the_largest_bound_is_never_reached) {
  const Random random(3);
  for (uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(random.below(1, i), 0u);
    EXPECT_LT(random.below(~uint64_t{0}, i), ~uint64_t{0});
  }
}

TEST(Random, numbers_depend_on_seed_stream_and_position_alone) {
  const Random random(1, 2);
  std::vector<double> forwards, backwards;
  for (uint64_t i = 0; i < 100; ++i) forwards.push_back(random.uniform(i));
  for (uint64_t i = 100; i-- > 0;) backwards.push_back(Random(1, 2).uniform(i));
  std::ranges::reverse(backwards);
  EXPECT_EQ(forwards, backwards);
}

TEST(Random, seeds_streams_and_high_halves_of_positions_give_other_numbers) {
  const uint64_t high = uint64_t{1} << 32;
  const double first = Random(1, 2).uniform(3);
  EXPECT_NE(first, Random(2, 2).uniform(3));
  EXPECT_NE(first, Random(1, 3).uniform(3));
  EXPECT_NE(first, Random(1, 2).uniform(4));
  EXPECT_NE(first, Random(1 + high, 2).uniform(3));
  EXPECT_NE(first, Random(1, 2 + high).uniform(3));
  EXPECT_NE(first, Random(1, 2).uniform(3 + high));
}

TEST(Random, streams_are_not_correlated) {
  const Random a(5, 0), b(5, 1);
  EXPECT_NEAR(mean(kCount, [&](uint64_t i) { return a.normal(i) * b.normal(i); }), 0, kFiveSigma);
}

TEST(Random, words_are_the_words_of_consecutive_blocks) {
  const Random random(0);
  const Words first = philox(0, {0, 0, 0, 0}), second = philox(0, {1, 0, 0, 0});
  EXPECT_EQ(random.word(0), first[0]);
  EXPECT_EQ(random.word(3), first[3]);
  EXPECT_EQ(random.word(5), second[1]);
}

TEST(Random, a_permutation_holds_every_number_once) {
  for (const int64_t n : {0, 1, 2, 1000}) {
    std::vector<int64_t> expected(static_cast<size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    std::vector<int64_t> order = Random(4).permutation(n);
    std::ranges::sort(order);
    EXPECT_EQ(order, expected);
  }
}

TEST(Random, all_orders_of_four_are_equally_likely) {
  std::map<std::vector<int64_t>, int> counts;
  constexpr int kOrders = 24000;
  for (uint64_t stream = 0; stream < kOrders; ++stream) ++counts[Random(4, stream).permutation(4)];
  ASSERT_EQ(counts.size(), 24u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000.0));
}

}  // namespace
}  // namespace kette::random_test
