// Which instruction sets the SIMD loops are compiled for, and how one is chosen. Every SIMD file includes
// this before hwy/foreach_target.h, so that all agree.
#pragma once

#include <cstddef>
#include <cstdint>

// x86: plain C++, AVX2 and AVX-512. Elsewhere: what Highway finds, without the sizeless vectors, because
// the kernels keep arrays of vectors in registers. Fewer targets keep the build short.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3_DL | HWY_SSE4 | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#include <hwy/targets.h>

namespace kette::kernels {

/// The entry of a HWY_EXPORT table for this CPU, to be stored and called without further dispatch:
/// `choose_target(HWY_DISPATCH_TABLE(Loop))`. The CPU is asked once only: in a virtual machine each of the
/// instructions that ask takes as long as a small network's step.
template <class Function, size_t N>
Function choose_target(Function const (&table)[N]) {
  if constexpr (N == 1) {
    return table[0];
  } else {
    auto& chosen = hwy::GetChosenTarget();
    if (!chosen.IsInitialized()) chosen.Update(hwy::SupportedTargets());
    return table[chosen.GetIndex()];
  }
}

/// For tests: what is chosen from now on is for this one of hwy::SupportedAndGeneratedTargets(), after 0 for
/// the best one again.
inline void use_target_for_test(int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace kette::kernels
