#include "kette/train/labelled.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"
#include "kette/data/csv.h"

namespace kette::labelled_test {
namespace {

using data::Feature;

Schema classes() {
  return {.task = data::Task::binary,
          .features = {{.name = "a"},
                       {.name = "c", .kind = Feature::Kind::category, .categories = {"u", "v"}, .kept = 2}},
          .targets = {"y"},
          .labels = {"no", "yes"}};
}
Schema numbers() { return {.features = {{.name = "a"}}, .targets = {"y", "z"}}; }

Labelled of(const Schema& schema, std::string_view text) {
  return labelled_samples(schema, data::parse_csv(text, "f.csv"));
}
std::string refusal(const Schema& schema, std::string_view text) {
  try {
    of(schema, text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LabelledSamples, are_rows_in_terms_of_the_schema) {
  const Labelled found = of(classes(), "y,more,c,a\nyes,x,v,1.5\nno,y,u,\nYES,z,,3\n");
  EXPECT_EQ(found.samples.features.shape(), Shape({3, 2}));
  EXPECT_EQ(found.samples.features.unpacked().at(0), 1.5);
  EXPECT_EQ(found.samples.features.unpacked().at(1), 1);
  EXPECT_TRUE(std::isnan(found.samples.features.unpacked().at(2)));
  EXPECT_EQ(found.samples.features.unpacked().at(5), 3);  // missing
  EXPECT_EQ(found.samples.targets, Tensor(Shape({3}, DType::i64), {int64_t{1}, int64_t{0}, int64_t{1}}));
  EXPECT_EQ(found.without_target, 0);
  EXPECT_TRUE(found.unseen.empty());
}

TEST(LabelledSamples, rows_without_a_target_are_left_out_and_counted) {
  const Labelled found = of(numbers(), "a,y,z\n1,2,3\n4,,6\n7,8,\n9,10,11\n");
  EXPECT_EQ(found.without_target, 2);
  EXPECT_EQ(found.samples.features, Tensor(Shape({2, 1}), {1.f, 9.f}));
  EXPECT_EQ(found.samples.targets, Tensor(Shape({2, 2}), {2.f, 3.f, 10.f, 11.f}));
}

TEST(LabelledSamples, rows_with_unknown_labels_are_left_out_when_asked_to_and_counted) {
  const data::Table table =
      data::parse_csv("y,c,a\nyes,v,1\nmaybe,v,2\n,v,3\nno,v,4\nperhaps,v,5\n", "f.csv");
  const Labelled found = labelled_samples(classes(), table, nullptr, UnknownLabels::leave_out);
  EXPECT_EQ(found.rows, (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(found.samples.features.unpacked().at(2), 4);
  EXPECT_EQ(found.samples.targets, Tensor(Shape({2}, DType::i64), {int64_t{1}, int64_t{0}}));
  EXPECT_EQ(describe_left_out(found),
            (std::vector<std::string>{"1 row without a target left out",
                                      "2 rows left out, with labels in column \"y\" that the model does not "
                                      "know (\"maybe\" at f.csv:3:1)"}));
}

TEST(LabelledSamples, labels_that_are_all_unknown_are_an_error) {
  const data::Table table = data::parse_csv("y,c,a\nmaybe,v,2\nperhaps,v,5\n", "f.csv");
  EXPECT_THROW(labelled_samples(classes(), table, nullptr, UnknownLabels::leave_out), data::UnknownLabel);
}

TEST(LabelledSamples, a_single_target_is_a_column) {
  Schema schema = numbers();
  schema.targets = {"y"};
  EXPECT_EQ(of(schema, "a,y\n1,2\n3,4\n").samples.targets.shape(), Shape({2, 1}));
}

TEST(LabelledSamples, categories_that_the_model_does_not_know_are_told) {
  const Labelled found = of(classes(), "a,c,y\n1,u,no\n2,w,no\n3,w,yes\n4,x,no\n");
  EXPECT_EQ(describe(found.unseen),
            (std::vector<std::string>{"column \"c\": 3 rows hold a category not seen in training, taken as "
                                      "any other (\"w\" at f.csv:3:2)"}));
  EXPECT_EQ(describe(of(classes(), "a,c,y\n1,w,no\n2,u,no\n").unseen),
            (std::vector<std::string>{"column \"c\": 1 row holds a category not seen in training, taken as "
                                      "any other (\"w\" at f.csv:2:2)"}));
}

TEST(LabelledSamples, what_does_not_fit_is_named) {
  EXPECT_EQ(refusal(classes(), "a,c,y\n1,u,perhaps\n"),
            "f.csv:2:3: expected one of the labels no, yes, found \"perhaps\" in column \"y\"");
  EXPECT_EQ(refusal(classes(), "a,y\n1,no\n"), "f.csv: missing column \"c\"");
  EXPECT_EQ(refusal(classes(), "a,c,y\n1,u,\n"), "f.csv: no row has a value in y");
  EXPECT_EQ(refusal(numbers(), "a,y\n1,2\n"), "f.csv: no column \"z\"; the columns are \"a\", \"y\"");
  EXPECT_EQ(refusal(numbers(), "a,y,z\n1,2,x\n"),
            "f.csv:2:3: expected a number, found \"x\" in column \"z\"");
}

}  // namespace
}  // namespace kette::labelled_test
