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

template <class T>
double number_at(const void* place) {
  return static_cast<double>(*static_cast<const T*>(place));  // and back again without loss
}

template <class T, kernels::PairInner kInner, kernels::PairOuter kOuter>
void uniform_pair(const void* const* in, void* out, int64_t n, const double*) {
  const void* const rest[] = {in[0], in[2]};
  const double b = number_at<T>(in[1]);
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

template <bool kSquare, bool kSubtract>
struct Linear {
  template <class D, class V>
  static V apply(D d, const double* factors, V a, V b) {
    using T = hn::TFromD<D>;
    const V first = hn::Mul(a, hn::Set(d, static_cast<T>(factors[0])));
    const V second = hn::Mul(kSquare ? hn::Mul(b, b) : b, hn::Set(d, static_cast<T>(factors[1])));
    return kSubtract ? hn::Sub(first, second) : hn::Add(first, second);
  }
};

template <class T, bool kSquare, bool kSubtract>
void linear(const void* const* in, void* out, int64_t n, const double*) {
  const void* const arrays[] = {in[0], in[2]};
  const double factors[] = {number_at<T>(in[1]), number_at<T>(in[3])};
  map_loop<Linear<kSquare, kSubtract>, 2, T>(arrays, out, n, factors);
}

struct Normalised {
  template <class D, class V>
  static V apply(D d, const double* summand, V a, V b) {
    return hn::Div(a, hn::Add(hn::Sqrt(b), hn::Set(d, static_cast<hn::TFromD<D>>(*summand))));
  }
};

template <class T>
void normalised(const void* const* in, void* out, int64_t n, const double*) {
  const double summand = number_at<T>(in[2]);
  map_loop<Normalised, 2, T>(in, out, n, &summand);
}

template <class T>
kernels::PairLoop linear_of(bool square, bool subtract) {
  if (square) return subtract ? linear<T, true, true> : linear<T, true, false>;
  return subtract ? linear<T, false, true> : linear<T, false, false>;
}

kernels::PairLoop linear_loop(bool f32, bool square, bool subtract) {
  return f32 ? linear_of<float>(square, subtract) : linear_of<double>(square, subtract);
}

kernels::PairLoop normalised_loop(bool f32) { return f32 ? normalised<float> : normalised<double>; }

}  // namespace kette::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette {
HWY_EXPORT(pair_loop);
HWY_EXPORT(linear_loop);
HWY_EXPORT(normalised_loop);

kernels::PairLoop kernels::pair_loop(DType dtype, PairInner inner, PairOuter outer, bool uniform) {
  return choose_target(HWY_DISPATCH_TABLE(pair_loop))(dtype == DType::f32, inner, outer, uniform);
}
kernels::PairLoop kernels::linear_loop(DType dtype, bool square, bool subtract) {
  return choose_target(HWY_DISPATCH_TABLE(linear_loop))(dtype == DType::f32, square, subtract);
}

kernels::PairLoop kernels::normalised_loop(DType dtype) {
  return choose_target(HWY_DISPATCH_TABLE(normalised_loop))(dtype == DType::f32);
}
}  // namespace kette
#endif  // HWY_ONCE
