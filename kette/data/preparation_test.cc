#include "kette/data/preparation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data::preparation_test {
namespace {

using Kind = Feature::Kind;
using Rows = std::vector<int64_t>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Rows first_rows(int64_t count) {
  Rows rows(static_cast<size_t>(count));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// The preparation of one column of numbers, fitted on all of them.
Preparation of(const std::vector<float>& numbers, const PreparationOptions& options = {}) {
  const auto rows = static_cast<int64_t>(numbers.size());
  const Tensor x(Shape({rows, 1}), std::span<const float>(numbers));
  return fit_preparation(std::vector<Feature>{{.name = "a"}}, x, first_rows(rows), options).front();
}
Preparation scaled(Scaling scaling, const std::vector<float>& numbers) {
  return of(numbers, {.scaling = scaling});
}

Preparation of_codes(const Feature& feature, const std::vector<float>& codes,
                     const PreparationOptions& options = {}) {
  const auto rows = static_cast<int64_t>(codes.size());
  const Tensor x(Shape({rows, 1}), std::span<const float>(codes));
  return fit_preparation(std::vector{feature}, x, first_rows(rows), options).front();
}
Feature category(int64_t kept, int64_t rare = 0) {
  Feature feature{.name = "c", .kind = Kind::category, .kept = kept};
  for (int64_t i = 0; i < kept + rare; ++i) feature.categories.push_back(fmt::format("c{}", i));
  return feature;
}
/// Row `code` of a one-hot table.
std::vector<float> row(const Preparation& p, int64_t code) {
  return {p.table.begin() + code * p.columns, p.table.begin() + (code + 1) * p.columns};
}

/// Normal numbers, of mean 3 and deviation 2.
std::vector<float> normal_numbers(int64_t count, uint64_t seed) {
  std::vector<float> numbers;
  const Random random(seed);
  for (int64_t i = 0; i < count; ++i)
    numbers.push_back(static_cast<float>(3 + 2 * random.normal(static_cast<uint64_t>(i))));
  return numbers;
}

/// Linear between the knots, level beyond them.
double quantile_normal(const Preparation& p, double x) {
  if (x <= double{p.knots.front()}) return double{p.levels.front()};
  for (size_t k = 0; k + 1 < p.knots.size(); ++k)
    if (x <= double{p.knots[k + 1]}) {
      const double part = (x - double{p.knots[k]}) / (double{p.knots[k + 1]} - double{p.knots[k]});
      return double{p.levels[k]} * (1 - part) + double{p.levels[k + 1]} * part;
    }
  return double{p.levels.back()};
}

const std::vector<float> kNumbers = {3, -1, 4, 1, 5, -9, 2, 6, 5};  // sorted: -9 -1 1 2 3 4 5 5 6

TEST(Scaling, none_leaves_numbers_as_they_are) {
  const Preparation p = scaled(Scaling::none, kNumbers);
  EXPECT_EQ(p.shift, 0);
  EXPECT_EQ(p.scale, 1);
}

TEST(Scaling, standard_is_mean_and_deviation) {
  const Preparation p = scaled(Scaling::standard, kNumbers);
  double mean = 0, square = 0;
  for (const float v : kNumbers) mean += double{v} / 9;
  for (const float v : kNumbers) square += (double{v} - mean) * (double{v} - mean) / 9;
  EXPECT_FLOAT_EQ(p.shift, static_cast<float>(mean));
  EXPECT_FLOAT_EQ(p.scale, static_cast<float>(std::sqrt(square)));
}

TEST(Scaling, standard_of_numbers_far_from_zero_keeps_its_accuracy) {
  const Preparation p = scaled(Scaling::standard, {16000001, 16000002, 16000003, 16000004});
  EXPECT_FLOAT_EQ(p.shift, 16000002.5f);
  EXPECT_FLOAT_EQ(p.scale, std::sqrt(1.25f));
}

TEST(Scaling, min_max_is_the_range) {
  const Preparation p = scaled(Scaling::min_max, kNumbers);
  EXPECT_EQ(p.shift, -9);
  EXPECT_EQ(p.scale, 15);
}

TEST(Scaling, robust_is_median_and_distance_of_the_quartiles) {
  const Preparation p = scaled(Scaling::robust, kNumbers);
  EXPECT_EQ(p.shift, 3);
  EXPECT_EQ(p.scale, 5 - 1);
  // Between two numbers the quartiles lie on the line: 1 2 4 8 → 1.75, 3, 5.
  const Preparation q = scaled(Scaling::robust, {8, 1, 4, 2});
  EXPECT_EQ(q.shift, 3);
  EXPECT_EQ(q.scale, 5 - 1.75f);
}

TEST(Scaling, robust_of_quartiles_that_are_one_falls_back_to_the_deviation) {
  const Preparation p = scaled(Scaling::robust, {0, 0, 0, 0, 0, 0, 0, 0, 0, 10});
  EXPECT_EQ(p.shift, 0);
  EXPECT_FLOAT_EQ(p.scale, 3);  // √(100/10 − 1)
}

TEST(Scaling, log_is_standard_of_the_logarithm_above_the_minimum) {
  const std::vector<float> numbers = {2, 3, 10, 100, 1000};
  const Preparation p = scaled(Scaling::log, numbers);
  double mean = 0, square = 0;
  for (const float v : numbers) mean += std::log(1 + double{v} - 2) / 5;
  for (const float v : numbers) square += std::pow(std::log(1 + double{v} - 2) - mean, 2) / 5;
  EXPECT_EQ(p.origin, 2);
  EXPECT_FLOAT_EQ(p.shift, static_cast<float>(mean));
  EXPECT_FLOAT_EQ(p.scale, static_cast<float>(std::sqrt(square)));
}

TEST(Scaling, of_a_column_of_one_value_is_1) {
  for (const Scaling scaling :
       {Scaling::standard, Scaling::min_max, Scaling::robust, Scaling::log, Scaling::quantile_normal}) {
    const Preparation p = scaled(scaling, {7, 7, 7, kNaN});
    EXPECT_EQ(p.scale, 1) << to_string(scaling);
    EXPECT_TRUE(p.knots.empty()) << to_string(scaling);
    EXPECT_EQ(p.fill, 7) << to_string(scaling);
    EXPECT_TRUE(p.indicator) << to_string(scaling);
  }
}

TEST(Scaling, of_a_column_without_a_value_is_none) {
  const Preparation p = scaled(Scaling::standard, {kNaN, kNaN});
  EXPECT_EQ(p.scaling, Scaling::none);
  EXPECT_EQ(p.fill, 0);
  EXPECT_FALSE(p.indicator);
}

TEST(QuantileNormal, maps_quantiles_of_the_training_rows_to_those_of_the_normal_distribution) {
  std::vector<float> numbers = normal_numbers(2000, 41);  // the seed
  for (float& v : numbers) v = std::exp(v);               // far from normal
  const Preparation p = scaled(Scaling::quantile_normal, numbers);
  ASSERT_EQ(p.scaling, Scaling::quantile_normal);
  std::ranges::sort(numbers);
  for (size_t i = 50; i < 1950; i += 19) {
    const double place = static_cast<double>(i) / 1999;
    EXPECT_NEAR(quantile_normal(p, double{numbers[i]}), normal_quantile(place), 0.03) << "quantile " << place;
  }
  EXPECT_FLOAT_EQ(p.levels.front(), static_cast<float>(normal_quantile(1.0 / 4000)));
  EXPECT_FLOAT_EQ(p.levels.back(), static_cast<float>(normal_quantile(1 - 1.0 / 4000)));
}

TEST(QuantileNormal, knots_and_levels_ascend_whatever_the_numbers) {
  const Random random(43);  // the seed
  for (uint64_t trial = 0; trial < 200; ++trial) {
    std::vector<float> numbers;
    const auto count = 2 + random.below(300, 10 * trial), distinct = 2 + random.below(40, 10 * trial + 1);
    const double power = 1 + 9 * random.uniform(10 * trial + 2);
    for (uint64_t i = 0; i < count; ++i)
      numbers.push_back(static_cast<float>(
          std::pow(static_cast<double>(random.below(distinct, 100000 + 1000 * trial + i)), power)));
    const Preparation p = scaled(Scaling::quantile_normal, numbers);
    if (p.scaling == Scaling::standard) continue;  // all numbers are one
    ASSERT_EQ(p.knots.size(), p.levels.size());
    ASSERT_GE(p.knots.size(), 2u) << "trial " << trial;
    for (size_t k = 0; k + 1 < p.knots.size(); ++k) {
      ASSERT_LT(p.knots[k], p.knots[k + 1]) << "trial " << trial;
      ASSERT_LE(p.levels[k], p.levels[k + 1]) << "trial " << trial;  // of few rows, the outermost are one
    }
    ASSERT_LT(p.levels.front(), p.levels.back()) << "trial " << trial;
  }
}

TEST(QuantileNormal, equal_numbers_stand_at_the_middle_of_their_quantiles) {
  // Three quarters of the rows are 0: their quantiles are 0 to 0.75, the middle is 3/8.
  std::vector<float> numbers(600, 0.f);
  for (int i = 0; i < 200; ++i) numbers.push_back(1 + 0.01f * static_cast<float>(i));
  const Preparation p = scaled(Scaling::quantile_normal, numbers);
  EXPECT_NEAR(quantile_normal(p, 0), normal_quantile(0.375), 0.03);
}

TEST(QuantileNormal, an_outlier_goes_no_further_than_the_outermost_level) {
  std::vector<float> numbers = normal_numbers(999, 47);  // the seed
  numbers.push_back(1e30f);
  const Preparation p = scaled(Scaling::quantile_normal, numbers);
  EXPECT_EQ(p.knots.back(), 1e30f);
  EXPECT_NEAR(quantile_normal(p, 1e38), normal_quantile(1 - 1.0 / 2000), 1e-6);
  EXPECT_NEAR(quantile_normal(p, 3), 0, 0.1);  // the others stay where they were
}

TEST(NormalQuantile, is_that_of_the_normal_distribution) {
  // To 16 digits.
  const std::vector<std::pair<double, double>> known = {
      {0.5, 0},
      {0.75, 0.6744897501960817},
      {0.9, 1.281551565544600},
      {0.975, 1.959963984540054},
      {0.99, 2.326347874040841},
      {0.999, 3.090232306167813},
      {1e-3, -3.090232306167813},
      {1e-6, -4.753424308822899},
      {1e-10, -6.361340902404056},
      {1e-20, -9.262340089798408},
  };
  for (const auto& [p, z] : known) EXPECT_NEAR(normal_quantile(p), z, 1e-12 * (1 + std::abs(z))) << p;
}

TEST(NormalQuantile, is_the_inverse_of_the_distribution) {
  for (double z = -8; z <= 5; z += 0.37) {
    const double p = 0.5 * std::erfc(-z / std::numbers::sqrt2);
    // Near 1 the rounding of p itself shifts z.
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    EXPECT_NEAR(normal_quantile(p), z, 1e-13 * std::abs(z) + 1e-13 + 2 * p * 0x1p-52 / density) << z;
  }
}

TEST(Automatic, is_standard_for_few_rows_and_quantile_normal_for_many) {
  EXPECT_EQ(of(normal_numbers(999, 1)).scaling, Scaling::standard);
  EXPECT_EQ(of(normal_numbers(1000, 1)).scaling, Scaling::quantile_normal);
}

TEST(Automatic, is_log_where_numbers_are_positive_and_far_from_symmetric) {
  std::vector<float> numbers;
  for (int i = 0; i < 200; ++i) numbers.push_back(std::exp(0.06f * static_cast<float>(i)));
  std::vector<float> skewed = numbers;
  skewed.insert(skewed.end(), 200, 1.5f);
  EXPECT_EQ(of(skewed).scaling, Scaling::log);
  skewed.push_back(-1);
  EXPECT_EQ(of(skewed).scaling, Scaling::standard);
}

/// `columns` columns of whole numbers up to 255 in 20 rows.
std::vector<Preparation> of_pixels(int64_t columns, float add, const PreparationOptions& options = {}) {
  Tensor x(Shape({20, columns}));
  const Random random(53);
  for (int64_t i = 0; i < x.size(); ++i)
    x.set(i, static_cast<double>(random.below(256, static_cast<uint64_t>(i))));
  for (int64_t c = 0; c < columns; ++c) x.set(c, 255);  // every column reaches the end
  x.set(0, 255 + add);
  std::vector<Feature> features;
  for (int64_t c = 0; c < columns; ++c) features.push_back({.name = fmt::format("p{}", c)});
  return fit_preparation(features, x, first_rows(20), options);
}

TEST(Automatic, many_columns_of_whole_numbers_of_one_range_are_pixels) {
  for (const Preparation& p : of_pixels(32, 0)) {
    EXPECT_EQ(p.scaling, Scaling::min_max);
    EXPECT_EQ(p.shift, 0);
    EXPECT_EQ(p.scale, 255);
  }
  EXPECT_EQ(of_pixels(31, 0)[5].scaling, Scaling::standard);                              // too few
  EXPECT_EQ(of_pixels(32, 0.5f)[5].scaling, Scaling::standard);                           // not whole
  EXPECT_EQ(of_pixels(32, 1000)[5].scaling, Scaling::standard);                           // not one range
  EXPECT_EQ(of_pixels(32, 0, {.scaling = Scaling::robust})[5].scaling, Scaling::robust);  // told otherwise
}

TEST(Imputation, fills_in_what_was_asked_for) {
  const std::vector<float> numbers = {1, 2, 2, kNaN, 4, 11};
  EXPECT_EQ(of(numbers, {.impute = Impute::mean}).fill, 4);
  EXPECT_EQ(of(numbers, {.impute = Impute::median}).fill, 2);
  EXPECT_EQ(of(numbers, {.impute = Impute::constant, .constant = -5}).fill, -5);
  EXPECT_EQ(of(numbers, {.impute = Impute::most_frequent}).fill, 2);
  EXPECT_EQ(of({1, 2, 3, 6, kNaN}, {.impute = Impute::median}).fill, 2.5f);
}

TEST(Imputation, an_indicator_stands_where_training_rows_have_gaps_unless_unwanted) {
  EXPECT_TRUE(of({1, 2, kNaN}).indicator);
  EXPECT_FALSE(of({1, 2, 3}).indicator);
  EXPECT_FALSE(of({1, 2, kNaN}, {.indicators = false}).indicator);
}

TEST(Preparation, may_be_chosen_column_by_column) {
  const Tensor x(Shape({4, 2}), {1.f, 1.f, 2.f, 3.f, kNaN, kNaN, 6.f, 5.f});
  const std::vector<Feature> features = {{.name = "a"}, {.name = "b"}};
  const auto all = fit_preparation(features, x, first_rows(4),
                                   {.scaling = Scaling::standard,
                                    .column_scaling = {{"a", Scaling::min_max}},
                                    .impute = Impute::mean,
                                    .column_impute = {{"a", Impute::median}}});
  EXPECT_EQ(all[0].scaling, Scaling::min_max);
  EXPECT_EQ(all[0].scale, 5);
  EXPECT_EQ(all[0].fill, 2);
  EXPECT_EQ(all[1].scaling, Scaling::standard);
  EXPECT_EQ(all[1].fill, 3);
}

TEST(Preparation, looks_at_training_rows_alone) {
  std::vector<float> values = normal_numbers(1500, 59);  // the seed
  Tensor x(Shape({1500, 1}), std::span<const float>(values));
  const std::vector<Feature> features = {{.name = "a"}};
  for (const Scaling scaling :
       {Scaling::standard, Scaling::min_max, Scaling::robust, Scaling::log, Scaling::quantile_normal}) {
    const PreparationOptions options{.scaling = scaling};
    const auto before = fit_preparation(features, x, first_rows(1200), options);
    Tensor changed = x;
    for (int64_t i = 1200; i < 1500; ++i) changed.set(i, i % 2 == 0 ? 1e6 : std::nan(""));
    EXPECT_EQ(fit_preparation(features, changed, first_rows(1200), options), before) << to_string(scaling);
    changed.set(7, 1e6);
    EXPECT_NE(fit_preparation(features, changed, first_rows(1200), options), before) << to_string(scaling);
  }
}

TEST(OneHot, has_a_column_for_each_category) {
  const Preparation p = of_codes(category(3), {0, 1, 2, 1});
  EXPECT_EQ(p.kind, Preparation::Kind::one_hot);
  EXPECT_EQ(p.codes, 5);
  ASSERT_EQ(p.columns, 3);
  EXPECT_EQ(row(p, 0), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(row(p, 2), (std::vector<float>{0, 0, 1}));
  // Training knows no other and no gap: both are zeros.
  EXPECT_EQ(row(p, 3), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(row(p, 4), (std::vector<float>{0, 0, 0}));
}

TEST(OneHot, any_other_and_missing_have_columns_where_training_knows_them) {
  const Preparation other = of_codes(category(2, 3), {0, 1, 2});
  ASSERT_EQ(other.columns, 3);
  EXPECT_EQ(row(other, 2), (std::vector<float>{0, 0, 1}));
  EXPECT_EQ(row(other, 3), (std::vector<float>{0, 0, 1}));  // missing: as any other
  const Preparation missing = of_codes(category(2), {0, 1, 3});
  ASSERT_EQ(missing.columns, 3);
  EXPECT_EQ(row(missing, 2), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(row(missing, 3), (std::vector<float>{0, 0, 1}));
  const Preparation both = of_codes(category(2, 1), {0, 1, 2, 3});
  ASSERT_EQ(both.columns, 4);
  EXPECT_EQ(row(both, 2), (std::vector<float>{0, 0, 1, 0}));
  EXPECT_EQ(row(both, 3), (std::vector<float>{0, 0, 0, 1}));
}

TEST(OneHot, of_two_categories_is_one_column_with_anything_else_in_the_middle) {
  const Preparation p = of_codes(category(2), {0, 1, 1});
  EXPECT_EQ(p.columns, 1);
  EXPECT_EQ(p.table, (std::vector<float>{0, 1, 0.5f, 0.5f}));
}

TEST(OneHot, of_a_column_of_gaps_alone_has_a_column_nevertheless) {
  const Preparation p = of_codes(category(0), {1, 1});
  EXPECT_EQ(p.codes, 2);
  EXPECT_EQ(p.columns, 1);
  EXPECT_EQ(p.table, (std::vector<float>{0, 1}));
}

TEST(Embedding, takes_over_where_there_are_many_categories) {
  const Preparation p = of_codes(category(51, 9), {0, 1, 50, 51});
  EXPECT_EQ(p.kind, Preparation::Kind::embedding);
  EXPECT_EQ(p.codes, 53);
  EXPECT_EQ(p.columns, static_cast<int64_t>(std::ceil(1.6 * std::pow(51, 0.56))));
  EXPECT_TRUE(p.knows_other);
  EXPECT_FALSE(p.knows_missing);
  EXPECT_EQ(of_codes(category(50), {0, 1}).kind, Preparation::Kind::one_hot);
  EXPECT_EQ(of_codes(category(900), {0, 1}).columns, 24);
  EXPECT_EQ(of_codes(category(9), {0, 1}, {.most_one_hot = 8, .embedding_width = 3}).columns, 3);
}

TEST(Embedding, of_shared_features_is_one_and_knows_what_any_of_them_has_seen) {
  Feature left = category(2), right = category(2), own = category(2);
  left.shared = right.shared = true;
  const Tensor x(Shape({2, 3}), {0.f, 2.f, 0.f, 1.f, 0.f, 1.f});  // the right one holds another one
  const auto all = fit_preparation(std::vector{left, right, own}, x, first_rows(2), {.embedding_width = 7});
  for (const Preparation& p : {all[0], all[1]}) {
    EXPECT_EQ(p.kind, Preparation::Kind::embedding);
    EXPECT_TRUE(p.shared && p.knows_other);
    EXPECT_FALSE(p.knows_missing);
    EXPECT_EQ(p.codes, 4);
    EXPECT_EQ(p.columns, 7);
  }
  EXPECT_EQ(all[2].kind, Preparation::Kind::one_hot);
  EXPECT_FALSE(all[2].shared || all[2].knows_other);
  EXPECT_EQ(describe(left, std::span(all).first(1)), "embedding of 2 categories in 7 numbers, one table");
}

TEST(Dates, are_standard_days_and_points_on_a_circle) {
  const Feature feature{.name = "d", .kind = Kind::date, .date_format = "YYYY-MM-DD time"};
  const Tensor x(Shape({3, 4}), {10.f, 0.f, 0.f, 6.f, 20.f, 3.f, 1.f, 12.f, kNaN, 12.f, 7.f, 24.f});
  const auto all = fit_preparation(std::vector{feature}, x, first_rows(3), {.scaling = Scaling::robust});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].scaling, Scaling::standard);
  EXPECT_EQ(all[0].shift, 15);
  EXPECT_EQ(all[0].scale, 5);
  EXPECT_TRUE(all[0].indicator);
  const int64_t parts[] = {12, 7, 24};
  for (size_t i = 0; i < 3; ++i) {
    const Preparation& p = all[i + 1];
    ASSERT_EQ(p.codes, parts[i] + 1);
    ASSERT_EQ(p.columns, 2);
    for (int64_t code = 0; code < parts[i]; ++code) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(code) / static_cast<double>(parts[i]);
      EXPECT_NEAR(row(p, code)[0], std::sin(angle), 1e-7);
      EXPECT_NEAR(row(p, code)[1], std::cos(angle), 1e-7);
    }
    EXPECT_EQ(row(p, parts[i]), (std::vector<float>{0, 0}));  // missing: the middle
  }
}

TEST(Words, are_taken_as_they_are) {
  const Feature feature{.name = "t", .kind = Kind::words, .categories = {"a", "b"}};
  const auto all = fit_preparation(std::vector{feature}, Tensor(Shape({1, 2}), {1.f, 0.f}), first_rows(1));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].kind, Preparation::Kind::as_is);
}

std::string refusal(const PreparationOptions& options, int64_t rows = 2) {
  const std::vector<Feature> features = {
      {.name = "a"}, {.name = "c", .kind = Kind::category, .categories = {"u"}, .kept = 1}};
  try {
    fit_preparation(features, Tensor(Shape({2, 2}), {1.f, 0.f, 2.f, 0.f}), first_rows(rows), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Preparation, what_does_not_fit_is_refused) {
  EXPECT_EQ(refusal({}, 0), "[preprocessing] no rows to fit it on");
  EXPECT_EQ(refusal({.column_scaling = {{"b", Scaling::none}}}),
            "[preprocessing] \"b\" is not among the features");
  EXPECT_EQ(refusal({.column_impute = {{"c", Impute::mean}}}),
            "[preprocessing] column \"c\" is a category; only numbers are scaled and filled in");
}

TEST(Preparation, is_described_in_one_line) {
  EXPECT_EQ(describe({.name = "a"}, std::vector{of({1, 2, kNaN, 4})}),
            "standard, missing → 2 and an indicator");
  EXPECT_EQ(describe(category(2, 3), std::vector{of_codes(category(2, 3), {0, 1, 2, 3})}),
            "one-hot of 2 categories + any other + missing");
  EXPECT_EQ(describe(category(60), std::vector{of_codes(category(60), {0, 1})}),
            "embedding of 60 categories in 16 numbers");
}

TEST(Preparation, names_of_choices_read_back) {
  for (const Scaling s : {Scaling::none, Scaling::standard, Scaling::min_max, Scaling::robust,
                          Scaling::quantile_normal, Scaling::log})
    EXPECT_EQ(parse_scaling(to_string(s)), s);
  for (const Impute i : {Impute::mean, Impute::median, Impute::constant, Impute::most_frequent})
    EXPECT_EQ(parse_impute(to_string(i)), i);
  EXPECT_THROW(parse_scaling("robusst"), Error);
  EXPECT_THROW(parse_impute("guess"), Error);
}

TEST(Preparation, many_rows_on_several_threads_give_the_same_fit) {
  constexpr int64_t kRows = 10000;
  const std::vector<float> numbers = normal_numbers(3 * kRows, 1);
  Tensor x(Shape({kRows, 3}), std::span<const float>(numbers));
  x.values<float>()[3 * 9000 + 1] = kNaN;  // of the last part of the rows
  const std::vector<Feature> features = {{.name = "a"}, {.name = "b"}, {.name = "c"}};
  Threads threads(2);
  const auto together = fit_preparation(features, x, first_rows(kRows), {}, &threads);
  EXPECT_EQ(together, fit_preparation(features, x, first_rows(kRows)));
  EXPECT_FALSE(together[0].indicator);
  EXPECT_TRUE(together[1].indicator);
}

TEST(Preparation, whole_numbers_are_told_from_others) {
  const auto is_pixels = [](float odd_one) {
    std::vector<float> numbers(32 * 4, 255);
    numbers[37] = odd_one;
    const Tensor x(Shape({4, 32}), std::span<const float>(numbers));
    std::vector<Feature> features;
    for (int i = 0; i < 32; ++i) features.push_back({.name = fmt::format("p{}", i)});
    return fit_preparation(features, x, first_rows(4)).front().scaling == Scaling::min_max;
  };
  for (const float whole : {0.0f, 1.0f, 254.0f}) EXPECT_TRUE(is_pixels(whole)) << whole;
  for (const float other : {0.5f, 254.99998f, 1e-30f, -1.0f}) EXPECT_FALSE(is_pixels(other)) << other;
}

}  // namespace
}  // namespace kette::data::preparation_test
