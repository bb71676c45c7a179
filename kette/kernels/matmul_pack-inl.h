// Copies of parts of A and B in the order in which the innermost loop reads them. Included once per target,
// after hwy/highway.h.
#if defined(KETTE_KERNELS_MATMUL_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MATMUL_PACK_INL_H_
#undef KETTE_KERNELS_MATMUL_PACK_INL_H_
#else
#define KETTE_KERNELS_MATMUL_PACK_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// From one packed group of kR rows of A to the next; a cache line more than they take, so that groups do not
/// all displace each other.
template <int kR, class T>
constexpr int64_t group_stride(int64_t depth) {
  return kR * depth + 64 / static_cast<int64_t>(sizeof(T));
}

/// packed[g*group_stride + k*kR + r] = a[k*a_col + g*kR + r] for g*kR + r < rows: groups of kR rows of an A
/// that is stored transposed.
template <int kR, class T>
HWY_INLINE void pack_groups(const T* HWY_RESTRICT a, int64_t a_col, int64_t rows, int64_t depth,
                            T* HWY_RESTRICT packed) {
  const int64_t stride = group_stride<kR, T>(depth), whole = rows / kR, rest = rows % kR;
  for (int64_t k = 0; k < depth; ++k, a += a_col, packed += kR) {
    for (int64_t g = 0; g < whole; ++g) std::memcpy(packed + g * stride, a + g * kR, kR * sizeof(T));
    for (int64_t r = 0; r < rest; ++r) packed[whole * stride + r] = a[whole * kR + r];
  }
}

/// packed[p*panel_stride + k*width + n] = b[k*b_row + p*width + n] for p*width + n < columns: panels of kV
/// vectors.
template <int kV, class T>
HWY_INLINE void pack_rows(const T* HWY_RESTRICT b, int64_t b_row, int64_t depth, int64_t columns,
                          int64_t panel_stride, T* HWY_RESTRICT packed) {
  const hn::ScalableTag<T> d;
  constexpr int64_t kRowsAhead = 4;
  constexpr int64_t lanes = hn::MaxLanes(hn::ScalableTag<T>()), width = kV * lanes;
  for (int64_t k = 0; k < depth; ++k, b += b_row, packed += width) {
    T* to = packed;
    int64_t n = 0;
    for (; n + width <= columns; n += width, to += panel_stride)
#pragma GCC unroll 8
      for (int v = 0; v < kV; ++v) {
        __builtin_prefetch(b + kRowsAhead * b_row + n + v * lanes);  // rows lie too far apart to be foreseen
        hn::StoreU(hn::LoadU(d, b + n + v * lanes), d, to + v * lanes);
      }
    for (; n + lanes <= columns; n += lanes, to += lanes) hn::StoreU(hn::LoadU(d, b + n), d, to);
    for (; n < columns; ++n) *to++ = b[n];
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

/// packed[k*width + n] = b[n*b_col + k] for n < columns ≤ width: one panel, from a B that is stored
/// transposed.
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
