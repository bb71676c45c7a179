#include "kette/kernels/matmul_loops.h"

#include <algorithm>

#include "kette/kernels/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kette/kernels/matmul_loops.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kette/kernels/matmul_micro-inl.h"
#include "kette/kernels/matmul_pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {

template <class T>
HWY_INLINE void run_blocked(const MatmulPlan::Geometry& g, const MatmulCall& call, int64_t tile) {
  const int64_t row_begin = tile / g.col_tiles * g.tile_rows, col_begin = tile % g.col_tiles * g.tile_cols;
  const int64_t rows = std::min(g.tile_rows, g.m - row_begin), columns = std::min(g.tile_cols, g.n - col_begin);
  const int64_t width = kVectors * static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));

  T* packed_b = static_cast<T*>(call.workspace);
  T* packed_a = packed_b + (g.pack_b ? g.depth * width : 0);
  Block<T> block;
  block.c_row = call.c_row;
  int64_t k = 0;
  do {
    block.k = std::min(g.depth, g.k - k);
    block.a = static_cast<const T*>(call.a) + row_begin * call.a_row + k * call.a_col;
    block.a_row = call.a_row;
    block.a_col = call.a_col;
    int64_t a_block = kRows * call.a_row;
    if (g.pack_a) {
      pack_row_blocks(block.a, call.a_row, call.a_col, rows, block.k, packed_a);
      block.a = packed_a;
      block.a_row = 1;
      block.a_col = kRows;
      a_block = kRows * block.k;
    }
    const T* b = static_cast<const T*>(call.b) + k * call.b_row + col_begin * call.b_col;
    for (int64_t n = 0; n < columns; n += width) {
      const int64_t panel = std::min(width, columns - n);
      block.c = static_cast<T*>(call.c) + n;
      if (k > 0) {
        block.start = block.c;
        block.start_row = block.c_row;
      } else {
        block.start = call.bias == nullptr ? nullptr : static_cast<const T*>(call.bias) + col_begin + n;
        block.start_row = 0;
      }
      block.b = b + n * call.b_col;
      block.b_row = call.b_row;
      if (g.pack_b) {
        if (g.b_transposed) pack_columns(block.b, call.b_col, block.k, panel, width, packed_b);
        else pack_rows(block.b, call.b_row, block.k, panel, width, packed_b);
        block.b = packed_b;
        block.b_row = width;
      }
      multiply_panel(block, a_block, rows, panel);
    }
    k += block.k;
  } while (k < g.k);
}

void BlockedF32(const MatmulPlan::Geometry& g, const MatmulCall& call, int64_t tile) {
  run_blocked<float>(g, call, tile);
}
void BlockedF64(const MatmulPlan::Geometry& g, const MatmulCall& call, int64_t tile) {
  run_blocked<double>(g, call, tile);
}

int64_t BlockColumnsF32() { return kVectors * static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>())); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(BlockedF32);
HWY_EXPORT(BlockedF64);
HWY_EXPORT(BlockColumnsF32);

MatmulLoops matmul_loops(DType dtype) {
  const int64_t columns = choose_target(HWY_DISPATCH_TABLE(BlockColumnsF32))();
  if (dtype == DType::f32) return {choose_target(HWY_DISPATCH_TABLE(BlockedF32)), 6, columns};
  return {choose_target(HWY_DISPATCH_TABLE(BlockedF64)), 6, columns > 4 ? columns / 2 : columns};
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
