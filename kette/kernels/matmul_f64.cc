#include "kette/kernels/matmul_loops.h"
#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kette/kernels/matmul_loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

MatmulLoops LoopsF64() { return loops<double>(); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(LoopsF64);

MatmulLoops matmul_loops_f64() { return choose_target(HWY_DISPATCH_TABLE(LoopsF64))(); }

}  // namespace kette::kernels
#endif  // HWY_ONCE
