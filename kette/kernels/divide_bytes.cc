#include "kette/kernels/divide_bytes.h"

#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void DivideBytes(const uint8_t* bytes, int64_t count, float divisor, float* to) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const hn::Rebind<uint8_t, decltype(d)> narrow;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto by = hn::Set(d, divisor);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::Div(hn::ConvertTo(d, hn::PromoteTo(whole, hn::LoadU(narrow, bytes + i))), by), d, to + i);
  for (; i < count; ++i) to[i] = static_cast<float>(bytes[i]) / divisor;
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(DivideBytes);

void divide_bytes(const uint8_t* bytes, int64_t count, float divisor, float* to) {
  choose_target(HWY_DISPATCH_TABLE(DivideBytes))(bytes, count, divisor, to);
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
