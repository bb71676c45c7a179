#include "kette/tensor/shape.h"

#include <gtest/gtest.h>

#include <vector>

#include "kette/base/error.h"

namespace kette::shape_test {
namespace {

/// The message of the Error that `f` throws, or "" when it throws none.
template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Shape, prints_and_parses_back) {
  const std::vector<std::pair<Shape, std::string>> cases = {
      {Shape({}), "f32[]"},
      {Shape({kBatch, 10}), "f32[N,10]"},
      {Shape({kBatch}, DType::i64), "i64[N]"},
      {Shape({0, 3}, DType::f64), "f64[0,3]"},
      {Shape({1, 2, 3, 4, 5, 6, 7, 8}), "f32[1,2,3,4,5,6,7,8]"},
  };
  for (const auto& [shape, text] : cases) {
    EXPECT_EQ(to_string(shape), text);
    EXPECT_EQ(parse_shape(text), shape) << text;
  }
}

TEST(Shape, malformed_texts_are_refused) {
  for (const std::string_view text : {"", "f32", "f32[", "[3]", "f16[3]", "f32[3,]", "f32[,3]", "f32[-1]",
                                      "f32[-0]", "f32[3,N]", "f32[3.5]", "f32[ 3]", "f32[3]]", "f32[3] ",
                                      "f32[99999999999999999999]", "f32[1,1,1,1,1,1,1,1,1]", "]f32["})
    EXPECT_THROW(parse_shape(text), Error) << text;
}

TEST(Shape, a_negative_dim_is_refused_and_named) {
  EXPECT_EQ(message([] { Shape({2, -3}); }), "[shape] dim 1 is -3; dims must not be negative");
  EXPECT_THROW(Shape({2, kBatch}), Error);
}

TEST(Shape, more_elements_than_can_be_addressed_are_refused) {
  constexpr int64_t kLarge = int64_t{1} << 32;
  EXPECT_EQ(message([] {
              Shape({kLarge, kLarge});
            }),
            "[shape] too many elements: dims [4294967296,4294967296]");
  EXPECT_THROW(Shape({kLarge, kLarge, 0}), Error);  // also where a zero hides it
  EXPECT_THROW(Shape({INT64_MAX / 8}), Error);
  EXPECT_EQ(Shape({INT64_MAX / 16}, DType::f64).bytes(), INT64_MAX / 16 * 8);
}

TEST(Shape, binding_the_batch_gives_a_concrete_shape) {
  const Shape shape({kBatch, 10}, DType::f64);
  EXPECT_EQ(shape.bind(32), Shape({32, 10}, DType::f64));
  EXPECT_EQ(shape.bind(0).size(), 0);
  EXPECT_EQ(Shape({5}).bind(32), Shape({5}));
}

TEST(Shape, binding_an_impossible_batch_is_refused) {
  const Shape shape({kBatch, int64_t{1} << 40});
  EXPECT_THROW(shape.bind(-1), Error);
  EXPECT_THROW(shape.bind(int64_t{1} << 40), Error);
}

TEST(Shape, has_no_size_before_the_batch_is_bound) {
  EXPECT_EQ(message([] { Shape({kBatch, 2}).size(); }), "[shape] f32[N,2] has no size before N is bound");
  EXPECT_EQ(Shape({4, 3, 2}).size(), 24);
  EXPECT_EQ(Shape({}).size(), 1);
}

TEST(Shape, products_cover_the_dims_asked_for) {
  const Shape shape({kBatch, 3, 4});
  EXPECT_EQ(shape.product(0, 3, 5), 60);
  EXPECT_EQ(shape.product(1, 3), 12);
  EXPECT_EQ(shape.product(2, 2), 1);
}

TEST(Shape, equality_tells_dims_rank_and_type_apart) {
  EXPECT_EQ(Shape({2, 3}), Shape({2, 3}));
  EXPECT_NE(Shape({2, 3}), Shape({3, 2}));
  EXPECT_NE(Shape({2}), Shape({2, 0}));
  EXPECT_NE(Shape({2}), Shape({2}, DType::f64));
  EXPECT_TRUE(Shape({2}).same_dims(Shape({2}, DType::f64)));
  EXPECT_FALSE(Shape({2}).same_dims(Shape({2, 1})));
  EXPECT_EQ(Shape({2}).as(DType::i64), Shape({2}, DType::i64));
}

TEST(Shape, element_types_have_names_and_sizes) {
  EXPECT_EQ(parse_dtype("i64"), DType::i64);
  EXPECT_EQ(size_of(DType::f32), 4);
  EXPECT_EQ(size_of(DType::i64), 8);
  EXPECT_EQ(message([] { parse_dtype("int"); }),
            "[shape] unknown element type \"int\"; expected f32, f64 or i64");
}

TEST(ResolveAxis, counts_negative_axes_from_the_end) {
  EXPECT_EQ(resolve_axis("sum", -1, 3), 2);
  EXPECT_EQ(resolve_axis("sum", 0, 3), 0);
  EXPECT_EQ(message([] { resolve_axis("sum", 3, 3); }), "[sum] axis 3 is out of range for rank 3");
  EXPECT_THROW(resolve_axis("sum", -4, 3), Error);
  EXPECT_THROW(resolve_axis("sum", 0, 0), Error);
}

}  // namespace
}  // namespace kette::shape_test
