#include "kette/judge/judgement.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::judgement_test {
namespace {

using nlohmann::json;

Tensor classes_of(const std::vector<int64_t>& classes) {
  return Tensor(Shape({static_cast<int64_t>(classes.size())}, DType::i64), std::span<const int64_t>(classes));
}

Schema classes(int64_t count) {
  Schema schema{.task = count == 2 ? data::Task::binary : data::Task::multiclass, .targets = {"y"}};
  for (int64_t c = 0; c < count; ++c) schema.labels.push_back(fmt::format("class {}", c));
  return schema;
}

struct Case {
  Schema schema;
  Predictions predictions;
  Tensor targets;
};

/// Random scores, and classes that follow them half of the time.
Case random_case(int64_t rows, int64_t count, uint64_t seed) {
  const Random random(seed);
  Case made{classes(count), {Tensor(Shape({rows, count})), Tensor(Shape({rows, count}))}, {}};
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < rows; ++i) {
    double total = 0;
    expected.push_back(static_cast<int64_t>(random.below(static_cast<uint64_t>(count), 1u << 30 | i)));
    for (int64_t c = 0; c < count; ++c) {
      const double score =
          random.normal(static_cast<uint64_t>(i * count + c)) + (c == expected.back() ? 2 : 0);
      made.predictions.scores.set(i * count + c, score);
      total += std::exp(made.predictions.scores.at(i * count + c));
    }
    for (int64_t c = 0; c < count; ++c)
      made.predictions.prediction.set(i * count + c,
                                      std::exp(made.predictions.scores.at(i * count + c)) / total);
  }
  made.targets = classes_of(expected);
  return made;
}

std::string refusal(const Case& given, const JudgeOptions& options) {
  try {
    judge(given.schema, given.predictions, given.targets, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Judgement, is_the_same_at_any_number_of_threads) {
  const Case given = random_case(3000, 4, 2);
  Threads three(3);
  JudgeOptions options{.resamples = 50, .curves = true};
  const std::string alone =
      to_json(judge(given.schema, given.predictions, given.targets, options), given.schema);
  options.threads = &three;
  EXPECT_EQ(to_json(judge(given.schema, given.predictions, given.targets, options), given.schema), alone);
}

TEST(Judgement, curves_come_only_when_asked_for) {
  const Case given = random_case(1000, 2, 3);
  const Judgement plain = judge(given.schema, given.predictions, given.targets);
  EXPECT_TRUE(plain.classification->classes[1].roc_curve.empty());
  const Judgement drawn = judge(given.schema, given.predictions, given.targets, {.curves = true});
  EXPECT_EQ(drawn.classification->classes[1].roc_curve.size(), kCurvePoints);
}

TEST(Judgement, what_these_rows_do_not_define_is_null_and_has_a_reason) {
  const Case all = random_case(1, 2, 4);
  const json told = json::parse(to_json(judge(all.schema, all.predictions, all.targets), all.schema));
  EXPECT_TRUE(told.at("roc_auc").is_null());
  EXPECT_EQ(told.at("undefined").at("roc_auc"), "all rows are of one class");
  EXPECT_EQ(told.at("undefined").at("temperature"), "a single row");
}

TEST(Judgement, rows_have_the_numbers_given_to_them) {
  const Case given = random_case(5, 3, 5);
  const std::vector<int64_t> numbers = {10, 20, 30, 40, 50};
  const Judgement judgement =
      judge(given.schema, given.predictions, given.targets, {.worst = 2, .rows = numbers});
  ASSERT_EQ(judgement.classification->worst.size(), 2u);
  EXPECT_EQ(judgement.classification->worst[0].row % 10, 0);
  EXPECT_GT(judgement.classification->worst[0].row, 0);
  EXPECT_GE(judgement.classification->worst[0].loss, judgement.classification->worst[1].loss);
}

TEST(Judgement, a_sample_of_a_regression_is_in_the_order_of_the_rows) {
  const int64_t rows = 2000;
  Tensor said(Shape({rows, 1})), expected(Shape({rows, 1}));
  for (int64_t i = 0; i < rows; ++i) expected.set(i, static_cast<double>(i));
  const Schema schema{.targets = {"y"}};
  const Judgement judgement = judge(schema, {said, said}, expected, {.curves = true});
  const auto& sample = judgement.regression->sample;
  ASSERT_EQ(sample.size(), static_cast<size_t>(kSampleRows));
  for (size_t i = 1; i < sample.size(); ++i) EXPECT_LT(sample[i - 1].row, sample[i].row);
  EXPECT_EQ(sample[100].expected.front(), static_cast<double>(sample[100].row));
}

TEST(Judgement, more_resamples_are_drawn_of_few_rows) {
  const auto drawn = [](int64_t rows) {
    const Case given = random_case(rows, 2, 6);
    return judge(given.schema, given.predictions, given.targets).resamples;
  };
  EXPECT_EQ(drawn(100), 1000);
  EXPECT_EQ(drawn(8000), 500);
  EXPECT_EQ(drawn(50000), 100);
}

TEST(Judgement, options_that_do_not_fit_the_task_are_refused) {
  const Case two = random_case(4, 2, 7), three = random_case(4, 3, 7);
  EXPECT_EQ(refusal(three, {.threshold = 0.5}),
            "[judge] a threshold is of two classes; the task is multiclass");
  EXPECT_EQ(refusal(two, {.top_k = 2}), "[judge] top-k is of more than two classes; the task is binary");
  EXPECT_EQ(refusal(three, {.top_k = 3}), "[judge] top-3 of 3 classes; expected from 1 to 2");
  EXPECT_EQ(refusal(two, {.positive = 2}), "[judge] class 2 of two cannot be the positive one");
}

TEST(Judgement, a_prediction_that_is_no_number_is_refused_at_its_row) {
  Case given = random_case(4, 2, 8);
  given.predictions.prediction.set(5, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(refusal(given, {}), "[judge] the prediction of row 3 is nan; expected a number");
}

TEST(Judgement, an_infinite_score_leaves_out_what_follows_from_it) {
  Case given = random_case(6, 2, 9);
  const float infinity = std::numeric_limits<float>::infinity();
  const int64_t expected = given.targets.values<int64_t>()[0];
  given.predictions.scores.set(expected, -infinity);
  const json told = json::parse(to_json(judge(given.schema, given.predictions, given.targets), given.schema));
  EXPECT_TRUE(told.at("log_loss").is_null());
  EXPECT_TRUE(told.at("calibration").at("temperature").is_null());
  EXPECT_TRUE(told.at("worst").at(0).at("loss").is_null());
  EXPECT_TRUE(told.at("brier").is_number());
}

}  // namespace
}  // namespace kette::judgement_test
