#include "kette/kernels/map_pairs.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kette/kernels/map_pairs.cc"
#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {

template <kernels::PairInner kInner, kernels::PairOuter kOuter>
struct Pair {
  template <class D, class V>
  static V apply(D, const double*, V a, V b, V c) {
    using kernels::PairInner, kernels::PairOuter;
    const V inner = kInner == PairInner::add ? hn::Add(a, b) : kInner == PairInner::sub ? hn::Sub(a, b) : hn::Mul(a, b);
    if constexpr (kOuter == PairOuter::add) return hn::Add(inner, c);
    else if constexpr (kOuter == PairOuter::sub) return hn::Sub(inner, c);
    else if constexpr (kOuter == PairOuter::mul) return hn::Mul(inner, c);
    else return hn::Sub(c, inner);
  }
};

template <class T, kernels::PairInner kInner, kernels::PairOuter kOuter>
void pair(const void* const* in, void* out, int64_t n, const double* parameters) {
  map_loop<Pair<kInner, kOuter>, 3, T>(in, out, n, parameters);
}

template <class T, kernels::PairInner kInner>
kernels::PairLoop pair_of(kernels::PairOuter outer) {
  using kernels::PairOuter;
  switch (outer) {
    case PairOuter::add: return pair<T, kInner, PairOuter::add>;
    case PairOuter::sub: return pair<T, kInner, PairOuter::sub>;
    case PairOuter::mul: return pair<T, kInner, PairOuter::mul>;
    default: return pair<T, kInner, PairOuter::reverse_sub>;
  }
}

template <class T>
kernels::PairLoop pair_of(kernels::PairInner inner, kernels::PairOuter outer) {
  using kernels::PairInner;
  switch (inner) {
    case PairInner::add: return pair_of<T, PairInner::add>(outer);
    case PairInner::sub: return pair_of<T, PairInner::sub>(outer);
    default: return pair_of<T, PairInner::mul>(outer);
  }
}

kernels::PairLoop pair_loop(bool f32, kernels::PairInner inner, kernels::PairOuter outer) {
  return f32 ? pair_of<float>(inner, outer) : pair_of<double>(inner, outer);
}

}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette {
HWY_EXPORT(pair_loop);

kernels::PairLoop kernels::pair_loop(DType dtype, PairInner inner, PairOuter outer) {
  return choose_target(HWY_DISPATCH_TABLE(pair_loop))(dtype == DType::f32, inner, outer);
}
}  // namespace kette
#endif  // HWY_ONCE
