#include "kette/kernels/divide_bytes.h"

#include <gtest/gtest.h>

#include <vector>

#include "kette/kernels/simd_targets.h"

namespace kette::kernels::divide_bytes_test {
namespace {

class DivideBytes : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

TEST_P(DivideBytes, gives_the_quotients_that_division_gives_and_no_more) {
  for (const int64_t size : {0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 256, 717})
    for (const float divisor : {1.f, 255.f, 3.f, 0.1f}) {
      std::vector<uint8_t> bytes;
      for (int64_t i = 0; i < size; ++i) bytes.push_back(static_cast<uint8_t>(255 - i));
      std::vector<float> to(static_cast<size_t>(size) + 1, 77);
      divide_bytes(bytes.data(), size, divisor, to.data());
      for (size_t i = 0; i < bytes.size(); ++i)
        ASSERT_EQ(to[i], static_cast<float>(bytes[i]) / divisor) << i << " of " << size;
      EXPECT_EQ(to.back(), 77);
    }
}

INSTANTIATE_TEST_SUITE_P(Every, DivideBytes, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return hwy::TargetName(info.param); });

}  // namespace
}  // namespace kette::kernels::divide_bytes_test
