#include "kette/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kette::tensor_test {
namespace {

TEST(Tensor, begins_as_zeros_on_an_aligned_address) {
  for (const int64_t n : {1, 3, 1000}) {
    const Tensor tensor(Shape({n}, DType::f64));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes()) % kAlignment, 0u);
    for (const double value : tensor.values<double>()) EXPECT_EQ(value, 0);
  }
}

TEST(Tensor, a_default_one_is_empty) {
  const Tensor tensor;
  EXPECT_EQ(tensor.shape(), Shape({0}));
  EXPECT_TRUE(tensor.values<float>().empty());
  EXPECT_EQ(tensor, Tensor(tensor));
}

TEST(Tensor, copies_do_not_share_elements) {
  const Tensor original(Shape({2}), {1.0f, 2.0f});
  Tensor copy = original;
  EXPECT_EQ(copy, original);
  copy.set(0, 9);
  EXPECT_EQ(original.at(0), 1);
  EXPECT_NE(copy, original);
}

TEST(Tensor, a_moved_from_one_is_empty) {
  Tensor original(Shape({2}), {1.0f, 2.0f});
  const float* address = original.values<float>().data();
  const Tensor moved = std::move(original);
  EXPECT_EQ(moved.values<float>().data(), address);
  EXPECT_EQ(original, Tensor());  // NOLINT(bugprone-use-after-move): the contract
}

TEST(Tensor, equality_is_that_of_bits) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Tensor(Shape({}), {nan}), Tensor(Shape({}), {nan}));
  EXPECT_NE(Tensor(Shape({}), {0.0f}), Tensor(Shape({}), {-0.0f}));
  EXPECT_NE(Tensor(Shape({1}), {1.0f}), Tensor(Shape({}), {1.0f}));
}

TEST(Tensor, elements_are_read_and_set_as_doubles) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
    Tensor tensor(Shape({2}, dtype));
    tensor.set(1, -7);
    EXPECT_EQ(tensor.at(0), 0);
    EXPECT_EQ(tensor.at(1), -7);
  }
}

TEST(Tensor, setting_rounds_to_the_element_type) {
  Tensor f32(Shape({}));
  f32.set(0, 0.1);
  EXPECT_EQ(f32.at(0), static_cast<double>(0.1f));
  Tensor i64(Shape({}, DType::i64));
  i64.set(0, 2.6);
  EXPECT_EQ(i64.at(0), 3);
}

TEST(Tensor, what_is_no_whole_number_of_64_bits_is_refused) {
  Tensor tensor(Shape({}, DType::i64));
  for (const double value : {std::nan(""), HUGE_VAL, 0x1p63, -0x1.1p63})
    EXPECT_THROW(tensor.set(0, value), Error);
  tensor.set(0, -0x1p63);
  EXPECT_EQ(tensor.values<int64_t>()[0], INT64_MIN);
}

TEST(Tensor, values_of_another_type_or_count_are_refused) {
  const Tensor tensor(Shape({2}));
  EXPECT_THROW(tensor.values<double>(), Error);
  EXPECT_THROW(Tensor(Shape({2}), {1.0f}), Error);
  EXPECT_THROW(Tensor(Shape({2}), {1.0, 2.0}), Error);
  EXPECT_THROW(Tensor(Shape({kBatch, 2})), Error);
}

TEST(Tensor, reshaping_keeps_the_elements_in_order) {
  const Tensor tensor(Shape({2, 2}), {1.0f, 2.0f, 3.0f, 4.0f});
  EXPECT_EQ(tensor.reshaped(Shape({4})), Tensor(Shape({4}), {1.0f, 2.0f, 3.0f, 4.0f}));
  EXPECT_THROW(tensor.reshaped(Shape({3})), Error);
  EXPECT_THROW(tensor.reshaped(Shape({4}, DType::f64)), Error);
}

TEST(Tensor, more_memory_than_there_is_is_refused) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers end the program instead";
#endif
  EXPECT_THROW(Tensor(Shape({int64_t{1} << 58})), Error);
}

}  // namespace
}  // namespace kette::tensor_test
