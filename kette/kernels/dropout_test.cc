#include "kette/kernels/dropout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "kette/base/random.h"
#include "kette/kernels/simd_targets.h"

namespace kette::kernels::dropout_test {
namespace {

constexpr DropoutDraws kDraws{.key = 0x0123456789ABCDEF, .sequence = 0xFEDCBA9876543210, .lowest = 1u << 30};

/// Is element i to stay, by the generator's definition?
bool stays(const DropoutDraws& draws, int64_t i) {
  const auto block = static_cast<uint64_t>(i / 4);
  const auto words =
      philox(draws.key, {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                         static_cast<uint32_t>(draws.sequence), static_cast<uint32_t>(draws.sequence >> 32)});
  return words[static_cast<size_t>(i % 4)] >= draws.lowest;
}

class DropoutTargets : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

template <class T>
void expect_definition(DType dtype) {
  const DropoutLoop loop = dropout_loop(dtype);
  for (const int64_t size : {0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 1000}) {
    std::vector<T> x, y(static_cast<size_t>(size) + 1, T{77});
    for (int64_t i = 0; i < size; ++i) x.push_back(static_cast<T>(i) - T{3});
    loop(kDraws, 4.0 / 3, x.data(), y.data(), 0, size);
    for (int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<size_t>(i);
      EXPECT_EQ(y[at], stays(kDraws, i) ? x[at] * static_cast<T>(4.0 / 3) : T{0}) << i << " of " << size;
    }
    EXPECT_EQ(y.back(), T{77});
  }
}

TEST_P(DropoutTargets, elements_stay_as_the_generator_says) {
  expect_definition<float>(DType::f32);
  expect_definition<double>(DType::f64);
}

TEST_P(DropoutTargets, tiles_of_any_extent_give_the_same_elements) {
  const std::vector<float> x(1001, 1);
  std::vector<float> whole(x.size()), tiled(x.size());
  const DropoutLoop loop = dropout_loop(DType::f32);
  loop(kDraws, 1, x.data(), whole.data(), 0, 1001);
  for (const auto& [begin, end] : {std::pair{400, 1001}, {4, 8}, {8, 52}, {52, 400}, {0, 4}})
    loop(kDraws, 1, x.data() + begin, tiled.data() + begin, begin, end - begin);
  EXPECT_EQ(tiled, whole);
}

TEST_P(DropoutTargets, the_result_may_replace_the_operand_and_dropped_numbers_need_not_be_finite) {
  std::vector<float> x(100, std::numeric_limits<float>::quiet_NaN());
  dropout_loop(DType::f32)(kDraws, 1, x.data(), x.data(), 0, 100);
  for (int64_t i = 0; i < 100; ++i) EXPECT_EQ(std::isnan(x[static_cast<size_t>(i)]), stays(kDraws, i)) << i;
}

TEST_P(DropoutTargets, positions_beyond_32_bits_are_others) {
  // Blocks 2³⁴/4 and 0 would be the same if only the low half of a position counted.
  constexpr int64_t kFar = int64_t{1} << 34;
  std::vector<float> x(64, 1), near(64), far(64);
  const DropoutLoop loop = dropout_loop(DType::f32);
  loop(kDraws, 1, x.data(), near.data(), 0, 64);
  loop(kDraws, 1, x.data(), far.data(), kFar, 64);
  for (int64_t i = 0; i < 64; ++i) EXPECT_EQ(far[static_cast<size_t>(i)] != 0, stays(kDraws, kFar + i)) << i;
  EXPECT_NE(near, far);
}

INSTANTIATE_TEST_SUITE_P(AllTargets, DropoutTargets, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

}  // namespace
}  // namespace kette::kernels::dropout_test
