// Copies of parts of B in the order in which the innermost loop reads them. Included once per target,
// after hwy/highway.h.
#if defined(KETTE_KERNELS_MATMUL_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MATMUL_PACK_INL_H_
#undef KETTE_KERNELS_MATMUL_PACK_INL_H_
#else
#define KETTE_KERNELS_MATMUL_PACK_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// packed[k*width + n] = b[k*b_row + n] for n < columns. `width` is a number of whole vectors.
template <class T>
HWY_INLINE void pack_rows(const T* HWY_RESTRICT b, int64_t b_row, int64_t depth, int64_t columns,
                          int64_t width, T* HWY_RESTRICT packed) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t k = 0; k < depth; ++k, b += b_row, packed += width) {
    int64_t n = 0;
    for (; n + lanes <= columns; n += lanes) hn::StoreU(hn::LoadU(d, b + n), d, packed + n);
    for (; n < columns; ++n) packed[n] = b[n];
  }
}

#if HWY_TARGET != HWY_SCALAR

/// Stores each 128-bit block of `v` at `to`, `to + stride`, …
template <class D, class V = hn::Vec<D>>
HWY_INLINE void store_blocks(D d, V v, hn::TFromD<D>* to, int64_t stride) {
  constexpr int64_t bytes = hn::MaxLanes(D()) * sizeof(hn::TFromD<D>);
  if constexpr (bytes <= 16) {
    hn::StoreU(v, d, to);
  } else {
    const hn::Half<D> half;
    store_blocks(half, hn::LowerHalf(half, v), to, stride);
    store_blocks(half, hn::UpperHalf(half, v), to + bytes / 32 * stride, stride);
  }
}

/// packed[j*width + i] = b[i*b_col + j] for i in [0, 4) and j up to the number of lanes.
template <class D, class T = hn::TFromD<D>>
requires(sizeof(T) == 4) HWY_INLINE
    void transpose_group(D d, const T* b, int64_t b_col, T* packed, int64_t width) {
  const hn::RepartitionToWide<D> wide;
  const auto v0 = hn::LoadU(d, b), v1 = hn::LoadU(d, b + b_col);
  const auto v2 = hn::LoadU(d, b + 2 * b_col), v3 = hn::LoadU(d, b + 3 * b_col);
  const auto low01 = hn::BitCast(wide, hn::InterleaveLower(d, v0, v1));
  const auto low23 = hn::BitCast(wide, hn::InterleaveLower(d, v2, v3));
  const auto high01 = hn::BitCast(wide, hn::InterleaveUpper(d, v0, v1));
  const auto high23 = hn::BitCast(wide, hn::InterleaveUpper(d, v2, v3));
  store_blocks(d, hn::BitCast(d, hn::InterleaveLower(wide, low01, low23)), packed, 4 * width);
  store_blocks(d, hn::BitCast(d, hn::InterleaveUpper(wide, low01, low23)), packed + width, 4 * width);
  store_blocks(d, hn::BitCast(d, hn::InterleaveLower(wide, high01, high23)), packed + 2 * width, 4 * width);
  store_blocks(d, hn::BitCast(d, hn::InterleaveUpper(wide, high01, high23)), packed + 3 * width, 4 * width);
}

// In double, i in [0, 2).
template <class D, class T = hn::TFromD<D>>
requires(sizeof(T) == 8) HWY_INLINE
    void transpose_group(D d, const T* b, int64_t b_col, T* packed, int64_t width) {
  const auto v0 = hn::LoadU(d, b), v1 = hn::LoadU(d, b + b_col);
  store_blocks(d, hn::InterleaveLower(d, v0, v1), packed, 2 * width);
  store_blocks(d, hn::InterleaveUpper(d, v0, v1), packed + width, 2 * width);
}

#endif  // HWY_TARGET != HWY_SCALAR

/// packed[k*width + n] = b[n*b_col + k] for n < columns: as pack_rows, from a B that is stored transposed.
template <class T>
HWY_INLINE void pack_columns(const T* HWY_RESTRICT b, int64_t b_col, int64_t depth, int64_t columns,
                             int64_t width, T* HWY_RESTRICT packed) {
  int64_t n = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<T> d;
  constexpr int64_t group = 16 / sizeof(T);
  const hn::CappedTag<T, group> small;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; n + group <= columns; n += group) {
    const T* from = b + n * b_col;
    int64_t k = 0;
    for (; k + lanes <= depth; k += lanes) transpose_group(d, from + k, b_col, packed + k * width + n, width);
    for (; k + group <= depth; k += group)
      transpose_group(small, from + k, b_col, packed + k * width + n, width);
    for (; k < depth; ++k)
      for (int64_t i = 0; i < group; ++i) packed[k * width + n + i] = from[i * b_col + k];
  }
#endif
  for (; n < columns; ++n)
    for (int64_t k = 0; k < depth; ++k) packed[k * width + n] = b[n * b_col + k];
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_MATMUL_PACK_INL_H_
