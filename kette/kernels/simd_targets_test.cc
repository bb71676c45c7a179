#include "kette/kernels/simd_targets.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <memory>

namespace kette::kernels {
namespace {

TEST(SimdTargets, are_those_that_highways_own_library_finds) {
#if !HWY_ARCH_X86
  GTEST_SKIP() << "Highway's library itself is linked";
#endif
  const std::unique_ptr<void, int (*)(void*)> library(dlopen("libhwy.so.1", RTLD_NOW | RTLD_LOCAL), dlclose);
  if (!library) GTEST_SKIP() << "Highway's library is not installed";
  void* function = dlsym(library.get(), "_ZN3hwy16SupportedTargetsEv");
  ASSERT_NE(function, nullptr) << dlerror();
  constexpr int64_t kCompiledFor = HWY_TARGETS;
  EXPECT_EQ(hwy::SupportedTargets() & kCompiledFor,
            reinterpret_cast<int64_t (*)()>(function)() & kCompiledFor);
}

TEST(SimdTargets, one_that_a_test_asks_for_is_chosen_until_it_asks_for_none) {
  const int64_t all = hwy::SupportedTargets();
  use_target_for_test(HWY_EMU128);
  EXPECT_EQ(hwy::SupportedTargets(), HWY_EMU128);
  use_target_for_test(0);
  EXPECT_EQ(hwy::SupportedTargets(), all);
}

}  // namespace
}  // namespace kette::kernels
