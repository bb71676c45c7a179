#include "kette/data/dataset.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::data {
namespace {

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A file of a feature column "x" (0, 1, …) and the given targets "y".
Table with_targets(const std::vector<std::string>& targets) {
  std::string text = "x,y\n";
  for (size_t i = 0; i < targets.size(); ++i) text += fmt::format("{},{}\n", i, targets[i]);
  return parse_csv(text, "f.csv");
}
Dataset of_targets(const std::vector<std::string>& targets, std::optional<Task> task = {}) {
  return make_dataset(with_targets(targets), {"y", task, {}});
}
std::string target_error(const std::vector<std::string>& targets, std::optional<Task> task = {}) {
  return error_of([&] { of_targets(targets, task); });
}
/// "0", "1", … repeated.
std::vector<std::string> counting(int distinct, int rows) {
  std::vector<std::string> targets;
  for (int i = 0; i < rows; ++i) targets.push_back(std::to_string(i % distinct));
  return targets;
}
std::vector<float> floats(const Tensor& t) { return {t.values<float>().begin(), t.values<float>().end()}; }
std::vector<int64_t> integers(const Tensor& t) {
  return {t.values<int64_t>().begin(), t.values<int64_t>().end()};
}
using Labels = std::vector<std::string>;

TEST(Dataset, features_are_all_other_columns_in_order) {
  const Dataset d = make_dataset(parse_csv("a,y,b\n1,0.5,2\n3,1.5,4\n", "f.csv"), {"y", {}, {}});
  EXPECT_EQ(names_of(d.features), (Labels{"a", "b"}));
  EXPECT_EQ(d.x.shape(), Shape({2, 2}));
  EXPECT_EQ(floats(d.x), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(d.y.shape(), Shape({2}));
  EXPECT_EQ(floats(d.y), (std::vector<float>{0.5, 1.5}));
  EXPECT_EQ(d.rows(), 2);
}

TEST(Dataset, features_can_be_chosen_in_any_order) {
  const Dataset d = make_dataset(parse_csv("a,y,b,c\n1,0,2,x\n3,1,4,z\n", "f.csv"), {"y", {}, {"b", "a"}});
  EXPECT_EQ(floats(d.x), (std::vector<float>{2, 1, 4, 3}));
}

TEST(Dataset, a_matrix_of_many_rows_keeps_every_row_in_its_place) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("{},{},{}\n", i, -i, i * 0.5);
  const Dataset d = make_dataset(parse_csv(text, "f.csv"), {"y", {}, {}});
  for (size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(d.x.values<float>()[2 * i], static_cast<float>(i));
    ASSERT_EQ(d.x.values<float>()[2 * i + 1], -static_cast<float>(i));
    ASSERT_EQ(d.y.values<float>()[i], static_cast<float>(i) * 0.5f);
  }
}

TEST(Task, text_becomes_classes_in_alphabetical_order) {
  const Dataset d = of_targets({"no", "yes", " no ", "maybe", "no"});
  EXPECT_EQ(d.task, Task::multiclass);
  EXPECT_EQ(d.labels, (Labels{"maybe", "no", "yes"}));
  EXPECT_EQ(integers(d.y), (std::vector<int64_t>{1, 2, 1, 0, 1}));
  EXPECT_EQ(d.task_reason, "3 classes (target is text: maybe, no, yes)");
}

TEST(Task, the_reason_is_one_line_whatever_the_labels) {
  EXPECT_EQ(of_targets({"\"a\nb\"", "c"}).task_reason, "2 classes (target is text: a\\nb, c)");
}

TEST(Task, two_whole_numbers_are_a_binary_task_however_few_rows) {
  const Dataset d = of_targets({"0", "0", "0", "1"});
  EXPECT_EQ(d.task, Task::binary);
  EXPECT_EQ(d.task_reason, "2 classes (target is whole numbers with 2 distinct values)");
  EXPECT_EQ(of_targets({"1", "-1"}).labels, (Labels{"-1", "1"}));
  EXPECT_EQ(of_targets({"0.5", "1.5", "0.5"}).task, Task::regression);
}

TEST(Task, few_whole_numbers_are_classes_in_numeric_order) {
  std::vector<std::string> targets;
  for (int i = 0; i < 30; ++i)
    targets.push_back(i % 2 == 0 ? fmt::format("{}.0", i % 10) : std::to_string(8 + i % 5));
  const Dataset d = of_targets(targets);
  EXPECT_EQ(d.task, Task::multiclass);
  EXPECT_EQ(d.labels, (Labels{"0", "2", "4", "6", "8", "9", "10", "11", "12"}));
  EXPECT_EQ(of_targets(counting(20, 40)).task, Task::multiclass);
}

TEST(Task, many_values_or_fractions_are_a_regression) {
  EXPECT_EQ(of_targets(counting(21, 400)).task, Task::regression);
  EXPECT_EQ(of_targets(counting(20, 39)).task, Task::regression);
  EXPECT_EQ(of_targets(counting(21, 400)).task_reason,
            "regression (target is numbers with 21 distinct values)");
  EXPECT_EQ(of_targets({"1", "2", "1.5", "1", "2", "1.5"}).task, Task::regression);
}

TEST(Task, can_be_asked_for) {
  EXPECT_EQ(of_targets(counting(2, 10), Task::regression).task, Task::regression);
  EXPECT_EQ(of_targets(counting(2, 10), Task::regression).task_reason, "regression (as asked)");
  EXPECT_EQ(of_targets(counting(2, 10), Task::multiclass).classes(), 2);
  const Dataset d = of_targets(counting(30, 60), Task::multiclass);
  EXPECT_EQ(d.classes(), 30);
  EXPECT_EQ(d.labels[10], "10");
  for (Task task : {Task::regression, Task::binary, Task::multiclass})
    EXPECT_EQ(parse_task(to_string(task)), task);
  EXPECT_EQ(error_of([] { parse_task("both"); }),
            "[task] unknown task \"both\"; expected regression, binary or multiclass");
}

TEST(Task, one_that_does_not_fit_is_refused) {
  EXPECT_EQ(target_error({"a", "b", "c"}, Task::binary),
            "f.csv: target \"y\" has 3 classes; expected 2 for a binary task");
  EXPECT_EQ(target_error({"1", "b"}, Task::regression),
            "f.csv:3:2: expected a number, found \"b\" in column \"y\"");
}

TEST(Dataset, a_target_of_one_value_is_refused) {
  EXPECT_EQ(target_error({"a", "a", "a"}),
            "f.csv: target \"y\" has one class only; expected at least 2 classes");
  EXPECT_EQ(target_error({"3", "3.0"}),
            "f.csv: target \"y\" is 3 in every row; expected at least 2 distinct values");
  EXPECT_EQ(target_error({"0", "-0"}, Task::multiclass),
            "f.csv: target \"y\" has one class only; expected at least 2 classes");
}

TEST(Dataset, labels_that_never_repeat_are_refused) {
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back(fmt::format("name {}", i));
  EXPECT_EQ(target_error(names),
            "f.csv: target \"y\" has 30 distinct labels in 30 rows; expected classes that repeat");
}

TEST(Dataset, gaps_in_a_numeric_target_are_named_and_not_taken_for_classes) {
  std::vector<std::string> targets = counting(60, 60);
  targets[7] = "n/a";
  EXPECT_EQ(target_error(targets), "f.csv:9:2: expected a number, found \"n/a\" in column \"y\"");
  EXPECT_EQ(target_error({"0", "1", "nan"}),
            "f.csv:4:2: expected a finite number, found \"nan\" in column \"y\"");
  EXPECT_EQ(target_error({"0", "1", ""}),
            "f.csv:4:2: expected a class label, found an empty field in column \"y\"");
  EXPECT_EQ(of_targets({"1", "2", "many", "1"}).labels, (Labels{"1", "2", "many"}));
  EXPECT_EQ(of_targets({"inf", "nan", "inf"}).classes(), 2);  // words like any other
}

TEST(Dataset, columns_that_cannot_be_used_are_named) {
  const Table table = parse_csv("a,b,y\n1,x,0\n2,y,1\n", "f.csv");
  const auto error = [&](const DatasetOptions& options) {
    return error_of([&] { make_dataset(table, options); });
  };
  EXPECT_EQ(error({"z", {}, {}}), "f.csv: no column \"z\"; the columns are \"a\", \"b\", \"y\"");
  EXPECT_EQ(error({"y", {}, {"a", "y"}}), "f.csv: column \"y\" is the target and also a feature");
  EXPECT_EQ(error({"y", {}, {"a", "a"}}), "f.csv: feature \"a\" is listed twice");
  EXPECT_EQ(error({"y", {}, {}}), "f.csv:2:2: expected a number, found \"x\" in column \"b\"");
  EXPECT_EQ(error_of([] {
              make_dataset(parse_csv("y\n1\n2\n", "f.csv"), {"y", {}, {}});
            }),
            "f.csv: no feature column; expected at least one besides the target \"y\"");
  EXPECT_EQ(target_error({"1"}), "f.csv: 1 row of data; expected at least 2 to learn from");
}

TEST(Dataset, numbers_too_large_for_float32_are_named) {
  EXPECT_EQ(target_error({"1.5", "1e300"}),
            "f.csv:3:2: expected a number within ±3.4e38 (float32), found 1e+300 in column \"y\"");
}

TEST(Dataset, constant_columns_and_single_rows_are_warned_of) {
  const Dataset d = make_dataset(parse_csv("a,c,y\n1,3.5,u\n2,3.50,v\n3,3.5,v\n", "f.csv"), {"y", {}, {}});
  EXPECT_EQ(d.warnings, (Labels{"column \"c\" is constant (3.5) and carries no information",
                                "class \"u\" has one row only"}));
}

TEST(FeatureMatrix, finds_columns_by_name_and_ignores_others) {
  const Table table = parse_csv("b,more,a\n1,x,2\n3,y,4\n", "f.csv");
  EXPECT_EQ(floats(feature_matrix(table, Labels{"a", "b"})), (std::vector<float>{2, 1, 4, 3}));
}

TEST(FeatureMatrix, names_every_missing_column) {
  const Table table = parse_csv("b,c\n1,2\n", "f.csv");
  EXPECT_EQ(error_of([&] {
              feature_matrix(table, Labels{"a", "b", "d"});
            }),
            "f.csv: missing columns \"a\", \"d\"");
  EXPECT_EQ(error_of([&] { feature_matrix(table, Labels{"a", "b"}); }), "f.csv: missing column \"a\"");
}

TEST(TargetClasses, follow_the_labels_of_the_model) {
  const Labels labels = {"maybe", "no", "yes"};
  EXPECT_EQ(integers(target_classes(with_targets({"yes", " no", "yes"}), "y", labels)),
            (std::vector<int64_t>{2, 1, 2}));
  EXPECT_EQ(integers(target_classes(with_targets({"10", "2.0", "+1e1"}), "y", Labels{"2", "10"})),
            (std::vector<int64_t>{1, 0, 1}));
  EXPECT_EQ(integers(target_classes(with_targets({"10", "x", "02"}), "y", Labels{"2", "10", "x"})),
            (std::vector<int64_t>{1, 2, 0}));
}

TEST(TargetClasses, a_label_the_model_does_not_know_is_named) {
  const auto error = [](const std::vector<std::string>& targets) {
    return error_of([&] { target_classes(with_targets(targets), "y", Labels{"1", "2"}); });
  };
  EXPECT_EQ(error({"1", "3"}), "f.csv:3:2: expected one of the labels 1, 2, found \"3\" in column \"y\"");
  EXPECT_EQ(error({"x", "1"}), "f.csv:2:2: expected one of the labels 1, 2, found \"x\" in column \"y\"");
  EXPECT_EQ(error({"1", ""}),
            "f.csv:3:2: expected one of the labels 1, 2, found an empty field in column \"y\"");
}

TEST(RealData, has_the_tasks_it_is_known_for) {
  const std::string folder = std::string(KETTE_SOURCE_DIR) + "/data/";
  const Dataset diabetes = make_dataset(read_csv(folder + "diabetes.csv"), {"target", {}, {}});
  EXPECT_EQ(diabetes.task, Task::regression);
  EXPECT_EQ(diabetes.x.shape(), Shape({442, 10}));
  const Dataset cancer = make_dataset(read_csv(folder + "breast_cancer.csv"), {"diagnosis", {}, {}});
  EXPECT_EQ(cancer.task, Task::binary);
  EXPECT_EQ(cancer.labels, (Labels{"benign", "malignant"}));
  EXPECT_EQ(cancer.x.shape(), Shape({569, 30}));
  const Dataset digits = make_dataset(read_csv(folder + "digits.csv"), {"digit", {}, {}});
  EXPECT_EQ(digits.task, Task::multiclass);
  EXPECT_EQ(digits.labels, (Labels{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  EXPECT_EQ(digits.x.shape(), Shape({1797, 64}));
}

}  // namespace
}  // namespace kette::data
