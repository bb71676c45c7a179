// Between matmul.cc, which decides how a product is cut, and the loops compiled for each instruction set.
#pragma once

#include <bit>
#include <cstdint>

#include "kette/kernels/matmul.h"

namespace kette::kernels {

/// The loops of one element type for this CPU. All but `blocked` read B where it is.
struct MatmulLoops {
  /// Any product, in panels of `panel_columns` columns. What A has of rows is passed `chunk_rows` at a time.
  MatmulPlan::Run blocked;
  /// Functions for n ≤ lanes, by the exponent of the smallest power of two ≥ n.
  struct Narrow {
    MatmulPlan::Run partial[5], full[5];
    MatmulPlan::Run function(int64_t n) const {
      const auto width = std::bit_ceil(static_cast<uint64_t>(n));
      return (width == static_cast<uint64_t>(n) ? full : partial)[std::countr_zero(width)];
    }
  };
  /// Any number of rows; one row.
  Narrow narrow, vector;
  /// One row of C; the same where B is far away and k > far_depth.
  MatmulPlan::Run row, far_row;
  /// One column of C where A is stored transposed: a row of Cᵀ.
  MatmulPlan::Run column;
  /// One column where A is not transposed, or one row where B is: scalar products of contiguous vectors.
  MatmulPlan::Run column_dots, row_dots;
  int64_t lanes, panel_columns, chunk_rows, far_depth;
  /// Elements that a panel of B and so many rows of A take when packed, `depth` of k each.
  int64_t (*packed_panel)(int64_t depth);
  int64_t (*packed_rows)(int64_t rows, int64_t depth);
};

/// Each in a file of its own, which can be built at the same time.
MatmulLoops matmul_loops_f32();
MatmulLoops matmul_loops_f64();

}  // namespace kette::kernels
