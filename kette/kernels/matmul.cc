#include "kette/kernels/matmul.h"

#include <algorithm>
#include <cstdlib>

#include "kette/kernels/matmul_loops.h"

namespace kette::kernels {
namespace {
int64_t env(const char* name, int64_t other) { const char* v = std::getenv(name); return v ? std::atol(v) : other; }

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

MatmulPlan::MatmulPlan(DType dtype, int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed) {
  const MatmulLoops loops = matmul_loops(dtype);
  Geometry& g = geometry_;
  g = {m, n, k, m, n, 1, 1, 256, a_transposed, b_transposed, false, b_transposed};
  if (n > 256) {
    g.tile_cols = env("TC", 128);
    g.tile_rows = env("TR", 1026);
    g.depth = env("KC", 256);
    g.pack_b = true;
    g.pack_a = a_transposed;
  }
  g.depth = std::min(g.depth, k);
  g.pack_b = g.pack_b || env("PB", 0);
  g.row_tiles = m == 0 || n == 0 ? 0 : divide_up(m, g.tile_rows);
  g.col_tiles = divide_up(n, g.tile_cols);
  if (m == 0 || n == 0) g.row_tiles = g.col_tiles = 0;
  run_ = loops.blocked;
  const int64_t width = loops.columns;
  const int64_t elements =
      (g.pack_b ? g.depth * width : 0) + (g.pack_a ? divide_up(g.tile_rows, loops.rows) * loops.rows * g.depth : 0);
  workspace_bytes_ = static_cast<size_t>(elements * size_of(dtype));
}

}  // namespace kette::kernels
