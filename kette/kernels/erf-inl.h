// The error function and the Gaussian error linear unit of a vector, float or double. Included once per
// target, after hwy/highway.h. Errors are at most 4 units in the last place; right at ±0, ±inf and NaN.
//
// Large arguments go through erfcx(z) = e^(z²)·erfc(z), which is smooth: (1 + 2z)·erfcx(z) is a polynomial in
// t = (z − 4)/(z + 4) on [0, ∞) [Shepherd and Laframboise 1981]. Coefficients are from Chebyshev expansions
// computed with 60 digits.
#if defined(KETTE_KERNELS_ERF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_ERF_INL_H_
#undef KETTE_KERNELS_ERF_INL_H_
#else
#define KETTE_KERNELS_ERF_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "kette/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

/// `high_bits`: half of the mantissa. Lowest power first: `erf_small`: erf(x)/x in x², x² ≤ 1. `erfcx`: (1 +
/// 2z)·erfcx(z) in t.
template <class T>
struct ErfConstants;

template <>
struct ErfConstants<float> {
  static constexpr uint32_t high_bits = 0xFFFFF000;
  static constexpr float erf_small[] = {1.128379166f,    -0.376126269f,     0.1128359746f, -0.0268543288f,
                                        0.005189311943f, -0.0008018854993f, 7.88249711e-5f};
  static constexpr float erfcx[] = {1.232995117f,    -0.1396210865f,  0.01537976872f,    0.06809617491f,
                                    -0.1010409408f,  0.0937402055f,   -0.06631904409f,   0.03714045869f,
                                    -0.01623039198f, 0.005082269578f, -0.0007091327872f, -0.0002484367303f,
                                    0.0001142081728f};
};

template <>
struct ErfConstants<double> {
  static constexpr uint64_t high_bits = 0xFFFFFFFFF8000000;
  static constexpr double erf_small[] = {
      1.12837916709551257,    -0.376126389031835435,    0.112837916709451297,    -0.0268661706432569943,
      0.00522397760726994529, -0.000854832598254322506, 0.000120552951126670011, -0.000014924740785377575,
      1.64474711905946181e-6, -1.62088298568102008e-7,  1.37215204063510944e-8,  -7.7985438505499469e-10};
  static constexpr double erfcx[] = {
      1.23299511862555251,     -0.139621116840562292,     0.015379652102619604,     0.0680970542546690878,
      -0.101039066036300554,   0.0937328349990944081,     -0.066330365812186977,    0.0371675155265556702,
      -0.0161977340597992662,  0.00503197006765748892,    -0.000757773261373095633, -0.000199257146610911884,
      0.000150621490012404722, -0.0000243977464224364164, -0.000011221287012353485, 5.70660441489573347e-6,
      2.91973337796301215e-7,  -8.21093904256056799e-7,   7.74699272701794193e-8,   1.06338556185948837e-7,
      -2.05606492756992017e-8, -1.23468660438235286e-8,   3.16958819156481723e-9,   9.31174497823257279e-10,
      -2.65959969024268941e-10};
};

/// Σ coefficients[k]·x^k in two interleaved chains, which halves the latency.
template <class D, class V = hn::Vec<D>, size_t kCount>
HWY_INLINE V polynomial(D d, V x, const hn::TFromD<D> (&coefficients)[kCount]) {
  const V square = hn::Mul(x, x);
  constexpr size_t kTop = kCount - 1;
  V same = hn::Set(d, coefficients[kTop]), other = hn::Set(d, coefficients[kTop - 1]);
  for (size_t k = kTop; k >= 2; k -= 2) {
    same = hn::MulAdd(same, square, hn::Set(d, coefficients[k - 2]));
    if (k >= 3) other = hn::MulAdd(other, square, hn::Set(d, coefficients[k - 3]));
    if (k == 3) return hn::MulAdd(same, x, other);
  }
  return hn::MulAdd(other, x, same);
}

/// e^(z²)·erfc(z), 0 ≤ z < ∞.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V scaled_erfc(D d, V z) {
  using T = hn::TFromD<D>;
  const V four = hn::Set(d, T{4});
  const V t = hn::Div(hn::Sub(z, four), hn::Add(z, four));
  return hn::Div(polynomial(d, t, ErfConstants<T>::erfcx), hn::MulAdd(z, hn::Set(d, T{2}), hn::Set(d, T{1})));
}

/// 2/√π·∫₀ˣ e^(−t²) dt.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erf(D d, V x) {
  using T = hn::TFromD<D>;
  const V one = hn::Set(d, T{1}), magnitude = hn::Abs(x), limit = hn::Set(d, T{7});  // erf(7) rounds to 1
  const V z = hn::IfThenElse(hn::Gt(magnitude, limit), limit, magnitude);
  const V square = hn::Mul(z, z);
  const V small = hn::Mul(z, polynomial(d, square, ErfConstants<T>::erf_small));
  const V large = hn::NegMulAdd(scaled_erfc(d, z), Exp(d, hn::Neg(square)), one);
  return hn::CopySign(hn::IfThenElse(hn::Lt(z, one), small, large), x);
}

/// x·Φ(x), Φ the distribution function of the standard normal distribution, with full relative accuracy for
/// negative x too.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Gelu(D d, V x) {
  using T = hn::TFromD<D>;
  const hn::RebindToUnsigned<D> du;
  const V limit = hn::Set(d, T{40}), magnitude = hn::Abs(x);  // Φ(−40) underflows
  const V z = hn::IfThenElse(hn::Gt(magnitude, limit), limit, magnitude);
  const V half = hn::Set(d, T(0.5));
  // e^(−z²/2): the rounding error of z² is the relative error of the power, so it is put back. It is exact
  // because `high` has half of the bits; a fused multiply-add would be shorter, but not every instruction set
  // has it.
  const V square = hn::Mul(z, z);
  const V high = hn::BitCast(d, hn::And(hn::BitCast(du, z), hn::Set(du, ErfConstants<T>::high_bits)));
  const V low_part = hn::Mul(hn::Sub(z, high), hn::Add(z, high));
  const V lost = hn::Add(hn::Sub(hn::Mul(high, high), square), low_part);
  const V power = Exp(d, hn::Mul(square, hn::Neg(half)));
  const V corrected = hn::NegMulAdd(hn::Mul(power, half), lost, power);
  const V tail =
      hn::Mul(hn::Mul(half, corrected), scaled_erfc(d, hn::Mul(z, hn::Set(d, T(0.70710678118654752440)))));
  const V positive = hn::NegMulAdd(x, tail, x);  // x·(1 − tail)
  const V negative = hn::Neg(hn::Mul(z, tail));
  const V y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), negative, positive);
  return hn::IfThenElse(hn::Gt(x, limit), x, y);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_ERF_INL_H_
