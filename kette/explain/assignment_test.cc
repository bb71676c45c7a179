#include "kette/explain/assignment.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"
#include "kette/data/read.h"
#include "kette/explain/row.h"
#include "kette/explain/subject.h"
#include "kette/train/build.h"

namespace kette::assignment_test {
namespace {

std::string error_of(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(Assignment, names_indices_and_values) {
  const Assignment plain = parse_assignment(" a = 2 ");
  EXPECT_EQ(plain.name, "a");
  EXPECT_TRUE(plain.indices.empty());
  EXPECT_EQ(plain.value, "2");
  const Assignment element = parse_assignment("W1[1, 3]=0.5");
  EXPECT_EQ(element.name, "W1");
  EXPECT_EQ(element.indices, (std::vector<int64_t>{1, 3}));
  for (const char* wrong : {"a", "=1", "W[1=5", "W[1]]=7", "W[1.5]=5", "W[1 2]=7", "W[]=1"})
    EXPECT_NE(error_of([&] { parse_assignment(wrong); }), "none") << wrong;
}

TEST(Assignment, tensors_have_the_shape_that_brackets_say) {
  const Shape shape({3, 2}, DType::f64);
  const Tensor expected(shape, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
  for (const char* text : {"1 2 3 4 5 6", "1,2,3,4,5,6", "[1, 2, 3, 4, 5, 6]", "[[1, 2], [3, 4], [5, 6]]"})
    EXPECT_EQ(parse_tensor("W", shape, text), expected) << text;
  for (const char* wrong : {"[[1,2,3],[4,5,6]]", "[[1,2],[3,4],[5,6]", "[[[1]]],2,[[3,4,5],6]",
                            "1,2,3,4,5,6]", "1 2 3", "[[1,2],[3,4],5,6]", "1,2,3,4,5,x", "1,2,3,4,5,7e999"})
    EXPECT_NE(error_of([&] { parse_tensor("W", shape, wrong); }), "none") << wrong;
  EXPECT_EQ(error_of([] { parse_tensor("i", Shape({}, DType::i64), "1.5"); }),
            "i is i64[]: expected whole numbers, found 1.5");
}

/// Texts that look like numbers stay what the schema says.
TEST(SetValue, keeps_categories_as_they_are_written) {
  const data::Table rows =
      data::parse_table(
          "size,kind,label\n1,007,a\n2,inf,b\n3,1e5,a\n4,007,b\n5,inf,a\n6,1e5,b\n7,none,a\n8,none,b\n",
          "t.csv")
          .table;
  const data::Dataset dataset = data::make_dataset(rows, {.target = "label", .categorical = {"kind"}});
  std::vector<int64_t> all;
  for (int64_t i = 0; i < dataset.rows(); ++i) all.push_back(i);
  Subject subject = subject_of(std::move(build_network(dataset, all, {.hidden = {3}}, 1).model), "net");
  const auto features = [&] { return subject.inputs.at(subject.features.name()); };
  std::vector<Tensor> expected;
  for (const int64_t row : {0, 1, 2}) {
    bind_row(subject, row_of(rows, row));
    expected.push_back(features());
  }
  bind_row(subject, row_of(rows, 0));
  set_value(subject, "size=2");
  set_value(subject, "kind=inf");
  EXPECT_EQ(features(), expected[1]);
  set_value(subject, "size=3");
  set_value(subject, "kind=1e5");
  EXPECT_EQ(features(), expected[2]);

  // A row without what was expected has no loss to show.
  EXPECT_TRUE(is_expected_known(subject));
  set_value(subject, "label=");
  EXPECT_FALSE(is_expected_known(subject));
  EXPECT_EQ(error_of([&] { set_value(subject, "label=c"); }), "label: \"c\" is none of the classes a, b");
  EXPECT_EQ(error_of([&] { set_value(subject, "size=big"); }), "size: expected a number, found \"big\"");
  EXPECT_NE(error_of([&] { set_value(subject, "learning_rate=1"); }), "none");
}

/// A text in another row makes the column a text; this row is a number all the same.
TEST(SetValue, another_rows_text_does_not_matter) {
  const data::Table rows = data::parse_table("size,label\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n", "t.csv").table;
  const data::Dataset dataset = data::make_dataset(rows, {.target = "label"});
  std::vector<int64_t> all = {0, 1, 2, 3, 4, 5};
  Subject subject = subject_of(std::move(build_network(dataset, all, {.hidden = {3}}, 1).model), "net");
  const data::Table mixed = data::parse_table("size,label\n2,a\nfoo,b\n", "m.csv").table;
  bind_row(subject, row_of(mixed, 0));
  EXPECT_EQ(subject.inputs.at(subject.features.name()).at(0), 2);
  EXPECT_EQ(error_of([&] { bind_row(subject, row_of(mixed, 1)); }).substr(0, 10), "m.csv:3:1:");
}

TEST(SetValue, an_element_needs_a_whole) {
  Subject subject = subject_of_text("input x: f64[1,2]\ny = sum(x)\n", "text");
  EXPECT_EQ(error_of([&] { set_value(subject, "x[2]=1"); }), "x has no value yet: give it whole, x=[…]");
  set_value(subject, "x=[1, 2]");
  set_value(subject, "x[2]=5");
  EXPECT_EQ(subject.inputs.at("x").at(1), 5);
  EXPECT_EQ(error_of([&] { set_value(subject, "x[3]=1"); }), "x is f64[1,2]: there is no element [3]");
}

}  // namespace
}  // namespace kette::assignment_test
