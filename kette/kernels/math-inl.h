// exp, expm1, log, log1p, tanh and sigmoid of a vector, float or double. Included once per target, after
// hwy/highway.h. Branch-free; errors are stated in kette/kernels/math_accuracy.h. Each is right at ±0
// (the sign is kept where the function is odd), ±inf, NaN, subnormal and huge arguments.
//
// The method is the classic one: exp(x) = 2^n·e^r with n = round(x/ln 2) and a minimax polynomial for e^r on
// |r| ≤ ln2/2; log(x) = n·ln 2 + log(m) with m in [√½, √2). Coefficients are from a Remez exchange in
// 128-bit arithmetic. Out-of-range lanes compute rubbish in the middle and are replaced at the end, which
// keeps the comparisons off the critical path.
#if defined(KETTE_KERNELS_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MATH_INL_H_
#undef KETTE_KERNELS_MATH_INL_H_
#else
#define KETTE_KERNELS_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
struct MathConstants;

template <>
struct MathConstants<float> {
  static constexpr int mantissa_bits = 23, bias = 127;
  static constexpr float rounder = 12582912.0f;                 // 1.5·2^23: adding it rounds to an integer
  static constexpr float two_to_mantissa = 8388608.0f;          // 2^23
  static constexpr float ln2_high = 0.693359375f;               // few bits, so that n·ln2_high is exact
  static constexpr float ln2_low = -2.12194440e-4f;             // ln 2 - ln2_high
  static constexpr float exp_high = 89.0f, exp_low = -104.0f;   // beyond: inf, 0
  static constexpr float expm1_low = -17.5f, tanh_one = 9.02f;  // beyond: -1, 1
  static constexpr int32_t one_bits = 0x3f800000, sqrt_half_bits = 0x3f3504f3, mantissa_mask = 0x007fffff;
  static constexpr float subnormal_scale = 33554432.0f, subnormal_exponent = 25.0f;
};

template <>
struct MathConstants<double> {
  static constexpr int mantissa_bits = 52, bias = 1023;
  static constexpr double rounder = 6755399441055744.0;
  static constexpr double two_to_mantissa = 4503599627370496.0;
  static constexpr double ln2_high = 6.93147180369123816490e-01;
  static constexpr double ln2_low = 1.90821492927058770002e-10;
  static constexpr double exp_high = 710.0, exp_low = -746.0;
  static constexpr double expm1_low = -37.5, tanh_one = 19.1;
  static constexpr int64_t one_bits = 0x3ff0000000000000, sqrt_half_bits = 0x3fe6a09e667f3bcd,
                           mantissa_mask = 0x000fffffffffffff;
  static constexpr double subnormal_scale = 18014398509481984.0, subnormal_exponent = 54.0;
};

/// x = n·ln 2 + r; `rounded` is n + rounder, whose low bits are those of n.
template <class V>
struct Reduced {
  V rounded, n, r;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Reduced<V> reduce_by_ln2(D d, V x) {
  using C = MathConstants<hn::TFromD<D>>;
  using T = hn::TFromD<D>;
  const V rounder = hn::Set(d, C::rounder);
  const V rounded = hn::MulAdd(x, hn::Set(d, static_cast<T>(1.44269504088896340736)), rounder);
  const V n = hn::Sub(rounded, rounder);
  const V r = hn::NegMulAdd(n, hn::Set(d, C::ln2_low), hn::NegMulAdd(n, hn::Set(d, C::ln2_high), x));
  return {rounded, n, r};
}

/// e^r - 1 for |r| ≤ ln2/2.
template <class D, class V = hn::Vec<D>>
requires(sizeof(hn::TFromD<D>) == 4) HWY_INLINE V expm1_reduced(D d, V r) {
  const V r2 = hn::Mul(r, r);
  const V p01 = hn::MulAdd(r, hn::Set(d, 0.16666542992f), hn::Set(d, 0.50000000619f));
  const V p23 = hn::MulAdd(r, hn::Set(d, 0.00836658395f), hn::Set(d, 0.04166628202f));
  const V p234 = hn::MulAdd(r2, hn::Set(d, 0.00139464509f), p23);
  return hn::MulAdd(r2, hn::MulAdd(r2, p234, p01), r);
}

template <class D, class V = hn::Vec<D>>
requires(sizeof(hn::TFromD<D>) == 8) HWY_INLINE V expm1_reduced(D d, V r) {
  const V r2 = hn::Mul(r, r), r4 = hn::Mul(r2, r2);
  const V p01 = hn::MulAdd(r, hn::Set(d, 0.16666666666666685), hn::Set(d, 0.50000000000000056));
  const V p23 = hn::MulAdd(r, hn::Set(d, 0.0083333333333146017), hn::Set(d, 0.041666666666573621));
  const V p45 = hn::MulAdd(r, hn::Set(d, 0.00019841269903009062), hn::Set(d, 0.0013888888932379715));
  const V p67 = hn::MulAdd(r, hn::Set(d, 2.7557227973751146e-06), hn::Set(d, 2.4801504444916782e-05));
  const V p89 = hn::MulAdd(r, hn::Set(d, 2.5114466711540904e-08), hn::Set(d, 2.7626326917093915e-07));
  const V low = hn::MulAdd(r2, p23, p01), high = hn::MulAdd(r2, p67, p45);
  return hn::MulAdd(r2, hn::MulAdd(r4, hn::MulAdd(r4, p89, high), low), r);
}

/// 2^(n+shift), which must be a normal number.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V power_of_two(D d, V rounded, int shift = 0) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToSigned<D> di;
  const auto biased = hn::Add(hn::BitCast(di, rounded), hn::Set(di, C::bias + shift));
  return hn::BitCast(d, hn::ShiftLeft<C::mantissa_bits>(biased));
}

#if HWY_TARGET == HWY_AVX3
// AVX-512 has y·2^n as one instruction.
template <class D>
HWY_INLINE hn::Vec512<float> scale(D, hn::Vec512<float> y, hn::Vec512<float>, hn::Vec512<float> n) {
  return hn::Vec512<float>{_mm512_scalef_ps(y.raw, n.raw)};
}
template <class D>
HWY_INLINE hn::Vec512<double> scale(D, hn::Vec512<double> y, hn::Vec512<double>, hn::Vec512<double> n) {
  return hn::Vec512<double>{_mm512_scalef_pd(y.raw, n.raw)};
}
template <class D>
HWY_INLINE hn::Vec256<float> scale(D, hn::Vec256<float> y, hn::Vec256<float>, hn::Vec256<float> n) {
  return hn::Vec256<float>{_mm256_scalef_ps(y.raw, n.raw)};
}
template <class D>
HWY_INLINE hn::Vec256<double> scale(D, hn::Vec256<double> y, hn::Vec256<double>, hn::Vec256<double> n) {
  return hn::Vec256<double>{_mm256_scalef_pd(y.raw, n.raw)};
}
template <class D, size_t N>
HWY_INLINE hn::Vec128<float, N> scale(D, hn::Vec128<float, N> y, hn::Vec128<float, N>,
                                      hn::Vec128<float, N> n) {
  return hn::Vec128<float, N>{_mm_scalef_ps(y.raw, n.raw)};
}
template <class D, size_t N>
HWY_INLINE hn::Vec128<double, N> scale(D, hn::Vec128<double, N> y, hn::Vec128<double, N>,
                                       hn::Vec128<double, N> n) {
  return hn::Vec128<double, N>{_mm_scalef_pd(y.raw, n.raw)};
}
#else
/// y·2^n in two steps, because 2^n itself may be out of range.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V scale(D d, V y, V rounded, V /*n*/) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToUnsigned<D> du;
  const auto offset = hn::Sub(hn::BitCast(du, hn::Set(d, C::rounder)), hn::Set(du, 2 * C::bias));
  const auto twice_biased = hn::Sub(hn::BitCast(du, rounded), offset);
  const auto half = hn::ShiftRight<1>(twice_biased), rest = hn::Sub(twice_biased, half);
  return hn::Mul(hn::Mul(y, hn::BitCast(d, hn::ShiftLeft<C::mantissa_bits>(half))),
                 hn::BitCast(d, hn::ShiftLeft<C::mantissa_bits>(rest)));
}
#endif

/// e^x without the check for overflow; x ≤ 88.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_not_large(D d, V x) {
  using T = hn::TFromD<D>;
  const Reduced<V> reduced = reduce_by_ln2(d, x);
  const V y = hn::Add(hn::Set(d, T{1}), expm1_reduced(d, reduced.r));
  const V result = scale(d, y, reduced.rounded, reduced.n);
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, MathConstants<T>::exp_low)), result);
}

/// e^x.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  using T = hn::TFromD<D>;
  const auto overflows = hn::Gt(x, hn::Set(d, MathConstants<T>::exp_high));
  return hn::IfThenElse(overflows, hn::Set(d, std::numeric_limits<T>::infinity()), exp_not_large(d, x));
}

/// e^x - 1.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Expm1(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const Reduced<V> reduced = reduce_by_ln2(d, x);
  const V half_power = power_of_two(d, reduced.rounded, -1);  // 2^(n-1): 2^n may overflow
  const V half_result =
      hn::MulAdd(expm1_reduced(d, reduced.r), half_power, hn::Sub(half_power, hn::Set(d, T(0.5))));
  V y = hn::CopySign(hn::Add(half_result, half_result), x);
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, C::expm1_low)), hn::Set(d, T{-1}), y);
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, C::exp_high)), hn::Set(d, std::numeric_limits<T>::infinity()),
                        y);
}

/// (e^x - e^-x) / (e^x + e^-x), as -t/(t+2) with t = e^(-2|x|) - 1.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  using T = hn::TFromD<D>;
  const V magnitude = hn::Abs(x);
  const Reduced<V> reduced = reduce_by_ln2(d, hn::Mul(magnitude, hn::Set(d, T{-2})));
  const V power = power_of_two(d, reduced.rounded);
  const V t = hn::MulAdd(expm1_reduced(d, reduced.r), power, hn::Sub(power, hn::Set(d, T{1})));
  const V y = hn::Div(t, hn::Add(t, hn::Set(d, T{2})));
  const auto saturated = hn::Gt(magnitude, hn::Set(d, MathConstants<T>::tanh_one));
  return hn::CopySign(hn::IfThenElse(saturated, hn::Set(d, T{1}), y), x);
}

/// 1 / (1 + e^-x), with full relative accuracy for negative x too: e^-|x| cannot overflow.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sigmoid(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = hn::Set(d, T{1});
  const V e = exp_not_large(d, hn::Or(x, hn::SignBit(d)));
  const V numerator = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  return hn::Div(numerator, hn::Add(one, e));
}

/// log(1+f) - f + f²/2 for 1+f in [√½, √2), added to `low`.
template <class D, class V = hn::Vec<D>>
requires(sizeof(hn::TFromD<D>) == 4) HWY_INLINE V log1p_reduced(D d, V f, V low) {
  const V f2 = hn::Mul(f, f), f4 = hn::Mul(f2, f2);
  const V p01 = hn::MulAdd(f, hn::Set(d, -0.25000810403f), hn::Set(d, 0.33333316726f));
  const V p23 = hn::MulAdd(f, hn::Set(d, -0.16624554134f), hn::Set(d, 0.20002286294f));
  const V p45 = hn::MulAdd(f, hn::Set(d, -0.13128753507f), hn::Set(d, 0.14181191516f));
  const V p67 = hn::MulAdd(f, hn::Set(d, -0.07859618132f), hn::Set(d, 0.12881650030f));
  const V p = hn::MulAdd(f4, hn::MulAdd(f2, p67, p45), hn::MulAdd(f2, p23, p01));
  return hn::MulAdd(hn::Mul(f2, f), p, low);
}

// In double: log(1+f) = s·(2 + R(s²)) with s = f/(2+f).
template <class D, class V = hn::Vec<D>>
requires(sizeof(hn::TFromD<D>) == 8) HWY_INLINE V log1p_reduced(D d, V f, V low) {
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0)));
  const V z = hn::Mul(s, s), z2 = hn::Mul(z, z);
  const V p01 = hn::MulAdd(z, hn::Set(d, 0.39999999999407009), hn::Set(d, 0.66666666666667354));
  const V p23 = hn::MulAdd(z, hn::Set(d, 0.22222198365590509), hn::Set(d, 0.28571428744257732));
  const V p45 = hn::MulAdd(z, hn::Set(d, 0.15313736320265445), hn::Set(d, 0.18183575881496022));
  const V p456 = hn::MulAdd(z2, hn::Set(d, 0.14799271286309171), p45);
  const V r = hn::Mul(z, hn::MulAdd(z2, hn::MulAdd(z2, p456, p23), p01));
  const V half_square = hn::Mul(hn::Mul(f, f), hn::Set(d, 0.5));
  return hn::MulAdd(s, hn::Add(half_square, r), low);
}

/// n·ln 2 + log(1+f) + correction.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log_assemble(D d, V n, V f, V correction) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const V low = log1p_reduced(d, f, hn::MulAdd(n, hn::Set(d, C::ln2_low), correction));
  const V small = hn::NegMulAdd(hn::Mul(f, f), hn::Set(d, T(0.5)), low);
  return hn::MulAdd(n, hn::Set(d, C::ln2_high), hn::Add(f, small));
}

/// x = 2^n·m with m in [√½, √2), for normal positive x.
template <class V>
struct Split {
  V n, m;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Split<V> split_exponent(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  const hn::RebindToUnsigned<D> du;
  using U = hn::TFromD<decltype(du)>;
  const auto shifted =
      hn::Add(hn::BitCast(du, x), hn::Set(du, static_cast<U>(C::one_bits - C::sqrt_half_bits)));
  const auto exponent = hn::ShiftRight<C::mantissa_bits>(shifted);
  const V base = hn::Set(d, C::two_to_mantissa);  // or-ed below the leading bit of 2^mantissa: int to float
  const V n = hn::Sub(hn::BitCast(d, hn::Or(exponent, hn::BitCast(du, base))),
                      hn::Set(d, C::two_to_mantissa + static_cast<T>(C::bias)));
  const auto mantissa = hn::And(shifted, hn::Set(du, static_cast<U>(C::mantissa_mask)));
  const V m = hn::BitCast(d, hn::Add(mantissa, hn::Set(du, static_cast<U>(C::sqrt_half_bits))));
  return {n, m};
}

/// Natural logarithm; -inf at 0, NaN below.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log(D d, V x) {
  using T = hn::TFromD<D>;
  using C = MathConstants<T>;
  using Limits = std::numeric_limits<T>;
  const auto subnormal = hn::Lt(x, hn::Set(d, Limits::min()));
  const V normal = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, C::subnormal_scale)), x);
  const Split<V> parts = split_exponent(d, normal);
  const V n = hn::Sub(parts.n, hn::IfThenElseZero(subnormal, hn::Set(d, C::subnormal_exponent)));
  V y = log_assemble(d, n, hn::Sub(parts.m, hn::Set(d, T{1})), hn::Zero(d));
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, Limits::infinity())), y, x);  // inf and NaN stay
  y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, Limits::quiet_NaN()), y);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, -Limits::infinity()), y);
}

/// log(1+x); -inf at -1, NaN below.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log1p(D d, V x) {
  using T = hn::TFromD<D>;
  using Limits = std::numeric_limits<T>;
  const V one = hn::Set(d, T{1});
  const V u = hn::Add(one, x);
  const V u_minus_one = hn::Sub(u, one);
  // What the rounding of 1+x lost (exact), relative to u.
  const V lost = hn::Add(hn::Sub(one, hn::Sub(u, u_minus_one)), hn::Sub(x, u_minus_one));
  const Split<V> parts = split_exponent(d, u);
  const auto direct = hn::Eq(parts.n, hn::Zero(d));
  const V f = hn::IfThenElse(direct, x, hn::Sub(parts.m, one));
  V y = log_assemble(d, parts.n, f, hn::IfThenZeroElse(direct, hn::Div(lost, u)));
  y = hn::CopySign(y, x);
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, Limits::infinity())), y, x);
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, T{-1})), hn::Set(d, Limits::quiet_NaN()), y);
  return hn::IfThenElse(hn::Eq(x, hn::Set(d, T{-1})), hn::Set(d, -Limits::infinity()), y);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_MATH_INL_H_
