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

/// Rows and vectors of the block of wide products: kRows·kVectors sums, kVectors of B, one of A in registers.
inline constexpr int kRows = 6;
inline constexpr int kVectors = HWY_TARGET == HWY_AVX3 ? 4 : 2;
/// Rows of A that stay in the L2 cache beside a tile's packed B. Where the block is wide, A is passed once or
/// twice for each tile: then it may come from anywhere.
inline constexpr int64_t kChunkRows = kVectors == 4 ? int64_t{1} << 30 : 96;
/// Vectors of the block of a product with one row.
inline constexpr int kRowVectors = 8;
/// One row takes so many rows of B at a time where they come from beyond the L2 cache: as many streams as the
/// processor foresees.
inline constexpr int kFarDepth = HWY_TARGET == HWY_AVX3 ? 8 : 4;
/// Rows of the block of products whose rows fit one vector: more if A is transposed, where 16 floats are a
/// cache line, than if they lie in as many lines, which might displace each other.
inline constexpr int kNarrowRows = 6, kColumnRows = HWY_TARGET == HWY_AVX3 ? 16 : 8;

template <class D>
constexpr int64_t lanes_of(D) {
  return static_cast<int64_t>(hn::MaxLanes(D()));
}

/// C = start + A·B, or minuend − scale·(start + A·B), where A is [rows,k] of any strides and the rows of B
/// are contiguous.
template <class T>
struct Block {
  const T* a = nullptr;
  int64_t a_row = 0, a_col = 0;
  const T* b = nullptr;
  int64_t b_row = 0;
  const T* start =
      nullptr;  ///< What the sums begin with; nullptr is zero. A row stride of 0 repeats one row (bias).
  int64_t start_row = 0;
  T* c = nullptr;
  int64_t c_row = 0;
  int64_t k = 0;
  const T* minuend = nullptr;
  int64_t minuend_row = 0;
  T scale = 0;

  void skip_rows(int64_t rows) {
    a += rows * a_row;
    if (start != nullptr) start += rows * start_row;
    if (minuend != nullptr) minuend += rows * minuend_row;
    c += rows * c_row;
  }
  void skip_columns(int64_t columns) {
    b += columns;
    if (start != nullptr) start += columns;
    if (minuend != nullptr) minuend += columns;
    c += columns;
  }
};

/// Loads and stores of the columns of a block: whole vectors but, if kPartial, the last one.
template <class D, int kV, bool kPartial>
struct Columns {
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;

  HWY_INLINE explicit Columns(int64_t last) : mask(hn::FirstN(D(), static_cast<size_t>(last))) {}
  HWY_INLINE V load(const T* row, int v) const {
    const T* from = row + v * lanes_of(D());
    return kPartial && v == kV - 1 ? hn::MaskedLoad(mask, D(), from) : hn::LoadU(D(), from);
  }
  HWY_INLINE void store(V value, T* row, int v) const {
    T* to = row + v * lanes_of(D());
    if (kPartial && v == kV - 1)
      hn::BlendedStore(value, mask, D(), to);
    else
      hn::StoreU(value, D(), to);
  }

  hn::Mask<D> mask;
};

/// A block of kR rows and kV vectors of columns, of which the last holds `last` columns if kPartial.
template <int kR, int kV, bool kPartial, class D, class T = hn::TFromD<D>>
HWY_INLINE void multiply_block(D d, const Block<T>& block, int64_t last) {
  using V = hn::Vec<D>;
  const Columns<D, kV, kPartial> columns(last);
  V sum[kR][kV];
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 16
    for (int v = 0; v < kV; ++v)
      sum[r][v] = block.start == nullptr ? hn::Zero(d) : columns.load(block.start + r * block.start_row, v);
  // What no processor foresees, for rows lie far apart: the sums to go on with of the rows below, and the
  // minuend.
  if (block.start_row != 0)
    for (int r = kR; r < 2 * kR; ++r)
      for (int v = 0; v < kV; ++v) __builtin_prefetch(block.start + r * block.start_row + v * lanes_of(d));
  if (block.minuend != nullptr)
    for (int r = 0; r < kR; ++r)
      for (int v = 0; v < kV; ++v)
        __builtin_prefetch(block.minuend + r * block.minuend_row + v * lanes_of(d));

  const T* a = block.a;
  const T* b = block.b;
  const int64_t a_row = block.a_row;
  for (int64_t k = block.k; k > 0; --k, a += block.a_col, b += block.b_row) {
    V row[kV];
#pragma GCC unroll 16
    for (int v = 0; v < kV; ++v) row[v] = columns.load(b, v);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r) {
      const V factor = hn::Set(d, a[r * a_row]);
#pragma GCC unroll 16
      for (int v = 0; v < kV; ++v) sum[r][v] = hn::MulAdd(factor, row[v], sum[r][v]);
    }
  }

  if (block.minuend != nullptr) {
    const V scale = hn::Set(d, block.scale);
#pragma GCC unroll 16
    for (int r = 0; r < kR; ++r)
#pragma GCC unroll 16
      for (int v = 0; v < kV; ++v)
        sum[r][v] =
            hn::Sub(columns.load(block.minuend + r * block.minuend_row, v), hn::Mul(scale, sum[r][v]));
  }
#pragma GCC unroll 16
  for (int r = 0; r < kR; ++r)
#pragma GCC unroll 16
    for (int v = 0; v < kV; ++v) columns.store(sum[r][v], block.c + r * block.c_row, v);
}

/// Stores `v` in the low lanes of a whole vector.
template <class D, class V, class T = hn::TFromD<D>>
HWY_INLINE void store_whole(D d, V v, T* to) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(D()) < hn::MaxLanes(hn::ScalableTag<T>())) {
    const hn::Twice<D> wider;
    return store_whole(wider, hn::ZeroExtendVector(wider, v), to);
  }
#endif
  hn::StoreU(v, d, to);
}

/// One row of one vector. Four sums over every fourth k, so that additions need not wait for each other. With
/// kWholeStore the lanes past `last` are written too: whoever reads the row back at once as a whole vector
/// need not wait until a shorter store has reached the cache.
template <bool kPartial, bool kWholeStore, class D, class T = hn::TFromD<D>>
HWY_INLINE void multiply_vector(D d, const Block<T>& block, int64_t last) {
  using V = hn::Vec<D>;
  const Columns<D, 1, kPartial> columns(last);
  V sum = block.start == nullptr ? hn::Zero(d) : columns.load(block.start, 0);
  const T* a = block.a;
  const T* b = block.b;
  int64_t k = block.k;
  if (k >= 8) {
    V sum1 = hn::Zero(d), sum2 = hn::Zero(d), sum3 = hn::Zero(d);
    for (; k >= 4; k -= 4, a += 4 * block.a_col, b += 4 * block.b_row) {
      sum = hn::MulAdd(hn::Set(d, a[0]), columns.load(b, 0), sum);
      sum1 = hn::MulAdd(hn::Set(d, a[block.a_col]), columns.load(b + block.b_row, 0), sum1);
      sum2 = hn::MulAdd(hn::Set(d, a[2 * block.a_col]), columns.load(b + 2 * block.b_row, 0), sum2);
      sum3 = hn::MulAdd(hn::Set(d, a[3 * block.a_col]), columns.load(b + 3 * block.b_row, 0), sum3);
    }
    sum = hn::Add(hn::Add(sum, sum1), hn::Add(sum2, sum3));
  }
  for (; k > 0; --k, a += block.a_col, b += block.b_row)
    sum = hn::MulAdd(hn::Set(d, a[0]), columns.load(b, 0), sum);
  if (block.minuend != nullptr)
    sum = hn::Sub(columns.load(block.minuend, 0), hn::Mul(hn::Set(d, block.scale), sum));
  if constexpr (kWholeStore)
    store_whole(d, sum, block.c);
  else
    columns.store(sum, block.c, 0);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_MATMUL_MICRO_INL_H_
