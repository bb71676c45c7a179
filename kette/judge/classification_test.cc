#include "kette/judge/classification.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"

namespace kette::classification_test {
namespace {

using Classes = std::vector<int64_t>;

TEST(Confusion, only_cells_that_are_met_are_kept) {
  const Confusion confusion = count_confusion(Classes{2, 0, 2, 2}, Classes{0, 0, 2, 0}, 3);
  EXPECT_EQ(confusion.cells, (std::vector<Confusion::Cell>{{0, 0, 1}, {2, 0, 2}, {2, 2, 1}}));
  EXPECT_EQ(confusion.expected, (Classes{1, 0, 3}));
  EXPECT_EQ(confusion.predicted, (Classes{3, 0, 1}));
}

TEST(Confusion, the_most_frequent_mistakes_come_first_equal_ones_in_the_order_of_the_matrix) {
  const Confusion confusion = count_confusion(Classes{0, 1, 2, 2, 1, 0}, Classes{1, 0, 1, 1, 1, 0}, 3);
  EXPECT_EQ(most_frequent_mistakes(confusion, 2), (std::vector<Confusion::Cell>{{2, 1, 2}, {0, 1, 1}}));
}

TEST(Confusion, a_class_that_is_none_is_refused) {
  EXPECT_THROW(count_confusion(Classes{0}, Classes{3}, 3), Error);
  EXPECT_THROW(count_confusion(Classes{-1}, Classes{0}, 3), Error);
  EXPECT_THROW(count_confusion(Classes{}, Classes{}, 3), Error);
  EXPECT_THROW(count_confusion(Classes{0, 1}, Classes{0}, 3), Error);
}

TEST(Confusion, many_classes_take_no_square_of_memory) {
  // A matrix of all cells would take 80 GB.
  const Confusion confusion = count_confusion(Classes{99999, 5}, Classes{99999, 7}, 100000);
  EXPECT_EQ(confusion.cells.size(), 2u);
  EXPECT_DOUBLE_EQ(accuracy(confusion), 0.5);
}

TEST(TopK, of_equal_probabilities_the_first_class_counts_first) {
  const Tensor equal(Shape({3, 3}), {0.25f, 0.5f, 0.25f, 0.25f, 0.5f, 0.25f, 0.25f, 0.5f, 0.25f});
  const Tensor classes(Shape({3}, DType::i64), {int64_t{0}, int64_t{1}, int64_t{2}});
  EXPECT_DOUBLE_EQ(top_k_accuracy(equal, classes, 1), 1 / 3.0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(equal, classes, 2), 2 / 3.0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(equal, classes, 3), 1);
}

}  // namespace
}  // namespace kette::classification_test
