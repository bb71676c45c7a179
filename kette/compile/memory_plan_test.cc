#include "kette/compile/memory_plan.h"

#include <gtest/gtest.h>

#include "kette/base/random.h"

namespace kette::memory_plan_test {
namespace {

bool live_together(const BufferUse& a, const BufferUse& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

TEST(MemoryPlan, buffers_live_at_the_same_step_never_overlap) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Random random(seed);
    uint64_t position = 0;
    std::vector<BufferUse> uses(1 + random.below(40, position++));
    for (BufferUse& use : uses) {
      use.bytes = static_cast<int64_t>(random.below(1000, position++));
      use.first_step = static_cast<int>(random.below(20, position++));
      use.last_step = use.first_step + static_cast<int>(random.below(8, position++));
    }
    const MemoryPlan plan = plan_memory(uses);
    ASSERT_EQ(plan.offsets.size(), uses.size());
    for (size_t i = 0; i < uses.size(); ++i) {
      EXPECT_EQ(plan.offsets[i] % 64, 0);
      EXPECT_LE(plan.offsets[i] + uses[i].bytes, plan.total);
      for (size_t j = 0; j < i; ++j) {
        if (!live_together(uses[i], uses[j])) continue;
        EXPECT_TRUE(plan.offsets[i] + uses[i].bytes <= plan.offsets[j] ||
                    plan.offsets[j] + uses[j].bytes <= plan.offsets[i])
            << "buffers " << i << " and " << j;
      }
    }
  }
}

TEST(MemoryPlan, buffers_of_different_times_share_memory) {
  const std::vector<BufferUse> uses{{1000, 0, 1}, {1000, 2, 3}, {1000, 4, 5}};
  EXPECT_EQ(plan_memory(uses).total, 1024);
}

}  // namespace
}  // namespace kette::memory_plan_test
