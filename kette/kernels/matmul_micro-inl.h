// The innermost loops of the matrix product: a block of C held in registers while k runs. Included once per
// target, after hwy/highway.h.
#if defined(KETTE_KERNELS_MATMUL_MICRO_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MATMUL_MICRO_INL_H_
#undef KETTE_KERNELS_MATMUL_MICRO_INL_H_
#else
#define KETTE_KERNELS_MATMUL_MICRO_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Rows and vectors of the largest register block: kRows·kVectors sums, kVectors of B, one of A.
inline constexpr int kRows = 6;
inline constexpr int kVectors = HWY_TARGET == HWY_AVX3 ? 4 : 2;

/// One block: C = start + A·B, where A is [rows,k] of any strides and the rows of B are contiguous.
template <class T>
struct Block {
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  const T* start;  ///< What the sums begin with; nullptr is zero. A row stride of 0 repeats one row (bias).
  int64_t start_row;
  T* c;
  int64_t c_row;
  int64_t k;
};

/// A block of kR rows and kV vectors of columns, of which the last holds `last` columns if kPartial.
template <int kR, int kV, bool kPartial, class T>
HWY_INLINE void multiply_block(const Block<T>& block, [[maybe_unused]] int64_t last) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, static_cast<size_t>(last));
  const auto load = [&](const T* p, int v) HWY_ATTR {
    return kPartial && v == kV - 1 ? hn::MaskedLoad(mask, d, p + v * lanes) : hn::LoadU(d, p + v * lanes);
  };

  V sum[kR][kV];
  if (block.start == nullptr) {
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r)
#pragma GCC unroll 16
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::Zero(d);
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r)
#pragma GCC unroll 16
      for (int v = 0; v < kV; ++v) sum[r][v] = load(block.start + r * block.start_row, v);
  }

  const T* a = block.a;
  const T* b = block.b;
  const int64_t a_row = block.a_row;
  for (int64_t k = block.k; k > 0; --k, a += block.a_col, b += block.b_row) {
    V row[kV];
#pragma GCC unroll 16
    for (int v = 0; v < kV; ++v) row[v] = load(b, v);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      const V factor = hn::Set(d, a[r * a_row]);
#pragma GCC unroll 16
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(factor, row[v], sum[r][v]);
    }
  }

#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < kV; ++v) {
      T* c = block.c + r * block.c_row + v * lanes;
      if (kPartial && v == kV - 1) hn::BlendedStore(sum[r][v], mask, d, c);
      else hn::StoreU(sum[r][v], d, c);
    }
  }
}

template <class T>
using BlockFunction = void (*)(const Block<T>&, int64_t last);

template <int kR, int kV, bool kPartial, class T>
HWY_NOINLINE void block_function(const Block<T>& block, int64_t last) {
  multiply_block<kR, kV, kPartial>(block, last);
}

/// The functions of one width, by number of rows: 1, 2, 3 (which is not there: 2 and 1), 4, 5 (4 and 1), 6.
template <class T>
struct Blocks {
  BlockFunction<T> one, two, four, six;

  template <int kV, bool kPartial>
  static constexpr Blocks of() {
    return {block_function<1, kV, kPartial, T>, block_function<2, kV, kPartial, T>,
            block_function<4, kV, kPartial, T>, block_function<6, kV, kPartial, T>};
  }
};

/// The functions for `columns` ≤ kVectors·lanes.
template <class T>
const Blocks<T>& blocks_for(int64_t columns) {
  static constexpr Blocks<T> full = Blocks<T>::template of<kVectors, false>();
  static constexpr Blocks<T> partial[] = {Blocks<T>::template of<1, true>(), Blocks<T>::template of<2, true>(),
                                          Blocks<T>::template of<kVectors == 2 ? 2 : 3, true>(),
                                          Blocks<T>::template of<kVectors, true>()};
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  return columns == kVectors * lanes ? full : partial[(columns - 1) / lanes];
}

/// A column panel: `rows` rows in blocks of at most six.
template <class T>
HWY_INLINE void multiply_panel(Block<T> block, int64_t a_block, int64_t rows, int64_t columns) {
  const Blocks<T>& functions = blocks_for<T>(columns);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int64_t last = (columns - 1) % lanes + 1;
  const auto advance = [&](int64_t count) {
    if (block.start != nullptr) block.start += count * block.start_row;
    block.c += count * block.c_row;
    rows -= count;
  };
  while (rows >= 6) {
    functions.six(block, last);
    block.a += a_block;
    advance(6);
  }
  if (rows >= 4) {
    functions.four(block, last);
    block.a += 4 * block.a_row;
    advance(4);
  }
  if (rows >= 2) {
    functions.two(block, last);
    block.a += 2 * block.a_row;
    advance(2);
  }
  if (rows >= 1) functions.one(block, last);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_MATMUL_MICRO_INL_H_
