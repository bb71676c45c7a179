// The one loop that all element-wise operations share; see map.h.

#include <cstdint>

#include "hwy/highway.h"
#include "kette/kernels/math-inl.h"

// Per-target include guard (Highway's convention).
#if defined(KETTE_KERNELS_MAP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MAP_INL_H_
#undef KETTE_KERNELS_MAP_INL_H_
#else
#define KETTE_KERNELS_MAP_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// out[i] = Functor::apply(d, parameters, in[0][i], …). The tail is one masked step, so a short row costs one
/// step.
template <class Functor, int kOperands, class T>
HWY_INLINE void map_loop(const void* const* in, void* out, int64_t n, const double* parameters) {
  const hn::ScalableTag<T> d;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  const T* HWY_RESTRICT a = static_cast<const T*>(in[0]);
  const T* HWY_RESTRICT b = kOperands > 1 ? static_cast<const T*>(in[1]) : nullptr;
  const T* HWY_RESTRICT c = kOperands > 2 ? static_cast<const T*>(in[2]) : nullptr;
  T* to = static_cast<T*>(out);
  const auto compute = [&](auto load, int64_t i) HWY_ATTR {
    if constexpr (kOperands == 1)
      return Functor::apply(d, parameters, load(a + i));
    else if constexpr (kOperands == 2)
      return Functor::apply(d, parameters, load(a + i), load(b + i));
    else
      return Functor::apply(d, parameters, load(a + i), load(b + i), load(c + i));
  };
  int64_t i = 0;
  for (; i + step <= n; i += step)
    hn::StoreU(compute([&](const T* p) HWY_ATTR { return hn::LoadU(d, p); }, i), d, to + i);
  if (i == n) return;
  const auto mask = hn::FirstN(d, static_cast<size_t>(n - i));
  hn::BlendedStore(compute([&](const T* p) HWY_ATTR { return hn::MaskedLoad(mask, d, p); }, i), mask, d,
                   to + i);
}

}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

/// For the instruction set being compiled: the loops `name_f32` and `name_f64` of a functor.
#define KETTE_MAP(name, functor, operands)                                        \
  void name##_f32(const void* const* in, void* out, int64_t n, const double* p) { \
    map_loop<functor, operands, float>(in, out, n, p);                            \
  }                                                                               \
  void name##_f64(const void* const* in, void* out, int64_t n, const double* p) { \
    map_loop<functor, operands, double>(in, out, n, p);                           \
  }

/// After the last instruction set: `MapLoops name_loops()`, the loops for this machine's processor.
#define KETTE_MAP_DISPATCH(name)                                     \
  HWY_EXPORT(name##_f32);                                            \
  HWY_EXPORT(name##_f64);                                            \
  MapLoops name##_loops() {                                          \
    return {kernels::choose_target(HWY_DISPATCH_TABLE(name##_f32)),  \
            kernels::choose_target(HWY_DISPATCH_TABLE(name##_f64))}; \
  }

#endif  // per-target include guard
