#include "kette/data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/csv.h"

namespace kette::data::split_test {
namespace {

/// Every row of [0, rows) in exactly one part, each part ascending.
void expect_partition(const Split& split, int64_t rows) {
  std::vector<int64_t> seen;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    EXPECT_TRUE(std::ranges::is_sorted(*part));
    seen.insert(seen.end(), part->begin(), part->end());
  }
  std::ranges::sort(seen);
  ASSERT_EQ(static_cast<int64_t>(seen.size()), rows);
  for (int64_t i = 0; i < rows; ++i) ASSERT_EQ(seen[static_cast<size_t>(i)], i);
}

int64_t count(const std::vector<int64_t>& part, const std::vector<int64_t>& classes, int64_t c) {
  return std::ranges::count_if(part, [&](int64_t row) { return classes[static_cast<size_t>(row)] == c; });
}

TEST(Split, parts_have_their_shares) {
  const Split split = split_rows(100, {0.2, 0.1}, 1);
  expect_partition(split, 100);
  EXPECT_EQ(split.test.size(), 20u);
  EXPECT_EQ(split.validation.size(), 10u);
}

TEST(Split, a_share_of_zero_is_an_empty_part_and_a_small_one_has_a_row) {
  EXPECT_TRUE(split_rows(10, {0, 0}, 1).test.empty());
  EXPECT_EQ(split_rows(10, {0, 0}, 1).train.size(), 10u);
  EXPECT_EQ(split_rows(10, {0.01, 0.01}, 1).test.size(), 1u);
  EXPECT_EQ(split_rows(10, {0.01, 0.01}, 1).validation.size(), 1u);
}

TEST(Split, follows_the_seed) {
  const Split a = split_rows(1000, {0.3, 0.2}, 7), b = split_rows(1000, {0.3, 0.2}, 7);
  EXPECT_EQ(a.test, b.test);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_NE(a.test, split_rows(1000, {0.3, 0.2}, 8).test);
}

TEST(Split, every_row_is_held_out_about_as_often) {
  std::vector<int> held_out(20);
  for (uint64_t seed = 0; seed < 2000; ++seed)
    for (int64_t row : split_rows(20, {0.25, 0}, seed).test) ++held_out[static_cast<size_t>(row)];
  // Binomial(2000, 1/4): mean 500, deviation 19.4.
  for (int times : held_out) EXPECT_NEAR(times, 500, 100);
}

TEST(Split, each_class_keeps_its_share_to_within_one_row_and_stays_in_training) {
  const Random random(23);  // the seed
  for (uint64_t trial = 0; trial < 300; ++trial) {
    const auto draw = [&](uint64_t n, uint64_t i) {
      return static_cast<int64_t>(random.below(n, trial * 1000 + i));
    };
    const int64_t class_count = 2 + draw(5, 0);
    const double test = 0.05 + 0.45 * random.uniform(trial * 1000 + 1);
    const double validation = draw(2, 2) == 0 ? 0 : 0.05 + 0.4 * random.uniform(trial * 1000 + 3);
    std::vector<int64_t> classes;
    for (int64_t c = 0; c < class_count; ++c)
      classes.insert(classes.end(), static_cast<size_t>(4 + draw(40, 10 + c)), c);
    const int64_t rows = static_cast<int64_t>(classes.size());
    const Split split = split_rows_by_class(classes, class_count, {test, validation}, trial);
    expect_partition(split, rows);
    EXPECT_NEAR(static_cast<double>(split.test.size()), test * static_cast<double>(rows), 0.5)
        << "trial " << trial;
    for (int64_t c = 0; c < class_count; ++c) {
      const double size = static_cast<double>(std::ranges::count(classes, c));
      EXPECT_LE(std::abs(static_cast<double>(count(split.test, classes, c)) - test * size), 1)
          << "trial " << trial;
      EXPECT_LE(std::abs(static_cast<double>(count(split.validation, classes, c)) - validation * size), 1)
          << "trial " << trial;
      EXPECT_GE(count(split.train, classes, c), 1) << "trial " << trial;
    }
  }
}

TEST(Split, a_class_of_one_row_stays_in_training) {
  std::vector<int64_t> classes(50, 0);
  classes[17] = 1;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = split_rows_by_class(classes, 2, {0.4, 0.4}, seed);
    EXPECT_EQ(count(split.train, classes, 1), 1);
  }
}

TEST(Split, shares_out_of_range_and_too_few_rows_are_refused) {
  for (const double share : {-0.1, 1.0, 1.5, std::nan("")}) {
    EXPECT_THROW(split_rows(100, {share, 0}, 1), Error) << share;
    EXPECT_THROW(split_rows(100, {0, share}, 1), Error) << share;
  }
  EXPECT_THROW(split_rows(100, {0.5, 0.5}, 1), Error);
  EXPECT_THROW(split_rows(1, {0.5, 0}, 1), Error);
  EXPECT_THROW(split_rows(2, {0.3, 0.3}, 1), Error);
  EXPECT_THROW(split_rows(0, {0, 0}, 1), Error);
  EXPECT_THROW(split_rows_by_class(std::vector<int64_t>{0, 1, 2}, 2, {0.2, 0}, 1), Error);
}

/// Whether no group has rows in two parts.
bool keeps_groups(const Split& split, std::span<const int64_t> groups) {
  std::map<int64_t, int> part_of;
  int number = 0;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    ++number;
    for (const int64_t row : *part)
      if (part_of.emplace(groups[static_cast<size_t>(row)], number).first->second != number) return false;
  }
  return true;
}

TEST(SplitByGroup, keeps_groups_whole_and_meets_shares_to_within_half_the_largest_group) {
  const Random random(29);  // the seed
  for (uint64_t trial = 0; trial < 300; ++trial) {
    const auto draw = [&](uint64_t n, uint64_t i) {
      return static_cast<int64_t>(random.below(n, trial * 10000 + i));
    };
    const double test = 0.1 + 0.3 * random.uniform(trial * 10000 + 1);
    const double validation = draw(2, 2) == 0 ? 0 : 0.1 + 0.3 * random.uniform(trial * 10000 + 3);
    // Groups of 1 to 8 rows: none is larger than a tenth of the rows.
    std::vector<int64_t> groups;
    size_t largest = 0;
    for (int64_t group = 0; group < 30 + draw(50, 4); ++group) {
      const auto size = static_cast<size_t>(1 + draw(8, 100 + static_cast<uint64_t>(group)));
      groups.insert(groups.end(), size, 7 * group - 40);
      largest = std::max(largest, size);
    }
    std::vector<int64_t> mixed;
    for (const int64_t i : Random(trial, 5).permutation(static_cast<int64_t>(groups.size())))
      mixed.push_back(groups[static_cast<size_t>(i)]);
    const Split split = split_rows_by_group(mixed, {test, validation}, trial);
    expect_partition(split, static_cast<int64_t>(mixed.size()));
    EXPECT_TRUE(keeps_groups(split, mixed)) << "trial " << trial;
    const auto rows = static_cast<double>(mixed.size()), half = static_cast<double>(largest) / 2;
    EXPECT_NEAR(static_cast<double>(split.test.size()), test * rows, half + 0.5) << "trial " << trial;
    EXPECT_NEAR(static_cast<double>(split.validation.size()), validation * rows, half + 0.5)
        << "trial " << trial;
  }
}

TEST(SplitByGroup, is_the_same_for_the_same_seed_and_differs_for_others) {
  std::vector<int64_t> groups;
  for (int64_t i = 0; i < 200; ++i) groups.push_back(i / 4);
  const Split a = split_rows_by_group(groups, {0.2, 0.2}, 5), b = split_rows_by_group(groups, {0.2, 0.2}, 5);
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_EQ(a.test, b.test);
  EXPECT_NE(a.test, split_rows_by_group(groups, {0.2, 0.2}, 6).test);
}

TEST(SplitByGroup, every_part_that_is_asked_for_has_a_group) {
  const std::vector<int64_t> groups = {1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3};
  for (uint64_t seed = 0; seed < 20; ++seed)
    for (const HoldOut shares : {HoldOut{0.05, 0.05}, HoldOut{0.45, 0.5}, HoldOut{0.9, 0.05}}) {
      const Split split = split_rows_by_group(groups, shares, seed);
      expect_partition(split, 17);
      EXPECT_TRUE(keeps_groups(split, groups)) << "seed " << seed;
      EXPECT_FALSE(split.train.empty() || split.validation.empty() || split.test.empty()) << "seed " << seed;
    }
  EXPECT_EQ(split_rows_by_group(groups, {0.05, 0}, 1).test.size(), 4u);  // the smallest
  EXPECT_TRUE(split_rows_by_group(groups, {0, 0}, 1).test.empty());
}

TEST(SplitByGroup, too_few_groups_are_refused) {
  const std::vector<int64_t> two = {4, 4, 4, 9, 9};
  EXPECT_NO_THROW(split_rows_by_group(two, {0.2, 0}, 1));
  try {
    split_rows_by_group(two, {0.2, 0.1}, 1);
    ADD_FAILURE() << "split";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "[split] 2 groups of rows are too few for a test share of 0.2 and a validation share of 0.1; "
        "expected at least 3");
  }
  EXPECT_THROW(split_rows_by_group(two, {1.5, 0}, 1), Error);
}

TEST(SplitByGroup, a_data_set_with_groups_is_split_by_them) {
  std::string text = "x,person,y\n";
  for (int i = 0; i < 120; ++i) text += fmt::format("{},p{},{}\n", i * 0.37, i % 12, i % 3 == 0 ? "a" : "b");
  const Dataset dataset = make_dataset(parse_csv(text, "f.csv"), {.target = "y", .group = "person"});
  const Split split = split_dataset(dataset, {0.25, 0.25}, 3);
  expect_partition(split, 120);
  EXPECT_TRUE(keeps_groups(split, dataset.groups));
  EXPECT_EQ(split.test.size(), 30u);
}

TEST(Split, a_data_set_is_stratified_by_its_classes) {
  std::string text = "x,y\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{}\n", i * 0.5, i < 90 ? "often" : "rare");
  const Dataset dataset = make_dataset(parse_csv(text, "f.csv"), {.target = "y"});
  const Split split = split_dataset(dataset, {0.2, 0}, 3);
  EXPECT_EQ(std::ranges::count_if(split.test, [](int64_t row) { return row >= 90; }), 2);
  EXPECT_EQ(split.test.size(), 20u);
}

}  // namespace
}  // namespace kette::data::split_test
