#include "kette/kernels/reduce.h"

#include <array>
#include <cmath>
#include <limits>

#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

struct Sum {
  template <class T>
  static constexpr T identity() {
    return T{0};
  }
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V combine(D, V sum, V x) {
    return hn::Add(sum, x);
  }
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE hn::TFromD<D> across(D d, V sum) {
    return hn::GetLane(hn::SumOfLanes(d, sum));
  }
};

struct Max {
  template <class T>
  static constexpr T identity() {
    return -std::numeric_limits<T>::infinity();
  }
  // A NaN replaces a number, and no number is greater than NaN.
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V combine(D, V max, V x) {
    return hn::IfThenElse(hn::Or(hn::Gt(x, max), hn::IsNaN(x)), x, max);
  }
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE hn::TFromD<D> across(D d, V max) {
    if (!hn::AllFalse(d, hn::IsNaN(max))) return std::numeric_limits<hn::TFromD<D>>::quiet_NaN();
    return hn::GetLane(hn::MaxOfLanes(d, max));
  }
};

/// kV vectors of neighbouring columns over all rows, in kPhases interleaved accumulations; the last vector
/// holds `last` columns if kPartial.
template <class Op, int kV, int kPhases, bool kPartial, class T>
HWY_INLINE void reduce_columns(const T* x, int64_t rows, int64_t stride, T* y, size_t last) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = hn::MaxLanes(d);
  const auto mask = hn::FirstN(d, last);
  const auto load = [&](const T* from)
                        HWY_ATTR { return kPartial ? hn::MaskedLoad(mask, d, from) : hn::LoadU(d, from); };
  V value[kPhases][kV];
#pragma GCC unroll 8
  for (int p = 0; p < kPhases; ++p) {
#pragma GCC unroll 8
    for (int v = 0; v < kV; ++v) value[p][v] = hn::Set(d, Op::template identity<T>());
  }
  int64_t row = 0;
  for (; row + kPhases <= rows; row += kPhases, x += kPhases * stride) {
#pragma GCC unroll 8
    for (int p = 0; p < kPhases; ++p) {
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v)
        value[p][v] = Op::combine(d, value[p][v], load(x + p * stride + v * lanes));
    }
  }
  for (; row < rows; ++row, x += stride) {
#pragma GCC unroll 8
    for (int v = 0; v < kV; ++v) value[0][v] = Op::combine(d, value[0][v], load(x + v * lanes));
  }
#pragma GCC unroll 8
  for (int step = kPhases / 2; step > 0; step /= 2) {
#pragma GCC unroll 8
    for (int p = 0; p < step; ++p) {
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) value[p][v] = Op::combine(d, value[p][v], value[p + step][v]);
    }
  }
#pragma GCC unroll 8
  for (int v = 0; v < kV; ++v) {
    if (kPartial)
      hn::BlendedStore(value[0][v], mask, d, y + v * lanes);
    else
      hn::StoreU(value[0][v], d, y + v * lanes);
  }
}

/// One contiguous row.
template <class Op, class T>
HWY_INLINE T reduce_row(const T* x, int64_t count) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = hn::MaxLanes(d);
  const V identity = hn::Set(d, Op::template identity<T>());
  V value = identity;
  int64_t i = 0;
  if (count >= 4 * lanes) {
    V value1 = identity, value2 = identity, value3 = identity;
    for (; i + 4 * lanes <= count; i += 4 * lanes) {
      value = Op::combine(d, value, hn::LoadU(d, x + i));
      value1 = Op::combine(d, value1, hn::LoadU(d, x + i + lanes));
      value2 = Op::combine(d, value2, hn::LoadU(d, x + i + 2 * lanes));
      value3 = Op::combine(d, value3, hn::LoadU(d, x + i + 3 * lanes));
    }
    value = Op::combine(d, Op::combine(d, value, value1), Op::combine(d, value2, value3));
  }
  for (; i + lanes <= count; i += lanes) value = Op::combine(d, value, hn::LoadU(d, x + i));
  if (i < count) {
    const auto mask = hn::FirstN(d, static_cast<size_t>(count - i));
    value = Op::combine(d, value, hn::IfThenElse(mask, hn::MaskedLoad(mask, d, x + i), identity));
  }
  return Op::across(d, value);
}

template <class Op, class T>
void reduce(const AxisTiles& tiles, const void* x_all, void* y_all, int64_t index) {
  constexpr int64_t lanes = hn::MaxLanes(hn::ScalableTag<T>());
  const AxisTiles::Tile tile = tiles.tile(index);
  const T* x = static_cast<const T*>(x_all);
  T* y = static_cast<T*>(y_all);
  for (int64_t o = tile.outer_begin; o < tile.outer_end; ++o) {
    if (tiles.inner == 1) {
      y[o] = reduce_row<Op>(x + o * tiles.axis, tiles.axis);
      continue;
    }
    const T* from = x + o * tiles.axis * tiles.inner;
    T* to = y + o * tiles.inner;
    int64_t i = tile.inner_begin;
    for (; i + 4 * lanes <= tile.inner_end; i += 4 * lanes)
      reduce_columns<Op, 4, 2, false>(from + i, tiles.axis, tiles.inner, to + i, lanes);
    for (; i + lanes <= tile.inner_end; i += lanes)
      reduce_columns<Op, 1, 4, false>(from + i, tiles.axis, tiles.inner, to + i, lanes);
    if (i < tile.inner_end)
      reduce_columns<Op, 1, 4, true>(from + i, tiles.axis, tiles.inner, to + i,
                                     static_cast<size_t>(tile.inner_end - i));
  }
}

void SumF32(const AxisTiles& t, const void* x, void* y, int64_t i) { reduce<Sum, float>(t, x, y, i); }
void SumF64(const AxisTiles& t, const void* x, void* y, int64_t i) { reduce<Sum, double>(t, x, y, i); }
void MaxF32(const AxisTiles& t, const void* x, void* y, int64_t i) { reduce<Max, float>(t, x, y, i); }
void MaxF64(const AxisTiles& t, const void* x, void* y, int64_t i) { reduce<Max, double>(t, x, y, i); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(SumF32);
HWY_EXPORT(SumF64);
HWY_EXPORT(MaxF32);
HWY_EXPORT(MaxF64);

namespace {

/// Groups of columns together, so that rows are read in the order of memory.
template <class T>
void argmax(const AxisTiles& tiles, const void* x_all, void* y_all, int64_t index) {
  constexpr int64_t group = 64;
  const AxisTiles::Tile tile = tiles.tile(index);
  for (int64_t o = tile.outer_begin; o < tile.outer_end; ++o)
    for (int64_t i = tile.inner_begin; i < tile.inner_end; i += group) {
      const int64_t columns = std::min(group, tile.inner_end - i);
      const T* x = static_cast<const T*>(x_all) + o * tiles.axis * tiles.inner + i;
      int64_t* y = static_cast<int64_t*>(y_all) + o * tiles.inner + i;
      std::fill_n(y, columns, 0);
      if (tiles.axis == 0) continue;
      std::array<T, group> best{};
      std::copy_n(x, columns, best.begin());
      for (int64_t k = 1; k < tiles.axis; ++k) {
        x += tiles.inner;
        for (int64_t j = 0; j < columns; ++j) {
          T& current = best[static_cast<size_t>(j)];
          if (x[j] > current || (std::isnan(x[j]) && !std::isnan(current))) current = x[j], y[j] = k;
        }
      }
    }
}

}  // namespace

ReducePlan::ReducePlan(Reduction reduction, DType dtype, int64_t outer, int64_t axis, int64_t inner)
    : tiles_(outer, axis, inner, 1) {
  const bool f32 = dtype == DType::f32;
  if (reduction == Reduction::argmax)
    run_ = f32 ? argmax<float> : argmax<double>;
  else if (reduction == Reduction::max)
    run_ = f32 ? choose_target(HWY_DISPATCH_TABLE(MaxF32)) : choose_target(HWY_DISPATCH_TABLE(MaxF64));
  else
    run_ = f32 ? choose_target(HWY_DISPATCH_TABLE(SumF32)) : choose_target(HWY_DISPATCH_TABLE(SumF64));
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
