#include "kette/data/folds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data::folds_test {
namespace {

using Rows = std::vector<int64_t>;
using Folds = std::vector<Rows>;

/// Row numbers `first`, `first` + `step`, …
Rows every(int64_t count, int64_t step = 1) {
  Rows rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(i * step);
  return rows;
}

Dataset regression(int64_t rows) {
  Dataset dataset;
  dataset.y = Tensor(Shape({rows}));
  return dataset;
}
Dataset classes(const Rows& of_rows, int64_t count) {
  Dataset dataset;
  dataset.task = Task::multiclass;
  for (int64_t c = 0; c < count; ++c) dataset.labels.push_back(std::to_string(c));
  dataset.y =
      Tensor(Shape({static_cast<int64_t>(of_rows.size())}, DType::i64), std::span<const int64_t>(of_rows));
  return dataset;
}

void expect_partition(const Folds& folds, const Rows& rows) {
  Rows all;
  for (const Rows& fold : folds) {
    EXPECT_TRUE(std::ranges::is_sorted(fold));
    EXPECT_FALSE(fold.empty());
    all.insert(all.end(), fold.begin(), fold.end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(all, rows);
}

TEST(SplitFolds, every_row_is_in_exactly_one_of_parts_of_equal_size) {
  for (const int64_t k : {2, 3, 7, 50}) {
    const Rows rows = every(50, 3);  // not all rows of the data set
    const Folds folds = split_folds(regression(150), rows, k, 4);
    ASSERT_EQ(static_cast<int64_t>(folds.size()), k);
    expect_partition(folds, rows);
    for (const Rows& fold : folds)
      EXPECT_LE(std::abs(static_cast<double>(fold.size()) - 50.0 / static_cast<double>(k)), 1) << k;
  }
}

TEST(SplitFolds, classes_are_spread_to_within_one_row) {
  const Random random(31);  // the seed
  Rows of_rows;
  for (uint64_t i = 0; i < 230; ++i)
    of_rows.push_back(static_cast<int64_t>(random.below(4, i) * random.below(2, 1000 + i)));
  const Folds folds = split_folds(classes(of_rows, 4), every(230), 5, 2);
  expect_partition(folds, every(230));
  for (int64_t c = 0; c < 4; ++c) {
    const double share = static_cast<double>(std::ranges::count(of_rows, c)) / 5;
    for (const Rows& fold : folds) {
      const auto found =
          std::ranges::count_if(fold, [&](int64_t row) { return of_rows[static_cast<size_t>(row)] == c; });
      EXPECT_LT(std::abs(static_cast<double>(found) - share), 1) << "class " << c;
    }
  }
}

TEST(SplitFolds, groups_stay_together_in_parts_of_about_equal_size) {
  Dataset dataset = regression(200);
  const Random random(37);  // the seed
  for (uint64_t i = 0; i < 200; ++i) dataset.groups.push_back(static_cast<int64_t>(random.below(40, i)));
  const Folds folds = split_folds(dataset, every(200), 4, 9);
  expect_partition(folds, every(200));
  std::map<int64_t, size_t> fold_of;
  for (size_t f = 0; f < folds.size(); ++f) {
    EXPECT_NEAR(static_cast<double>(folds[f].size()), 50, 13);  // no group has more than 13 rows
    for (const int64_t row : folds[f])
      EXPECT_EQ(fold_of.emplace(dataset.groups[static_cast<size_t>(row)], f).first->second, f)
          << "row " << row;
  }
}

TEST(SplitFolds, are_the_same_for_the_same_seed_and_differ_for_others) {
  const Dataset dataset = regression(60);
  EXPECT_EQ(split_folds(dataset, every(60), 3, 8), split_folds(dataset, every(60), 3, 8));
  EXPECT_NE(split_folds(dataset, every(60), 3, 8), split_folds(dataset, every(60), 3, 9));
}

std::string refusal(const Dataset& dataset, int64_t rows, int64_t k) {
  try {
    split_folds(dataset, every(rows), k, 1);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SplitFolds, too_many_or_too_few_parts_are_refused) {
  EXPECT_EQ(refusal(regression(5), 5, 1), "[folds] 1 folds of 5 rows; expected 2 to as many");
  EXPECT_EQ(refusal(regression(5), 5, 6), "[folds] 6 folds of 5 rows; expected 2 to as many");
  Dataset dataset = regression(6);
  dataset.groups = {1, 1, 2, 2, 2, 1};
  EXPECT_EQ(refusal(dataset, 6, 3), "[folds] 3 folds of 2 groups; expected 2 to as many");
  EXPECT_EQ(refusal(dataset, 6, 2), "");
}

TEST(Without, leaves_the_other_rows_in_their_order) {
  EXPECT_EQ(without(Rows{7, 3, 9, 1, 4}, Rows{1, 7}), (Rows{3, 9, 4}));
  EXPECT_EQ(without(Rows{2, 1}, Rows{}), (Rows{2, 1}));
}

}  // namespace
}  // namespace kette::data::folds_test
