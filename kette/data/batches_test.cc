#include "kette/data/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data::batches_test {
namespace {

using Rows = std::vector<int64_t>;

Rows step(const Batches& batches, int64_t t) { return {batches.step(t).begin(), batches.step(t).end()}; }
Rows epoch_of(const Batches& batches) {
  Rows rows;
  for (int64_t t = 0; t < batches.steps_per_epoch(); ++t)
    rows.insert(rows.end(), batches.step(t).begin(), batches.step(t).end());
  return rows;
}
Rows sorted(Rows rows) {
  std::ranges::sort(rows);
  return rows;
}
Rows counting(int64_t n) {
  Rows rows;
  for (int64_t i = 0; i < n; ++i) rows.push_back(i);
  return rows;
}

TEST(Descent, names_are_read_back) {
  for (Descent descent : kDescents) EXPECT_EQ(parse_descent(to_string(descent)), descent);
  try {
    parse_descent("adam");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "[descent] unknown algorithm \"adam\"; expected one of batch, sgd, sgd-shuffle, minibatch, "
              "minibatch-shuffle");
  }
}

TEST(Batches, batch_takes_all_rows_in_one_step) {
  const Batches batches(Descent::batch, 5, 0, 1);
  EXPECT_EQ(batches.steps_per_epoch(), 1);
  EXPECT_EQ(step(batches, 0), counting(5));
}

TEST(Batches, sgd_shuffle_takes_every_row_once_and_one_at_a_time) {
  Batches batches(Descent::sgd_shuffle, 100, 0, 1);
  EXPECT_EQ(batches.steps_per_epoch(), 100);
  EXPECT_EQ(batches.step(0).size(), 1u);
  const Rows first = epoch_of(batches);
  EXPECT_EQ(sorted(first), counting(100));
  EXPECT_NE(first, counting(100));
  batches.start_epoch(1);
  EXPECT_EQ(sorted(epoch_of(batches)), counting(100));
  EXPECT_NE(epoch_of(batches), first);
}

TEST(Batches, minibatch_shuffle_takes_every_row_once_and_what_is_left_last) {
  const Batches batches(Descent::minibatch_shuffle, 10, 4, 1);
  EXPECT_EQ(batches.steps_per_epoch(), 3);
  EXPECT_EQ(batches.step(0).size(), 4u);
  EXPECT_EQ(batches.step(2).size(), 2u);
  EXPECT_EQ(sorted(epoch_of(batches)), counting(10));
  EXPECT_EQ(Batches(Descent::minibatch_shuffle, 8, 4, 1).steps_per_epoch(), 2);
}

TEST(Batches, drawing_with_replacement_repeats_rows_and_misses_others) {
  for (const Descent descent : {Descent::sgd, Descent::minibatch}) {
    const int64_t rows = 1000, size = descent == Descent::sgd ? 1 : 64;
    const Batches batches(descent, rows, 64, 1);
    EXPECT_EQ(batches.steps_per_epoch(), (rows + size - 1) / size);
    for (int64_t t = 0; t < batches.steps_per_epoch(); ++t)
      ASSERT_EQ(static_cast<int64_t>(batches.step(t).size()), size);
    Rows seen = sorted(epoch_of(batches));
    EXPECT_GE(seen.front(), 0);
    EXPECT_LT(seen.back(), rows);
    const auto end = std::unique(seen.begin(), seen.end());
    // 1 − 1/e of the rows are expected: 632, deviation below 16.
    EXPECT_NEAR(static_cast<double>(end - seen.begin()), 635, 65);
  }
}

TEST(Batches, drawn_rows_are_uniform) {
  Batches batches(Descent::sgd, 10, 0, 3);
  std::vector<int> times(10);
  for (int64_t epoch = 0; epoch < 1000; ++epoch) {
    batches.start_epoch(epoch);
    for (int64_t row : epoch_of(batches)) ++times[static_cast<size_t>(row)];
  }
  for (int n : times) EXPECT_NEAR(n, 1000, 150);  // deviation 30
}

TEST(Batches, every_order_of_three_rows_is_equally_likely) {
  Batches batches(Descent::sgd_shuffle, 3, 0, 5);
  std::vector<int> times(27);
  for (int64_t epoch = 0; epoch < 6000; ++epoch) {
    batches.start_epoch(epoch);
    const Rows order = epoch_of(batches);
    ++times[static_cast<size_t>(9 * order[0] + 3 * order[1] + order[2])];
  }
  EXPECT_EQ(std::ranges::count_if(times, [](int n) { return n > 0; }), 6);
  std::erase(times, 0);
  for (int n : times) EXPECT_NEAR(n, 1000, 150);  // deviation 29
}

TEST(Batches, an_epoch_depends_on_seed_and_number_only) {
  for (const Descent descent : kDescents) {
    Batches a(descent, 50, 8, 9), b(descent, 50, 8, 9), other(descent, 50, 8, 10);
    for (int64_t epoch = 0; epoch <= 6; ++epoch) a.start_epoch(epoch);
    b.start_epoch(6);
    other.start_epoch(6);
    EXPECT_EQ(epoch_of(a), epoch_of(b)) << to_string(descent);
    EXPECT_EQ(epoch_of(a) == epoch_of(other), descent == Descent::batch) << to_string(descent);
  }
}

TEST(Batches, sizes_out_of_range_are_refused) {
  EXPECT_THROW(Batches(Descent::sgd, 0, 1, 1), Error);
  EXPECT_THROW(Batches(Descent::minibatch, 10, 0, 1), Error);
  EXPECT_NO_THROW(Batches(Descent::minibatch, 10, 10, 1));
  EXPECT_NO_THROW(Batches(Descent::sgd, 10, 64, 1));
  try {
    const Batches batches(Descent::minibatch_shuffle, 10, 11, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "[batches] batch size 11 is larger than the data: 10 training rows");
  }
  Batches batches(Descent::sgd, 10, 1, 1);
  EXPECT_THROW(batches.step(10), Error);
  EXPECT_THROW(batches.step(-1), Error);
  EXPECT_THROW(batches.start_epoch(-1), Error);
}

TEST(GatherRows, copies_rows_of_any_width) {
  for (int64_t width : {0, 1, 2, 3, 4, 5, 8, 16, 17}) {
    Tensor source(Shape({7, width}));
    for (int64_t i = 0; i < source.size(); ++i) source.set(i, static_cast<double>(i) + 0.5);
    const Rows rows = {6, 0, 3, 3};
    const Tensor out = gather_rows(source, rows);
    EXPECT_EQ(out.shape(), Shape({4, width}));
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t c = 0; c < width; ++c)
        EXPECT_EQ(out.at(i * width + c), source.at(rows[static_cast<size_t>(i)] * width + c));
  }
}

TEST(GatherRows, copies_class_indices) {
  const Tensor source(Shape({3}, DType::i64), {int64_t{5}, int64_t{6}, int64_t{7}});
  EXPECT_EQ(gather_rows(source, Rows{2, 0}), Tensor(Shape({2}, DType::i64), {int64_t{7}, int64_t{5}}));
}

TEST(GatherRows, many_bytes_are_copied_by_all_threads) {
  constexpr int64_t kWidth = 1001;
  Tensor source(Shape({300, kWidth}));
  for (int64_t i = 0; i < source.size(); ++i) source.set(i, static_cast<double>(i));
  Rows rows;
  for (int64_t i = 0; i < 257; ++i) rows.push_back(i * 7 % 300);
  const Tensor alone = gather_rows(source, rows);
  Tensor together(alone.shape());
  Threads threads(2);
  gather_rows(source.bytes(), kWidth * sizeof(float), rows, together.bytes(), &threads);
  EXPECT_EQ(together, alone);
}

TEST(GatherRows, shapes_that_do_not_fit_are_refused) {
  const Tensor source(Shape({3, 2}));
  Tensor wide(Shape({1, 3})), doubles(Shape({1, 2}, DType::f64)), longer(Shape({2, 2}));
  for (Tensor* out : {&wide, &doubles, &longer}) EXPECT_THROW(gather_rows(source, Rows{0}, *out), Error);
  EXPECT_THROW(gather_rows(Tensor(Shape({})), Rows{0}), Error);
}

}  // namespace
}  // namespace kette::data::batches_test
