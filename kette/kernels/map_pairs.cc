#include "kette/kernels/map_pairs.h"

#include "kette/kernels/map.h"

HWY_BEFORE_NAMESPACE();
namespace kette::HWY_NAMESPACE {

template <kernels::PairInner kInner, kernels::PairOuter kOuter>
struct Pair {
  template <class D, class V>
  static V apply(D, const double*, V a, V b, V c) {
    using kernels::PairInner, kernels::PairOuter;
    const V inner = kInner == PairInner::add   ? hn::Add(a, b)
                    : kInner == PairInner::sub ? hn::Sub(a, b)
                                               : hn::Mul(a, b);
    if constexpr (kOuter == PairOuter::add)
      return hn::Add(inner, c);
    else if constexpr (kOuter == PairOuter::sub)
      return hn::Sub(inner, c);
    else if constexpr (kOuter == PairOuter::mul)
      return hn::Mul(inner, c);
    else
      return hn::Sub(c, inner);
  }
};

/// The same with b given as a parameter.
template <kernels::PairInner kInner, kernels::PairOuter kOuter>
struct UniformPair {
  template <class D, class V>
  static V apply(D d, const double* b, V a, V c) {
    return Pair<kInner, kOuter>::apply(d, b, a, hn::Set(d, static_cast<hn::TFromD<D>>(*b)), c);
  }
};

template <class T, kernels::PairInner kInner, kernels::PairOuter kOuter>
void pair(const void* const* in, void* out, int64_t n, const double* parameters) {
  map_loop<Pair<kInner, kOuter>, 3, T>(in, out, n, parameters);
}

template <class T, kernels::PairInner kInner, kernels::PairOuter kOuter>
void uniform_pair(const void* const* in, void* out, int64_t n, const double*) {
  const void* const rest[] = {in[0], in[2]};
  const double b = static_cast<double>(*static_cast<const T*>(in[1]));  // and back again without loss
  map_loop<UniformPair<kInner, kOuter>, 2, T>(rest, out, n, &b);
}

template <class T, kernels::PairInner kInner>
kernels::PairLoop pair_of(kernels::PairOuter outer, bool uniform) {
  using kernels::PairOuter;
  switch (outer) {
    case PairOuter::add:
      return uniform ? uniform_pair<T, kInner, PairOuter::add> : pair<T, kInner, PairOuter::add>;
    case PairOuter::sub:
      return uniform ? uniform_pair<T, kInner, PairOuter::sub> : pair<T, kInner, PairOuter::sub>;
    case PairOuter::mul:
      return uniform ? uniform_pair<T, kInner, PairOuter::mul> : pair<T, kInner, PairOuter::mul>;
    default:
      return uniform ? uniform_pair<T, kInner, PairOuter::reverse_sub>
                     : pair<T, kInner, PairOuter::reverse_sub>;
  }
}

template <class T>
kernels::PairLoop pair_of(kernels::PairInner inner, kernels::PairOuter outer, bool uniform) {
  using kernels::PairInner;
  switch (inner) {
    case PairInner::add:
      return pair_of<T, PairInner::add>(outer, uniform);
    case PairInner::sub:
      return pair_of<T, PairInner::sub>(outer, uniform);
    default:
      return pair_of<T, PairInner::mul>(outer, uniform);
  }
}

kernels::PairLoop pair_loop(bool f32, kernels::PairInner inner, kernels::PairOuter outer, bool uniform) {
  return f32 ? pair_of<float>(inner, outer, uniform) : pair_of<double>(inner, outer, uniform);
}

}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette {
HWY_EXPORT(pair_loop);

kernels::PairLoop kernels::pair_loop(DType dtype, PairInner inner, PairOuter outer, bool uniform) {
  return choose_target(HWY_DISPATCH_TABLE(pair_loop))(dtype == DType::f32, inner, outer, uniform);
}
}  // namespace kette
#endif  // HWY_ONCE
