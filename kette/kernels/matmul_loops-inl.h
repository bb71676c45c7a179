// The loops of the matrix product over one tile, for every kind of product that MatmulPlan tells apart.
// Included once per target, after hwy/highway.h.
#if defined(KETTE_KERNELS_MATMUL_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KETTE_KERNELS_MATMUL_LOOPS_INL_H_
#undef KETTE_KERNELS_MATMUL_LOOPS_INL_H_
#else
#define KETTE_KERNELS_MATMUL_LOOPS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "kette/kernels/matmul_loops.h"
#include "kette/kernels/matmul_micro-inl.h"
#include "kette/kernels/matmul_pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

using Geometry = MatmulPlan::Geometry;

template <class T>
struct Tile {
  HWY_INLINE Tile(const Geometry& g, const MatmulCall& call, int64_t row_index, int64_t col_index)
      : row_begin(row_index * g.tile_rows),
        col_begin(col_index * g.tile_cols),
        rows(std::min(g.tile_rows, g.m - row_begin)),
        columns(std::min(g.tile_cols, g.n - col_begin)),
        a(static_cast<const T*>(call.a) + row_begin * call.a_row),
        b(static_cast<const T*>(call.b) + col_begin * call.b_col),
        bias(call.bias == nullptr ? nullptr : static_cast<const T*>(call.bias) + col_begin),
        c(static_cast<T*>(call.c)) {}

  /// The block at the tile's corner, `depth` of k from 0 on.
  HWY_INLINE Block<T> block(const MatmulCall& call, int64_t depth) const {
    return {.a = a,
            .a_row = call.a_row,
            .a_col = call.a_col,
            .b = b,
            .b_row = call.b_row,
            .start = bias,
            .start_row = 0,
            .c = c,
            .c_row = call.c_row,
            .k = depth,
            .minuend = static_cast<const T*>(call.minuend),
            .minuend_row = call.minuend_row,
            .scale = call.minuend == nullptr ? T{0} : *static_cast<const T*>(call.scale)};
  }

  int64_t row_begin, col_begin, rows, columns;
  const T *a, *b, *bias;
  T* c;
};

// ---- Wide products: panels of columns, blocks of rows. ----

template <class T>
using BlockFunction = void (*)(const Block<T>&, int64_t last);

template <int kR, int kV, bool kPartial, class T>
HWY_NOINLINE void block_function(const Block<T>& block, int64_t last) {
  multiply_block<kR, kV, kPartial>(hn::ScalableTag<T>(), block, last);
}

template <class T>
struct Blocks {
  BlockFunction<T> one, two, four, six;

  template <int kV, bool kPartial>
  static constexpr Blocks of() {
    return {block_function<1, kV, kPartial, T>, block_function<2, kV, kPartial, T>,
            block_function<4, kV, kPartial, T>, block_function<kRows, kV, kPartial, T>};
  }
};

/// A panel of at most kVectors vectors of columns. `gap`: elements of A from behind kRows rows to the next.
template <class T>
HWY_INLINE void multiply_panel(Block<T> block, int64_t rows, int64_t columns, int64_t gap) {
  static constexpr Blocks<T> full = Blocks<T>::template of<kVectors, false>();
  static constexpr Blocks<T> partial[] = {
      Blocks<T>::template of<1, true>(), Blocks<T>::template of<2, true>(),
      Blocks<T>::template of<std::min(3, kVectors), true>(), Blocks<T>::template of<kVectors, true>()};
  constexpr int64_t lanes = lanes_of(hn::ScalableTag<T>());
  const Blocks<T>& functions = columns == kVectors * lanes ? full : partial[(columns - 1) / lanes];
  const int64_t last = (columns - 1) % lanes + 1;
  const auto run = [&](BlockFunction<T> function, int64_t count) {
    function(block, last);
    block.skip_rows(count);
    rows -= count;
  };
  while (rows >= kRows) {
    run(functions.six, kRows);
    block.a += gap;
  }
  if (rows >= 4) run(functions.four, 4);
  if (rows >= 2) run(functions.two, 2);
  if (rows >= 1) run(functions.one, 1);
}

/// Of one packed panel of B; a cache line more than it takes where several stand side by side.
template <class T>
constexpr int64_t panel_elements(int64_t depth) {
  return depth * kVectors * lanes_of(hn::ScalableTag<T>()) + 64 / static_cast<int64_t>(sizeof(T));
}

template <class T>
void run_blocked(const Geometry& g, const MatmulCall& call, int64_t index) {
  constexpr int64_t width = kVectors * lanes_of(hn::ScalableTag<T>());
  const Tile<T> tile(g, call, index / g.col_tiles, index % g.col_tiles);
  T* const packed_b = static_cast<T*>(call.workspace);
  T* const packed_a = packed_b + g.packed_b;
  // Panels of B that only one chunk of rows needs take the same place one after the other.
  const bool keeps_b = g.pack_b && g.chunk_rows < g.tile_rows;
  const int64_t panel_stride = keeps_b ? panel_elements<T>(g.depth) : 0;
  Block<T> block = tile.block(call, g.depth);
  int64_t k = 0;
  do {
    block.k = std::min(g.depth, g.k - k);
    const T* b = tile.b + k * call.b_row;
    const auto pack_b = [&](int64_t first, int64_t columns) {
      const T* from = b + first * call.b_col;
      if (!g.b_transposed)
        return pack_rows<kVectors>(from, call.b_row, block.k, columns, panel_stride, packed_b);
      T* to = packed_b;
      for (int64_t n = 0; n < columns; n += width, to += panel_stride)
        pack_columns(from + n * call.b_col, call.b_col, block.k, std::min(width, columns - n), width, to);
    };
    if (keeps_b) pack_b(0, tile.columns);
    for (int64_t m = 0; m < tile.rows; m += g.chunk_rows) {
      const int64_t rows = std::min(g.chunk_rows, tile.rows - m);
      int64_t gap = 0;
      block.a = tile.a + m * call.a_row + k * call.a_col;
      if (g.pack_a) {
        pack_groups<kRows>(block.a, call.a_col, rows, block.k, packed_a);
        block.a = packed_a;
        block.a_col = kRows;
        gap = group_stride<kRows, T>(block.k) - kRows;
      }
      T* packed = packed_b;
      for (int64_t n = 0; n < tile.columns; n += width, packed += panel_stride) {
        const int64_t columns = std::min(width, tile.columns - n);
        block.c = tile.c + m * call.c_row + n;
        if (k > 0) {
          block.start = block.c;
          block.start_row = block.c_row;
        } else if (tile.bias != nullptr) {
          block.start = tile.bias + n;
        }
        if (call.minuend != nullptr)
          block.minuend = static_cast<const T*>(call.minuend) + m * call.minuend_row + n;
        block.b = b + n * call.b_col;
        if (g.pack_b) {
          if (!keeps_b) pack_b(n, columns);
          block.b = packed;
          block.b_row = width;
        }
        multiply_panel(block, rows, columns, gap);
      }
    }
    k += block.k;
  } while (k < g.k);
}

// ---- At most one vector of columns. ----

/// Many rows at a time. `kLanes` of run_narrow is rounded up to half a vector: narrower ones are no faster.
template <int kR, size_t kLanes, bool kPartial, class T>
HWY_NOINLINE void narrow_function(const Block<T>& block, int64_t last) {
  multiply_block<kR, 1, kPartial>(hn::CappedTag<T, kLanes>(), block, last);
}

template <class T, size_t kLanes, bool kPartial>
void run_narrow(const Geometry& g, const MatmulCall& call, int64_t index) {
  const hn::CappedTag<T, kLanes> d;
  constexpr size_t most = hn::MaxLanes(hn::ScalableTag<T>());
  constexpr size_t wide = kLanes == most ? most : std::max<size_t>(most / 2, 1);
  constexpr bool wide_partial = kPartial || kLanes < most;
  const Tile<T> tile(g, call, index, 0);
  Block<T> block = tile.block(call, g.depth);
  int64_t k = 0;
  do {
    block.k = std::min(g.depth, g.k - k);
    int64_t rows = tile.rows;
    if (call.a_row == 1)
      for (; rows >= kColumnRows; rows -= kColumnRows, block.skip_rows(kColumnRows))
        narrow_function<kColumnRows, wide, wide_partial>(block, g.n);
    for (; rows >= kNarrowRows; rows -= kNarrowRows, block.skip_rows(kNarrowRows))
      narrow_function<kNarrowRows, wide, wide_partial>(block, g.n);
    for (; rows >= 4; rows -= 4, block.skip_rows(4)) narrow_function<4, wide, wide_partial>(block, g.n);
    for (; rows >= 2; rows -= 2, block.skip_rows(2)) multiply_block<2, 1, kPartial>(d, block, g.n);
    if (rows > 0) multiply_block<1, 1, kPartial>(d, block, g.n);
    k += block.k;
    block.a = tile.a + k * call.a_col;
    block.b = tile.b + k * call.b_row;
    block.c = tile.c;
    block.start = tile.c;
    block.start_row = block.c_row;
  } while (k < g.k);
}

template <class T, size_t kLanes, bool kPartial>
void run_vector(const Geometry& g, const MatmulCall& call, int64_t) {
  const hn::CappedTag<T, kLanes> d;
  const Block<T> block = Tile<T>(g, call, 0, 0).block(call, g.k);
  if (call.c_padded)
    multiply_vector<kPartial, true>(d, block, g.n);
  else
    multiply_vector<kPartial, false>(d, block, g.n);
}

// ---- One row. ----

/// One row of C.
template <class T>
HWY_INLINE void multiply_row(Block<T> block, int64_t columns) {
  constexpr int64_t lanes = lanes_of(hn::ScalableTag<T>());
  static constexpr BlockFunction<T> partial[] = {
      block_function<1, 1, true, T>, block_function<1, 2, true, T>, block_function<1, 3, true, T>,
      block_function<1, 4, true, T>, block_function<1, 5, true, T>, block_function<1, 6, true, T>,
      block_function<1, 7, true, T>, block_function<1, 8, true, T>};
  static_assert(std::size(partial) == kRowVectors);
  const auto advance = [&](int64_t count) {
    block.skip_columns(count);
    columns -= count;
  };
  while (columns >= kRowVectors * lanes) {
    block_function<1, kRowVectors, false, T>(block, lanes);
    advance(kRowVectors * lanes);
  }
  if (columns > 0) partial[(columns - 1) / lanes](block, (columns - 1) % lanes + 1);
}

template <class T>
void run_row(const Geometry& g, const MatmulCall& call, int64_t index) {
  const Tile<T> tile(g, call, 0, index);
  multiply_row<T>(tile.block(call, g.depth), tile.columns);
}

/// c[n] = start[n] + the sum of a[k]*B(k,n) over k < kDepth, for whole blocks of columns; returns how many.
template <int kDepth, class D, class T = hn::TFromD<D>>
HWY_INLINE int64_t add_far_rows(D d, const Block<T>& block, int64_t columns) {
  using V = hn::Vec<D>;
  constexpr int64_t lanes = lanes_of(d);
  V factor[kDepth];
#pragma GCC unroll 8
  for (int k = 0; k < kDepth; ++k) factor[k] = hn::Set(d, block.a[k * block.a_col]);
  int64_t n = 0;
  for (; n + kRowVectors * lanes <= columns; n += kRowVectors * lanes) {
    V sum[kRowVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kRowVectors; ++v)
      sum[v] = block.start == nullptr ? hn::Zero(d) : hn::LoadU(d, block.start + n + v * lanes);
#pragma GCC unroll 8
    for (int k = 0; k < kDepth; ++k)
#pragma GCC unroll 8
      for (int v = 0; v < kRowVectors; ++v)
        sum[v] = hn::MulAdd(factor[k], hn::LoadU(d, block.b + k * block.b_row + n + v * lanes), sum[v]);
#pragma GCC unroll 8
    for (int v = 0; v < kRowVectors; ++v) hn::StoreU(sum[v], d, block.c + n + v * lanes);
  }
  return n;
}

template <class T>
void run_far_row(const Geometry& g, const MatmulCall& call, int64_t index) {
  const Tile<T> tile(g, call, 0, index);
  for (int64_t k = 0; k < g.k; k += g.depth) {
    Block<T> block = tile.block(call, std::min(g.depth, g.k - k));
    block.a += k * call.a_col;
    block.b += k * call.b_row;
    if (k > 0) block.start = block.c;
    const int64_t done =
        block.k < kFarDepth ? 0 : add_far_rows<kFarDepth>(hn::ScalableTag<T>(), block, tile.columns);
    block.skip_columns(done);
    multiply_row<T>(block, tile.columns - done);
  }
}

template <class T>
void run_column(const Geometry& g, const MatmulCall& call, int64_t index) {
  constexpr int64_t chunk = kRowVectors * lanes_of(hn::ScalableTag<T>());
  const Tile<T> tile(g, call, index, 0);
  HWY_ALIGN T buffer[chunk];  // bias on the way in, C on the way out if it is not contiguous
  for (int64_t m = 0; m < tile.rows; m += chunk) {
    const int64_t count = std::min(chunk, tile.rows - m);
    T* to = call.c_row == 1 ? tile.c + m : buffer;
    if (tile.bias != nullptr) std::fill_n(buffer, count, tile.bias[0]);
    Block<T> row = tile.block(call, g.k);  // of Cᵀ = Bᵀ·Aᵀ
    row.a = tile.b;
    row.a_col = call.b_row;
    row.b = tile.a + m;
    row.b_row = call.a_col;
    row.start = tile.bias == nullptr ? nullptr : buffer;
    row.c = to;
    if (call.minuend != nullptr) row.minuend = static_cast<const T*>(call.minuend) + m;
    multiply_row<T>(row, count);
    if (call.c_row != 1)
      for (int64_t i = 0; i < count; ++i) tile.c[(m + i) * call.c_row] = buffer[i];
  }
}

// ---- Scalar products of contiguous vectors. ----

/// y[i*y_stride] = start[i*start_stride] + x·w(i) for the rows w(i) = w + i*w_row of length k, and i in [0,
/// kR).
template <int kR, class T>
HWY_INLINE void dot_rows(const T* x, const T* w, int64_t w_row, int64_t k, const T* start,
                         int64_t start_stride, T* y, int64_t y_stride) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t lanes = lanes_of(d);
  V sum[kR];
#pragma GCC unroll 8
  for (int r = 0; r < kR; ++r) sum[r] = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= k; i += lanes) {
    const V factor = hn::LoadU(d, x + i);
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r) sum[r] = hn::MulAdd(factor, hn::LoadU(d, w + r * w_row + i), sum[r]);
  }
  if (i < k) {
    const auto mask = hn::FirstN(d, static_cast<size_t>(k - i));
    const V factor = hn::MaskedLoad(mask, d, x + i);
#pragma GCC unroll 8
    for (int r = 0; r < kR; ++r)
      sum[r] = hn::MulAdd(factor, hn::MaskedLoad(mask, d, w + r * w_row + i), sum[r]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < kR; ++r)
    y[r * y_stride] =
        hn::GetLane(hn::SumOfLanes(d, sum[r])) + (start == nullptr ? T{0} : start[r * start_stride]);
}

template <class T>
HWY_INLINE void dot_all(const T* x, const T* w, int64_t w_row, int64_t k, const T* start,
                        int64_t start_stride, T* y, int64_t y_stride, int64_t rows) {
  int64_t r = 0;
  const auto from = [&](int64_t i) { return start == nullptr ? nullptr : start + i * start_stride; };
  for (; r + 4 <= rows; r += 4)
    dot_rows<4>(x, w + r * w_row, w_row, k, from(r), start_stride, y + r * y_stride, y_stride);
  for (; r < rows; ++r)
    dot_rows<1>(x, w + r * w_row, w_row, k, from(r), start_stride, y + r * y_stride, y_stride);
}

/// `x` itself if contiguous, or its copy.
template <class T>
HWY_INLINE const T* contiguous(const T* x, int64_t stride, int64_t count, T* copy) {
  if (stride == 1) return x;
  for (int64_t i = 0; i < count; ++i) copy[i] = x[i * stride];
  return copy;
}

template <class T>
void run_column_dots(const Geometry& g, const MatmulCall& call, int64_t index) {
  const Tile<T> tile(g, call, index, 0);
  const T* x = contiguous(tile.b, call.b_row, g.k, static_cast<T*>(call.workspace));
  // A single row may have been stored transposed.
  const T* w = contiguous(tile.a, call.a_col, g.k, static_cast<T*>(call.workspace) + g.k);
  dot_all(x, w, call.a_row, g.k, tile.bias, 0, tile.c, call.c_row, tile.rows);
}

template <class T>
void run_row_dots(const Geometry& g, const MatmulCall& call, int64_t index) {
  const Tile<T> tile(g, call, 0, index);
  const T* x = contiguous(tile.a, call.a_col, g.k, static_cast<T*>(call.workspace));
  dot_all(x, tile.b, call.b_col, g.k, tile.bias, 1, tile.c, 1, tile.columns);
}

template <class T, class Choose>
MatmulLoops::Narrow narrow_functions(Choose choose) {
  constexpr size_t lanes = hn::MaxLanes(hn::ScalableTag<T>());
  const auto of = [&]<size_t kLanes, bool kPartial>() {
    return choose.template operator()<std::min(kLanes, lanes), kPartial>();
  };
  MatmulLoops::Narrow result{};
  const auto fill = [&]<size_t... kExponent>(std::index_sequence<kExponent...>) {
    ((result.partial[kExponent] = of.template operator()<(size_t{1} << kExponent), true>()), ...);
    ((result.full[kExponent] = of.template operator()<(size_t{1} << kExponent), false>()), ...);
  };
  fill(std::make_index_sequence<5>());
  return result;
}

template <class T>
MatmulLoops loops() {
  constexpr int64_t lanes = lanes_of(hn::ScalableTag<T>());
  return {
      run_blocked<T>,
      narrow_functions<T>([]<size_t kLanes, bool kPartial>() { return run_narrow<T, kLanes, kPartial>; }),
      narrow_functions<T>([]<size_t kLanes, bool kPartial>() { return run_vector<T, kLanes, kPartial>; }),
      run_row<T>,
      run_far_row<T>,
      run_column<T>,
      run_column_dots<T>,
      run_row_dots<T>,
      lanes,
      kVectors * lanes,
      kChunkRows,
      kFarDepth,
      panel_elements<T>,
      [](int64_t rows, int64_t depth) { return (rows + kRows - 1) / kRows * group_stride<kRows, T>(depth); }};
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#endif  // KETTE_KERNELS_MATMUL_LOOPS_INL_H_
