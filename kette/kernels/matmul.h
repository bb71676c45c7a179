// C = A·B (+ bias on every row), or C = D − s·(A·B), cut into tiles that any number of threads may share.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kette/tensor/shape.h"

namespace kette::kernels {

/// Rows [row_begin, row_end) and columns [col_begin, col_end) of C.
struct MatmulTile {
  int64_t row_begin, row_end, col_begin, col_end;
};

/// The operands of one run. Pointers are to the plan's element type, strides count elements.
struct MatmulCall {
  const void* a;  ///< The whole A: A(m,k) = a[m*a_row + k*a_col].
  int64_t a_row, a_col;
  const void* b;  ///< The whole B: B(k,n) = b[k*b_row + n*b_col].
  int64_t b_row, b_col;
  const void* bias;  ///< N values, or nullptr.
  void* c;           ///< The tile's first element; columns are contiguous.
  int64_t c_row;
  /// The memory of C goes on to a multiple of 64 bytes, and what stands there past the last element may be
  /// overwritten.
  bool c_padded;
  /// If given, the tile becomes D − s·(A·B), rounded after the product with s and after the difference. D may
  /// be C: this is a step of gradient descent. Only where plan.can_subtract(), and without bias.
  const void* minuend;  ///< The tile's first element of D; columns are contiguous.
  int64_t minuend_row;  ///< 1 where N = 1
  const void* scale;    ///< s, one element.
  void* workspace;      ///< plan.workspace_bytes() at a multiple of 64 bytes, not shared with another thread.
};

/// How C[M,N] = A[M,K]·B[K,N] is computed: the tiles, the packing, the loops for this CPU. Immutable.
/// Everything depends on the constructor's arguments alone, and tiles do not depend on each other, so an
/// element has the same bits whichever thread computes it. Sums run over k in increasing order, with fused
/// multiply-adds where the CPU has them. Runs allocate nothing and take no lock.
class MatmulPlan {
 public:
  /// dtype is f32 or f64. A transposed operand is stored [K,M] (or [N,K]) row-major. The strides of a call
  /// must agree: 1 along a stored row, anything from one row to the next; where K = 1, operands are dense.
  MatmulPlan(DType dtype, int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed);

  int64_t tiles() const { return geometry_.row_tiles * geometry_.col_tiles; }
  /// `index` in [0, tiles()).
  MatmulTile tile(int64_t index) const {
    const Geometry& g = geometry_;
    const int64_t row = index / g.col_tiles * g.tile_rows, col = index % g.col_tiles * g.tile_cols;
    return {row, row + g.tile_rows < g.m ? row + g.tile_rows : g.m, col,
            col + g.tile_cols < g.n ? col + g.tile_cols : g.n};
  }
  size_t workspace_bytes() const { return workspace_bytes_; }
  /// Whether calls may give a minuend: the sums of this product never leave the registers before they are
  /// whole.
  bool can_subtract() const { return can_subtract_; }
  /// Writes one tile of C.
  void run(const MatmulCall& call, int64_t tile) const { run_(geometry_, call, tile); }

  struct Geometry {
    int64_t m, n, k;
    int64_t tile_rows, tile_cols, row_tiles, col_tiles;
    int64_t depth;       ///< k is cut into pieces of this length
    int64_t chunk_rows;  ///< rows of A that are passed together, for every panel of B in turn
    int64_t packed_b;    ///< elements of B in the workspace; behind them, chunk_rows of A if pack_a
    bool b_transposed, pack_a, pack_b;
  };
  using Run = void (*)(const Geometry&, const MatmulCall&, int64_t tile);

 private:
  Geometry geometry_;
  Run run_;
  size_t workspace_bytes_;
  bool can_subtract_;
};

}  // namespace kette::kernels
