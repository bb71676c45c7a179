#include "kette/data/dataset.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::data::dataset_test {
namespace {

using Kind = Feature::Kind;
using Lines = std::vector<std::string>;
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

Dataset of(std::string_view text, const DatasetOptions& options) {
  return make_dataset(parse_csv(text, "f.csv"), options);
}
std::string refusal(std::string_view text, const DatasetOptions& options) {
  return error_of([&] { of(text, options); });
}
std::vector<float> floats(const Tensor& t) { return {t.values<float>().begin(), t.values<float>().end()}; }
Rows integers(const Tensor& t) { return {t.values<int64_t>().begin(), t.values<int64_t>().end()}; }

TEST(Dataset, features_are_all_other_columns_in_order) {
  const Dataset d = of("a,y,b\n1,0.5,2\n3,1.5,4\n", {.target = "y"});
  EXPECT_EQ(names_of(d.features), (Lines{"a", "b"}));
  EXPECT_EQ(d.x, Tensor(Shape({2, 2}), {1.f, 2.f, 3.f, 4.f}));
  EXPECT_EQ(d.y, Tensor(Shape({2}), {0.5f, 1.5f}));
  EXPECT_EQ(d.targets, (Lines{"y"}));
  EXPECT_EQ(d.rows(), 2);
}

TEST(Dataset, features_can_be_chosen_in_any_order) {
  const Dataset d = of("a,y,b,c\n1,0,2,x\n3,1,4,z\n", {.target = "y", .features = {"b", "a"}});
  EXPECT_EQ(floats(d.x.unpacked()), (std::vector<float>{2, 1, 4, 3}));
}

TEST(Dataset, a_matrix_of_many_rows_keeps_every_row_in_its_place) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("{},{},{}\n", 2 * i, -i, i * 0.5);
  const Dataset d = of(text, {.target = "y"});
  for (size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(d.x.dense().values<float>()[2 * i], 2 * static_cast<float>(i));
    ASSERT_EQ(d.x.dense().values<float>()[2 * i + 1], -static_cast<float>(i));
    ASSERT_EQ(d.y.values<float>()[i], static_cast<float>(i) * 0.5f);
  }
}

TEST(Dataset, classes_are_indices_of_the_labels) {
  const Dataset d = of("a,y\n1,no\n2,yes\n3, no \n4,maybe\n", {.target = "y"});
  EXPECT_EQ(d.task, Task::multiclass);
  EXPECT_EQ(d.labels, (Lines{"maybe", "no", "yes"}));
  EXPECT_EQ(d.classes(), 3);
  EXPECT_EQ(integers(d.y), (Rows{1, 2, 1, 0}));
}

TEST(Dataset, several_targets_stand_side_by_side) {
  const Dataset d = of("u,a,v\n1,5,2\n3,6,4\n0,7,9\n", {.targets = {"v", "u"}});
  EXPECT_EQ(d.task, Task::regression);
  EXPECT_EQ(d.y, Tensor(Shape({3, 2}), {2.f, 1.f, 4.f, 3.f, 9.f, 0.f}));
  EXPECT_EQ(names_of(d.features), (Lines{"a"}));
}

TEST(Dataset, rows_without_a_target_are_left_out_with_a_note) {
  const Dataset d = of("a,b,y\n1,u,2.5\n2,v,\n3,u,4.5\n4,w,?\n5,v,6\n", {.target = "y"});
  EXPECT_EQ(d.table_rows, (Rows{0, 2, 4}));
  EXPECT_EQ(floats(d.y), (std::vector<float>{2.5, 4.5, 6}));
  EXPECT_EQ(d.notes, (Lines{"2 rows without a target are left out"}));
  EXPECT_EQ(d.x.shape(), Shape({3, 2}));
  EXPECT_EQ(d.x.unpacked().at(2), 3);
  // "w" stands only in a row that is left out.
  EXPECT_EQ(d.features[1].categories, (Lines{"u", "v"}));
  EXPECT_EQ(of("a,y\n1,2.5\n2,\n3,4.5\n", {.target = "y"}).notes,
            (Lines{"1 row without a target is left out"}));
  EXPECT_TRUE(of("a,y\n1,2.5\n2,3\n3,4.5\n", {.target = "y"}).table_rows.empty());
}

TEST(Dataset, missing_numbers_are_NaN) {
  const Dataset d = of("a,y\n1,2.5\n,3\n3,4.5\n", {.target = "y"});
  EXPECT_EQ(d.x.unpacked().at(0), 1);
  EXPECT_TRUE(std::isnan(d.x.unpacked().at(1)));
  EXPECT_EQ(d.x.unpacked().at(2), 3);
}

TEST(Dataset, weights_have_the_mean_1_and_rows_of_weight_0_are_left_out) {
  const Dataset d = of("a,w,y\n1,2,0.5\n2,0,1\n3,6,1.5\n4,1,2\n", {.target = "y", .weight = "w"});
  EXPECT_EQ(d.table_rows, (Rows{0, 2, 3}));
  EXPECT_EQ(names_of(d.features), (Lines{"a"}));
  EXPECT_EQ(d.weights.shape(), Shape({3, 1}));
  EXPECT_FLOAT_EQ(d.weights.values<float>()[0], 2.f / 3);
  EXPECT_FLOAT_EQ(d.weights.values<float>()[1], 2.f);
  EXPECT_FLOAT_EQ(d.weights.values<float>()[2], 1.f / 3);
}

TEST(Dataset, weights_that_are_none_are_named) {
  const auto error = [](std::string_view weight) {
    return refusal(fmt::format("a,w,y\n1,2,0.5\n2,{},1\n", weight), {.target = "y", .weight = "w"});
  };
  EXPECT_EQ(error("-1"), "f.csv:3:2: expected a weight of at least 0, found -1 in column \"w\"");
  EXPECT_EQ(error(""), "f.csv:3:2: expected a weight of at least 0, found an empty field in column \"w\"");
  EXPECT_EQ(refusal("a,w,y\n1,0,0.5\n2,0,1\n", {.target = "y", .weight = "w"}),
            "f.csv: every row has the weight 0 in column \"w\"");
}

TEST(Dataset, groups_are_numbered_by_their_first_rows) {
  const Dataset d = of("a,g,y\n1,b,0.5\n2,a,1\n3,b,1.5\n4,,2\n5,a,3\n", {.target = "y", .group = "g"});
  EXPECT_EQ(d.groups, (Rows{0, 1, 0, 2, 1}));
  EXPECT_EQ(names_of(d.features), (Lines{"a"}));
}

TEST(Dataset, numbers_come_first_then_dates_categories_and_words) {
  std::string text = "town,note,day,size,y\n";
  for (int i = 0; i < 40; ++i)
    text +=
        fmt::format("{},the {} house number {} stands here,2024-0{}-1{},{},{}\n", i % 2 == 0 ? "Ulm" : "Bonn",
                    i % 3 == 0 ? "red" : "blue", i, 1 + i % 9, i % 10, i * 1.5, i * i * 0.25);
  const Dataset d = of(text, {.target = "y"});
  EXPECT_EQ(names_of(d.features), (Lines{"size", "day", "town", "note"}));
  EXPECT_EQ(d.features[0].kind, Kind::number);
  EXPECT_EQ(d.features[1].kind, Kind::date);
  EXPECT_EQ(d.features[2].kind, Kind::category);
  EXPECT_EQ(d.features[3].kind, Kind::words);
  EXPECT_EQ(d.x.shape(), Shape({40, total_width(d.features)}));
}

TEST(Dataset, constant_columns_are_left_out_and_single_rows_warned_of) {
  const Dataset d = of("a,c,y\n1,3.5,u\n2,3.50,v\n3,3.5,v\n", {.target = "y"});
  EXPECT_EQ(names_of(d.features), (Lines{"a"}));
  EXPECT_EQ(d.warnings, (Lines{"column \"c\" is constant (3.5) and carries no information; it is left out",
                               "class \"u\" has one row only"}));
}

TEST(Dataset, columns_that_cannot_be_used_are_named) {
  const std::string text = "a,b,y\n1,x,0\n2,y,1\n";
  EXPECT_EQ(refusal(text, {.target = "z"}), "f.csv: no column \"z\"; the columns are \"a\", \"b\", \"y\"");
  EXPECT_EQ(refusal("y\n1\n2\n", {.target = "y"}),
            "f.csv: no feature column that tells anything; expected at least one besides the target \"y\"");
  EXPECT_EQ(refusal("a,y\n1,2\n", {.target = "y"}),
            "f.csv: 1 row of data; expected at least 2 to learn from");
}

TEST(Dataset, too_few_rows_with_a_target_are_refused) {
  EXPECT_EQ(refusal("a,w,y\n1,1,2\n2,0,3\n", {.target = "y", .weight = "w"}),
            "f.csv: 1 row with a target; expected at least 2 to learn from");
}

TEST(Dataset, numbers_too_large_for_float32_are_named) {
  EXPECT_EQ(refusal("a,y\n1,2\n1e300,3.5\n", {.target = "y"}),
            "f.csv:3:1: expected a number within ±3.4e38 (float32), found 1e+300 in column \"a\"");
}

/// 30 rows of ten or so words each, none of which is in more than one row.
std::string rare_words(bool with_number) {
  std::string text = with_number ? "note,a,y\n" : "note,y\n";
  for (int i = 0; i < 30; ++i) {
    for (int k = 0; k < 6; ++k) text += fmt::format("{}word{}x{}", k == 0 ? "" : " ", i, k);
    text += with_number ? fmt::format(",{},{}\n", 0.7 * i, 0.3 * i) : fmt::format(",{}\n", 0.3 * i);
  }
  return text;
}

TEST(Dataset, free_text_of_rare_words_is_left_out_with_a_note) {
  const Dataset d = of(rare_words(true), {.target = "y"});
  EXPECT_EQ(names_of(d.features), (Lines{"a"}));
  EXPECT_EQ(d.notes, (Lines{"column \"note\" holds no word that is frequent enough and is left out"}));
}

TEST(Dataset, free_text_of_rare_words_alone_is_refused) {
  EXPECT_EQ(refusal(rare_words(false), {.target = "y"}),
            "f.csv: no feature column that tells anything; expected at least one besides the target \"y\"");
}

TEST(RefitFeatures, leaves_nothing_of_other_rows_in_the_categories) {
  const Table table = parse_csv("b,y\nu,1.5\nv,\nw,2\nu,3\nz,4\n", "f.csv");
  const DatasetOptions options{.target = "y"};
  Dataset d = make_dataset(table, options);
  EXPECT_EQ(d.features[0].categories, (Lines{"u", "w", "z"}));
  // Of the four rows that stayed: "u", "w", "u", "z".
  refit_features(d, table, Rows{0, 2, 3}, options);
  EXPECT_EQ(d.features[0].categories, (Lines{"u", "z"}));
  EXPECT_EQ(d.features[0].kept, 2);
  EXPECT_EQ(floats(d.x.unpacked()), (std::vector<float>{0, 2, 0, 1}));  // "w": any other
}

TEST(RealData, has_the_tasks_it_is_known_for) {
  const std::string folder = std::string(KETTE_SOURCE_DIR) + "/data/";
  const Dataset diabetes = make_dataset(read_csv(folder + "diabetes.csv"), {.target = "target"});
  EXPECT_EQ(diabetes.task, Task::regression);
  EXPECT_EQ(diabetes.x.shape(), Shape({442, 10}));
  const Dataset cancer = make_dataset(read_csv(folder + "breast_cancer.csv"), {.target = "diagnosis"});
  EXPECT_EQ(cancer.task, Task::binary);
  EXPECT_EQ(cancer.labels, (Lines{"benign", "malignant"}));
  EXPECT_EQ(cancer.x.shape(), Shape({569, 30}));
  const Dataset digits = make_dataset(read_csv(folder + "digits.csv"), {.target = "digit"});
  EXPECT_EQ(digits.task, Task::multiclass);
  EXPECT_EQ(digits.labels, (Lines{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  // Pixels that are 0 in every image are left out.
  EXPECT_EQ(digits.x.shape()[0], 1797);
  EXPECT_EQ(digits.x.shape()[1], 61);  // of 64 pixels three are constant
  EXPECT_EQ(digits.warnings.size(), 1u);
}

}  // namespace
}  // namespace kette::data::dataset_test
