#include "kette/judge/temperature.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::temperature_test {
namespace {

std::vector<int64_t> all_of(int64_t rows) {
  std::vector<int64_t> all(static_cast<size_t>(rows));
  std::iota(all.begin(), all.end(), int64_t{0});
  return all;
}

TEST(BestTemperature, undoes_a_factor_on_calibrated_scores) {
  // A score says ln 3 for each row and is right three times in four: calibrated. Times 5 it is too sure.
  const auto sure = static_cast<float>(5 * std::log(3.0));
  const Tensor scores(Shape({4, 1}), {sure, sure, sure, sure});
  const Tensor classes(Shape({4}, DType::i64), {int64_t{1}, int64_t{1}, int64_t{0}, int64_t{1}});
  EXPECT_NEAR(best_temperature(scores, classes, all_of(4)), 5, 1e-6);
}

TEST(BestTemperature, stays_within_its_limits) {
  const Tensor scores(Shape({2, 2}), {0.f, 1.f, 1.f, 0.f});
  const Tensor right(Shape({2}, DType::i64), {int64_t{1}, int64_t{0}});
  const Tensor wrong(Shape({2}, DType::i64), {int64_t{0}, int64_t{1}});
  EXPECT_EQ(best_temperature(scores, right, all_of(2)), kLeastTemperature);
  EXPECT_EQ(best_temperature(scores, wrong, all_of(2)), kMostTemperature);
}

TEST(BestTemperature, is_found_from_scores_of_any_size) {
  // Three quarters right again, by scores so large that every exponential but one underflows.
  const Tensor scores(Shape({4, 2}), {0.f, 40.f, 0.f, 40.f, 0.f, 40.f, 0.f, 40.f});
  const Tensor classes(Shape({4}, DType::i64), {int64_t{1}, int64_t{1}, int64_t{0}, int64_t{1}});
  EXPECT_NEAR(best_temperature(scores, classes, all_of(4)), 40 / std::log(3.0), 1e-9);
}

TEST(BestTemperature, is_found_far_from_where_the_search_starts) {
  // One row of a thousand is wrong, of scores ±s for whatever size s: σ(s/T) = 0.999.
  const int64_t rows = 1000;
  Tensor scores(Shape({rows, 1})), classes(Shape({rows}, DType::i64));
  for (const double size : {0.1, 1.0, 10.0, 100.0, 600.0}) {
    for (int64_t i = 0; i < rows; ++i) scores.set(i, size), classes.set(i, i == 0 ? 0 : 1);
    const double expected = scores.at(0) / std::log(999.0);
    EXPECT_NEAR(best_temperature(scores, classes, all_of(rows)), expected, 1e-9 * expected) << size;
    EXPECT_NEAR(best_temperature(scores, classes, all_of(rows), nullptr, 50), expected, 1e-9 * expected)
        << size;
  }
}

TEST(BestTemperature, has_the_same_bits_at_any_number_of_threads) {
  const Random random(9);
  const int64_t rows = 5000;
  Tensor scores(Shape({rows, 3})), classes(Shape({rows}, DType::i64));
  for (int64_t i = 0; i < 3 * rows; ++i) scores.set(i, 4 * random.normal(static_cast<uint64_t>(i)));
  for (int64_t i = 0; i < rows; ++i)
    classes.values<int64_t>()[static_cast<size_t>(i)] =
        static_cast<int64_t>(random.below(3, static_cast<uint64_t>(1000000 + i)));
  Threads three(3);
  EXPECT_EQ(best_temperature(scores, classes, all_of(rows)),
            best_temperature(scores, classes, all_of(rows), &three));
}

TEST(BestTemperature, needs_a_row) {
  EXPECT_THROW(best_temperature(Tensor(Shape({1, 2})), Tensor(Shape({1}, DType::i64)), {}), Error);
}

TEST(CrossFitted, each_half_gets_the_temperature_of_the_other) {
  const Tensor scores(Shape({4, 2}), {0.f, 1.f, 0.f, 1.f, 0.f, 1.f, 0.f, 1.f});
  const Tensor classes(Shape({4}, DType::i64), {int64_t{1}, int64_t{0}, int64_t{1}, int64_t{0}});
  const std::vector<uint8_t> is_second = {0, 1, 0, 1};  // the first half all right, the second all wrong
  EXPECT_EQ(cross_fitted_temperatures(scores, classes, is_second),
            (std::vector<double>{kMostTemperature, kLeastTemperature, kMostTemperature, kLeastTemperature}));
}

}  // namespace
}  // namespace kette::temperature_test
