#include "kette/kernels/softmax.h"

#include <array>

#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kette/kernels/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

/// The larger; NaN if `x` is.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V larger(D, V max, V x) {
  return hn::IfThenElse(hn::Or(hn::Gt(x, max), hn::IsNaN(x)), x, max);
}

/// e^(x-max) for x ≤ max, with the rounding error of x-max made good: a float's would be many ULP of the
/// result.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_below(D d, V x, V max) {
  const V difference = hn::Sub(x, max);
  const V part = hn::Sub(difference, x);
  const V error = hn::Sub(hn::Sub(x, hn::Sub(difference, part)), hn::Add(max, part));
  const V e = exp_not_large(d, difference);
  // Where e is 0, or x or max not finite, the error may be NaN and is not wanted.
  return hn::IfThenElse(hn::Gt(e, hn::Zero(d)), hn::MulAdd(e, error, e), e);
}

/// Σ e^(x-max): `others` is over x < max, `maxima` the number of x = max. Kept apart, because log(1+others)
/// is precise where others is small.
template <class V>
struct ExpSum {
  V others, maxima;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE void accumulate(D d, V x, V max, V e, ExpSum<V>& sum) {
  const auto is_max = hn::Eq(x, max);
  sum.others = hn::Add(sum.others, hn::IfThenZeroElse(is_max, e));
  sum.maxima = hn::Add(sum.maxima, hn::IfThenElseZero(is_max, hn::Set(d, hn::TFromD<D>{1})));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V log_of_sum(D d, const ExpSum<V>& sum) {
  return Log1p(d, hn::Add(hn::Sub(sum.maxima, hn::Set(d, hn::TFromD<D>{1})), sum.others));
}

/// Neighbouring slices, one in each lane; element k of the slices is at x + k*x_stride.
template <SoftmaxKind kKind, class D, class T, class Load, class Store>
HWY_INLINE void softmax_columns(D d, const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t count,
                                Load load, Store store) {
  using V = hn::Vec<D>;
  V max = hn::Set(d, -std::numeric_limits<T>::infinity());
  for (int64_t k = 0; k < count; ++k) max = larger(d, max, load(x + k * x_stride));
  ExpSum<V> sum{hn::Zero(d), hn::Zero(d)};
  for (int64_t k = 0; k < count; ++k) {
    const V value = load(x + k * x_stride);
    const V e = exp_below(d, value, max);
    accumulate(d, value, max, e, sum);
    if constexpr (kKind == SoftmaxKind::softmax) store(e, y + k * y_stride);
  }
  if constexpr (kKind == SoftmaxKind::softmax) {
    const V total = hn::Add(sum.maxima, sum.others);
    for (int64_t k = 0; k < count; ++k) store(hn::Div(load(y + k * y_stride), total), y + k * y_stride);
  } else if constexpr (kKind == SoftmaxKind::log_softmax) {
    const V log_sum = log_of_sum(d, sum);
    for (int64_t k = 0; k < count; ++k)
      store(hn::Sub(hn::Sub(load(x + k * x_stride), max), log_sum), y + k * y_stride);
  } else {
    store(hn::Add(max, log_of_sum(d, sum)), y);
  }
}

/// One contiguous slice.
template <SoftmaxKind kKind, class T>
HWY_INLINE void softmax_row(const T* x, T* y, int64_t count) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = hn::MaxLanes(d);
  const V lowest = hn::Set(d, -std::numeric_limits<T>::infinity());
  // Calls f(vector, place, mask) for all vectors; the lanes beyond the end hold -inf, whose e^x is 0.
  const auto for_each = [&](auto f) HWY_ATTR {
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) f(hn::LoadU(d, x + i), i, lanes);
    if (i == count) return;
    const auto mask = hn::FirstN(d, static_cast<size_t>(count - i));
    f(hn::IfThenElse(mask, hn::MaskedLoad(mask, d, x + i), lowest), i, count - i);
  };
  const auto store = [&](V value, int64_t i, int64_t here) HWY_ATTR {
    if (here == lanes)
      hn::StoreU(value, d, y + i);
    else
      hn::BlendedStore(value, hn::FirstN(d, static_cast<size_t>(here)), d, y + i);
  };

  V maxima = lowest;
  for_each([&](V value, int64_t, int64_t) HWY_ATTR { maxima = larger(d, maxima, value); });
  const bool has_nan = !hn::AllFalse(d, hn::IsNaN(maxima));
  const V max = has_nan ? hn::Set(d, std::numeric_limits<T>::quiet_NaN()) : hn::MaxOfLanes(d, maxima);
  ExpSum<V> sum{hn::Zero(d), hn::Zero(d)};
  for_each([&](V value, int64_t i, int64_t here) HWY_ATTR {
    const V e = exp_below(d, value, max);
    accumulate(d, value, max, e, sum);
    if constexpr (kKind == SoftmaxKind::softmax) store(e, i, here);
  });
  sum = {hn::SumOfLanes(d, sum.others), hn::SumOfLanes(d, sum.maxima)};
  if constexpr (kKind == SoftmaxKind::softmax) {
    const V total = hn::Add(sum.maxima, sum.others);
    x = y;
    for_each([&](V value, int64_t i, int64_t here) HWY_ATTR { store(hn::Div(value, total), i, here); });
  } else if constexpr (kKind == SoftmaxKind::log_softmax) {
    const V log_sum = log_of_sum(d, sum);
    for_each([&](V value, int64_t i, int64_t here)
                 HWY_ATTR { store(hn::Sub(hn::Sub(value, max), log_sum), i, here); });
  } else {
    y[0] = hn::GetLane(hn::Add(max, log_of_sum(d, sum)));
  }
}

/// Short contiguous slices, copied so that each is a lane.
constexpr int64_t kShort = 32;

template <SoftmaxKind kKind, class T>
HWY_INLINE void softmax_short_rows(const T* x, T* y, int64_t rows, int64_t count) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = hn::MaxLanes(d);
  const auto load = [&](const T* from) HWY_ATTR { return hn::Load(d, from); };
  const auto store = [&](V value, T* to) HWY_ATTR { hn::Store(value, d, to); };
  HWY_ALIGN T buffer[kShort * lanes] = {};
  for (int64_t r = 0; r < rows; r += lanes) {
    const int64_t here = std::min(lanes, rows - r);
    for (int64_t i = 0; i < here; ++i)
      for (int64_t k = 0; k < count; ++k) buffer[k * lanes + i] = x[(r + i) * count + k];
    softmax_columns<kKind>(d, buffer, lanes, buffer, lanes, count, load, store);
    if constexpr (kKind == SoftmaxKind::logsumexp) {
      std::copy_n(buffer, here, y + r);
    } else {
      for (int64_t i = 0; i < here; ++i)
        for (int64_t k = 0; k < count; ++k) y[(r + i) * count + k] = buffer[k * lanes + i];
    }
  }
}

template <SoftmaxKind kKind, class T>
void run(const AxisTiles& tiles, const void* x_all, void* y_all, int64_t index) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = hn::MaxLanes(d);
  const AxisTiles::Tile tile = tiles.tile(index);
  const int64_t y_axis = kKind == SoftmaxKind::logsumexp ? 1 : tiles.axis;
  const T* x = static_cast<const T*>(x_all) + tile.outer_begin * tiles.axis * tiles.inner;
  T* y = static_cast<T*>(y_all) + tile.outer_begin * y_axis * tiles.inner;
  const int64_t outer = tile.outer_end - tile.outer_begin;
  if (tiles.inner == 1 && tiles.axis <= kShort && outer > 1)
    return softmax_short_rows<kKind>(x, y, outer, tiles.axis);
  for (int64_t o = 0; o < outer; ++o, x += tiles.axis * tiles.inner, y += y_axis * tiles.inner) {
    if (tiles.inner == 1) {
      softmax_row<kKind>(x, y, tiles.axis);
      continue;
    }
    for (int64_t i = tile.inner_begin; i < tile.inner_end; i += lanes) {
      if (i + lanes <= tile.inner_end) {
        softmax_columns<kKind>(
            d, x + i, tiles.inner, y + i, tiles.inner, tiles.axis,
            [&](const T* from) HWY_ATTR { return hn::LoadU(d, from); },
            [&](V value, T* to) HWY_ATTR { hn::StoreU(value, d, to); });
      } else {
        const auto mask = hn::FirstN(d, static_cast<size_t>(tile.inner_end - i));
        softmax_columns<kKind>(
            d, x + i, tiles.inner, y + i, tiles.inner, tiles.axis,
            [&](const T* from) HWY_ATTR { return hn::MaskedLoad(mask, d, from); },
            [&](V value, T* to) HWY_ATTR { hn::BlendedStore(value, mask, d, to); });
      }
    }
  }
}

using Run = void (*)(const AxisTiles&, const void* x, void* y, int64_t tile);
using Runs = std::array<Run, 3>;  // by SoftmaxKind

template <class T>
Runs runs() {
  return {run<SoftmaxKind::softmax, T>, run<SoftmaxKind::log_softmax, T>, run<SoftmaxKind::logsumexp, T>};
}

Runs RunsF32() { return runs<float>(); }
Runs RunsF64() { return runs<double>(); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(RunsF32);
HWY_EXPORT(RunsF64);

SoftmaxPlan::SoftmaxPlan(SoftmaxKind kind, DType dtype, int64_t outer, int64_t axis, int64_t inner)
    : tiles_(outer, axis, inner, 8) {
  const auto runs = dtype == DType::f32 ? choose_target(HWY_DISPATCH_TABLE(RunsF32))()
                                        : choose_target(HWY_DISPATCH_TABLE(RunsF64))();
  run_ = runs[static_cast<size_t>(kind)];
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
