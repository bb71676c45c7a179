#include "kette/data/target.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::data::target_test {
namespace {

using Labels = std::vector<std::string>;
using Rows = std::vector<int64_t>;

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A file of a column "x" and the given fields of "y".
Table with_targets(const std::vector<std::string>& targets) {
  std::string text = "x,y\n";
  for (size_t i = 0; i < targets.size(); ++i) text += fmt::format("{},{}\n", i, targets[i]);
  return parse_csv(text, "f.csv");
}

Target of(const std::vector<std::string>& targets, std::optional<Task> task = {}) {
  return recognise_target(with_targets(targets), Labels{"y"}, task);
}

std::string refusal(const std::vector<std::string>& targets, std::optional<Task> task = {}) {
  return error_of([&] { of(targets, task); });
}

/// "0", "1", … repeated.
std::vector<std::string> counting(int distinct, int rows) {
  std::vector<std::string> targets;
  for (int i = 0; i < rows; ++i) targets.push_back(std::to_string(i % distinct));
  return targets;
}

Rows all_rows(const Table& table) {
  Rows rows(static_cast<size_t>(table.rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// Indices of all rows' classes.
Rows classes_of(const std::vector<std::string>& targets, const Labels& labels) {
  const Table table = with_targets(targets);
  const Tensor y = target_classes(table, "y", labels, all_rows(table));
  return {y.values<int64_t>().begin(), y.values<int64_t>().end()};
}

TEST(Target, text_becomes_classes_in_alphabetical_order) {
  const Target target = of({"no", "yes", " no ", "maybe", "no"});
  EXPECT_EQ(target.task, Task::multiclass);
  EXPECT_EQ(target.labels, (Labels{"maybe", "no", "yes"}));
  EXPECT_EQ(target.reason, "3 classes (target is text: maybe, no, yes)");
}

TEST(Target, the_reason_is_one_line_whatever_the_labels) {
  EXPECT_EQ(of({"\"a\nb\"", "c"}).reason, "2 classes (target is text: a\\nb, c)");
}

TEST(Target, two_whole_numbers_are_a_binary_task_however_few_rows) {
  const Target target = of({"0", "0", "0", "1"});
  EXPECT_EQ(target.task, Task::binary);
  EXPECT_EQ(target.reason, "2 classes (target is whole numbers with 2 distinct values)");
  EXPECT_EQ(of({"1", "-1"}).labels, (Labels{"-1", "1"}));
  EXPECT_EQ(of({"0.5", "1.5", "0.5"}).task, Task::regression);
}

TEST(Target, few_whole_numbers_are_classes_in_numeric_order) {
  std::vector<std::string> targets;
  for (int i = 0; i < 30; ++i)
    targets.push_back(i % 2 == 0 ? fmt::format("{}.0", i % 10) : std::to_string(8 + i % 5));
  const Target target = of(targets);
  EXPECT_EQ(target.task, Task::multiclass);
  EXPECT_EQ(target.labels, (Labels{"0", "2", "4", "6", "8", "9", "10", "11", "12"}));
  EXPECT_EQ(of(counting(20, 40)).task, Task::multiclass);
}

TEST(Target, many_values_or_fractions_are_a_regression) {
  EXPECT_EQ(of(counting(21, 400)).task, Task::regression);
  EXPECT_EQ(of(counting(20, 39)).task, Task::regression);
  EXPECT_EQ(of(counting(21, 400)).reason, "regression (target is numbers with 21 distinct values)");
  EXPECT_EQ(of({"1", "2", "1.5", "1", "2", "1.5"}).task, Task::regression);
}

TEST(Target, missing_values_say_nothing_of_the_task) {
  const Target numbers = of({"0", "", "1", "NA", "1", "?"});
  EXPECT_EQ(numbers.task, Task::binary);
  EXPECT_EQ(numbers.labels, (Labels{"0", "1"}));
  EXPECT_EQ(of({"u", "", "v", "n/a"}).labels, (Labels{"u", "v"}));
}

TEST(Target, can_be_asked_for) {
  EXPECT_EQ(of(counting(2, 10), Task::regression).task, Task::regression);
  EXPECT_EQ(of(counting(2, 10), Task::regression).reason, "regression (as asked)");
  EXPECT_EQ(of(counting(2, 10), Task::multiclass).labels, (Labels{"0", "1"}));
  const Target target = of(counting(30, 60), Task::multiclass);
  ASSERT_EQ(target.labels.size(), 30u);
  EXPECT_EQ(target.labels[10], "10");
  for (Task task : {Task::regression, Task::binary, Task::multiclass})
    EXPECT_EQ(parse_task(to_string(task)), task);
  EXPECT_EQ(error_of([] { parse_task("both"); }),
            "[task] unknown task \"both\"; expected regression, binary or multiclass");
}

TEST(Target, a_task_that_does_not_fit_is_refused) {
  EXPECT_EQ(refusal({"a", "b", "c"}, Task::binary),
            "f.csv: target \"y\" has 3 classes; expected 2 for a binary task");
  EXPECT_EQ(refusal({"1", "b"}, Task::regression),
            "f.csv:3:2: expected a number, found \"b\" in column \"y\"");
}

TEST(Target, of_one_value_is_refused) {
  EXPECT_EQ(refusal({"a", "a", "a"}), "f.csv: target \"y\" has one class only; expected at least 2 classes");
  EXPECT_EQ(refusal({"3", "3.0"}),
            "f.csv: target \"y\" is 3 in every row; expected at least 2 distinct values");
  EXPECT_EQ(refusal({"3", "", "3"}),
            "f.csv: target \"y\" is 3 in every row; expected at least 2 distinct values");
  EXPECT_EQ(refusal({"", "", ""}), "f.csv: target \"y\" is missing in every row");
  EXPECT_EQ(refusal({"0", "-0"}, Task::multiclass),
            "f.csv: target \"y\" has one class only; expected at least 2 classes");
}

TEST(Target, labels_that_never_repeat_are_refused) {
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back(fmt::format("name {}", i));
  EXPECT_EQ(refusal(names),
            "f.csv: target \"y\" has 30 distinct labels in 30 rows; expected classes that repeat");
}

TEST(Target, a_text_among_numbers_is_named_and_not_taken_for_a_class) {
  std::vector<std::string> targets = counting(60, 60);
  targets[7] = "many";
  const std::string message = refusal(targets);
  EXPECT_TRUE(message.starts_with("f.csv:9:2: ")) << message;
  EXPECT_NE(message.find("\"many\""), message.npos) << message;
  EXPECT_EQ(of({"1", "2", "many", "1", "2", "2", "1", "2", "1"}).labels, (Labels{"1", "2", "many"}));
}

TEST(Target, several_are_a_regression_of_all) {
  const Table table = parse_csv("a,b,c\n1,2,x\n0,5,y\n1,7,x\n", "f.csv");
  const Target target = recognise_target(table, Labels{"a", "b"}, {});
  EXPECT_EQ(target.task, Task::regression);
  EXPECT_EQ(target.reason, "regression of 2 targets");
  EXPECT_TRUE(target.labels.empty());
  EXPECT_EQ(error_of([&] {
              recognise_target(table, Labels{"a", "b"}, Task::binary);
            }),
            "[task] 2 targets can only be a regression; found binary");
  EXPECT_EQ(error_of([&] {
              recognise_target(table, Labels{"a", "c"}, {});
            }),
            "f.csv:2:3: expected a number, found \"x\" in column \"c\"");
  EXPECT_THROW(recognise_target(table, Labels{}, {}), Error);
}

TEST(TargetValues, are_those_of_the_rows_one_column_for_each_target) {
  const Table table = parse_csv("a,b\n1,0.5\n2,-3\n4,1e3\n", "f.csv");
  const Tensor y = target_values(table, Labels{"b", "a"}, Rows{2, 0});
  EXPECT_EQ(y, Tensor(Shape({2, 2}), {1000.f, 4.f, 0.5f, 1.f}));
}

TEST(TargetValues, missing_or_too_large_are_named_with_their_place) {
  const Table table = parse_csv("a,b\n1,0.5\n2,\n4,1e300\n", "f.csv");
  EXPECT_EQ(error_of([&] {
              target_values(table, Labels{"b"}, Rows{0, 1});
            }),
            "f.csv:3:2: expected a number within ±3.4e38 (float32), found an empty field in column \"b\"");
  EXPECT_EQ(error_of([&] {
              target_values(table, Labels{"b"}, Rows{0, 2});
            }),
            "f.csv:4:2: expected a number within ±3.4e38 (float32), found 1e+300 in column \"b\"");
}

TEST(TargetClasses, follow_the_labels_of_the_model) {
  EXPECT_EQ(classes_of({"yes", " no", "yes"}, {"maybe", "no", "yes"}), (Rows{2, 1, 2}));
  EXPECT_EQ(classes_of({"10", "2.0", "+1e1"}, {"2", "10"}), (Rows{1, 0, 1}));
  EXPECT_EQ(classes_of({"10", "x", "02"}, {"2", "10", "x"}), (Rows{1, 2, 0}));
}

TEST(TargetClasses, may_differ_in_case_and_a_full_stop_where_that_is_unambiguous) {
  EXPECT_EQ(classes_of({"<=50k.", ">50K.", "<=50K"}, {"<=50K", ">50K"}), (Rows{0, 1, 0}));
  EXPECT_EQ(classes_of({"a", "A"}, {"A", "a"}), (Rows{1, 0}));
  EXPECT_EQ(error_of([] {
              classes_of({"a", "a."}, {"A", "a"});
            }),
            "f.csv:3:2: expected one of the labels A, a, found \"a.\" in column \"y\"");
}

TEST(KnownClasses, unknown_and_missing_labels_are_minus_one) {
  const Table table = with_targets({"a", "", "b", "c"});
  const Tensor y = known_classes(table, "y", Labels{"a", "b"}, Rows{0, 1, 2, 3});
  EXPECT_EQ(y, Tensor(Shape({4}, DType::i64), {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{-1}}));
}

TEST(TargetClasses, are_those_of_the_given_rows) {
  const Table table = with_targets({"a", "", "b", "c"});
  const Tensor y = target_classes(table, "y", Labels{"a", "b"}, Rows{2, 0});
  EXPECT_EQ(y, Tensor(Shape({2}, DType::i64), {int64_t{1}, int64_t{0}}));
}

TEST(TargetClasses, a_label_the_model_does_not_know_is_named) {
  const auto error = [](const std::vector<std::string>& targets) {
    return error_of([&] { classes_of(targets, {"1", "2"}); });
  };
  EXPECT_EQ(error({"1", "3"}), "f.csv:3:2: expected one of the labels 1, 2, found \"3\" in column \"y\"");
  EXPECT_EQ(error({"x", "1"}), "f.csv:2:2: expected one of the labels 1, 2, found \"x\" in column \"y\"");
  EXPECT_EQ(error({"1", ""}),
            "f.csv:3:2: expected one of the labels 1, 2, found an empty field in column \"y\"");
}

TEST(RowsWithTargets, are_those_in_which_none_is_missing) {
  const Table table = parse_csv("a,b\n1,x\n,y\n3,\n4,z\n", "f.csv");
  EXPECT_EQ(rows_with_targets(table, Labels{"a"}), (Rows{0, 2, 3}));
  EXPECT_EQ(rows_with_targets(table, Labels{"a", "b"}), (Rows{0, 3}));
}

}  // namespace
}  // namespace kette::data::target_test
