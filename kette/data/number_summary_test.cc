#include "kette/data/number_summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "kette/base/random.h"

namespace kette::data::number_summary_test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(NumberSummary, agrees_with_the_textbook_on_few_and_on_many_distinct_values) {
  constexpr uint64_t kSeed = 3;
  SCOPED_TRACE(kSeed);
  const Random random(kSeed, 0);
  for (const int64_t different : {7, 20000}) {
    std::vector<double> numbers;
    for (uint64_t i = 0; i < 9999; ++i) {
      const double u = random.uniform(i);
      numbers.push_back(std::floor(u * u * static_cast<double>(different)) / 4 - 1);
    }
    const NumberSummary summary = summarise(numbers);
    std::vector<double> sorted = numbers;
    std::ranges::sort(sorted);
    const double n = static_cast<double>(sorted.size());
    const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
    double second = 0, third = 0;
    for (const double x : sorted) second += std::pow(x - mean, 2) / n, third += std::pow(x - mean, 3) / n;
    EXPECT_EQ(summary.distinct, static_cast<int64_t>(std::set(sorted.begin(), sorted.end()).size()));
    EXPECT_EQ(summary.smallest, sorted.front());
    EXPECT_EQ(summary.largest, sorted.back());
    EXPECT_EQ(summary.lower_quartile, sorted[2499]);
    EXPECT_EQ(summary.median, sorted[4999]);
    EXPECT_EQ(summary.upper_quartile, sorted[7499]);
    EXPECT_NEAR(summary.mean, mean, 1e-9 * std::abs(mean));
    EXPECT_NEAR(summary.deviation, std::sqrt(second), 1e-9 * std::sqrt(second));
    EXPECT_NEAR(summary.skew, third / std::pow(second, 1.5), 1e-6);
    EXPECT_EQ(std::accumulate(summary.histogram.begin(), summary.histogram.end(), int64_t{0}), 9999);
    EXPECT_EQ(summary.values.empty(), summary.distinct > NumberSummary::kMostListed);
  }
}

TEST(NumberSummary, leaves_out_what_is_missing_or_infinite) {
  const std::vector<double> numbers = {kNaN, 2, kInfinity, 0, kNaN, -kInfinity, 4};
  const NumberSummary summary = summarise(numbers);
  EXPECT_EQ(summary.present, 5);
  EXPECT_EQ(summary.infinite, 2);
  EXPECT_EQ(summary.first_infinite, 2);
  EXPECT_EQ(summary.mean, 2);
  EXPECT_EQ(summary.largest, 4);
  EXPECT_DOUBLE_EQ(summary.zeros, 1.0 / 3);
  EXPECT_EQ(summarise(std::vector<double>{}).present, 0);
  EXPECT_EQ(summarise(std::vector<double>{kNaN, kInfinity}).distinct, 0);
}

TEST(NumberSummary, gives_each_of_few_whole_numbers_its_own_bar) {
  const NumberSummary summary = summarise(std::vector<double>{3, 1, 3, 5, 3});
  EXPECT_EQ(summary.histogram, (std::vector<int64_t>{1, 0, 3, 0, 1}));
  ASSERT_EQ(summary.values.size(), 3u);
  EXPECT_EQ(summary.values[1].value, 3);
  EXPECT_EQ(summary.values[1].rows, 3);
}

TEST(NumberSummary, stays_finite_at_the_ends_of_the_range) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const NumberSummary summary = summarise(std::vector<double>{-kMost, kMost, kMost, kMost});
  EXPECT_DOUBLE_EQ(summary.mean, kMost / 2);
  EXPECT_TRUE(std::isfinite(summary.deviation));
  EXPECT_EQ(summary.histogram.front(), 1);
  EXPECT_EQ(summary.histogram.back(), 3);
  EXPECT_EQ(summarise(std::vector<double>{0.0, -0.0}).distinct, 1);
}

TEST(NumberSummary, tells_row_numbers_from_others) {
  EXPECT_TRUE(summarise(std::vector<double>{0, 1, 2}).numbered);
  EXPECT_TRUE(summarise(std::vector<double>{1, 2, 3}).numbered);
  EXPECT_FALSE(summarise(std::vector<double>{1, 3, 2}).numbered);
  EXPECT_FALSE(summarise(std::vector<double>{1, kNaN, 3}).numbered);
}

TEST(NumberSummary, of_bytes_is_that_of_the_same_numbers) {
  const Random random(5, 0);
  for (const size_t rows : {1, 2, 3, 200, 5000}) {
    std::vector<uint8_t> bytes;
    for (uint64_t i = 0; i < rows; ++i)
      bytes.push_back(static_cast<uint8_t>(256 * std::pow(random.uniform(i), 3)));
    if (rows == 200) std::iota(bytes.begin(), bytes.end(), uint8_t{1});
    const NumberSummary a = summarise(Numbers(std::span<const uint8_t>(bytes)));
    const NumberSummary b = summarise(std::vector<double>(bytes.begin(), bytes.end()));
    EXPECT_EQ(a.present, b.present);
    EXPECT_EQ(a.distinct, b.distinct);
    EXPECT_EQ(a.whole, b.whole);
    EXPECT_EQ(a.numbered, b.numbered);
    EXPECT_EQ(a.histogram, b.histogram);
    EXPECT_EQ(a.values.size(), b.values.size());
    const auto figures = [](const NumberSummary& s) {
      return std::vector{s.smallest, s.largest,        s.mean,   s.deviation,      s.skew,
                         s.zeros,    s.lower_quartile, s.median, s.upper_quartile, s.values.back().value};
    };
    EXPECT_EQ(figures(a), figures(b)) << rows;
  }
  EXPECT_EQ(summarise(Numbers(std::span<const uint8_t>())).present, 0);
}

TEST(NumberSummary, says_more_than_when_there_are_too_many_values_to_count) {
  std::vector<double> numbers(static_cast<size_t>(NumberSummary::kMostCounted) + 500);
  std::iota(numbers.begin(), numbers.end(), 0.5);
  EXPECT_EQ(summarise(numbers).distinct, NumberSummary::kMostCounted + 1);
  EXPECT_EQ(summarise(numbers).median, numbers[numbers.size() / 2 - 1]);
}

}  // namespace
}  // namespace kette::data::number_summary_test
