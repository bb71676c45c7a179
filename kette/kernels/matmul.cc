#include "kette/kernels/matmul.h"

#include <algorithm>

#include "kette/kernels/matmul_loops.h"

namespace kette::kernels {
namespace {

constexpr int64_t kDepth = 320;      // of k at a time, at most: a panel of B is then 80 KiB, a part of the L2
                                     // cache, or, with shorter vectors, 20, a part of the L1 cache
constexpr int64_t kTileRows = 1056;  // at most, where B is packed for each tile
constexpr int64_t kWideRow = 256;    // columns up to which a tile holds whole rows
constexpr int64_t kWorthPacking = 48;    // rows
constexpr int64_t kColumnMultiple = 64;  // of whole register blocks of every instruction set
constexpr int64_t kTiles = 32;           // wanted of a large product
constexpr int64_t kColumnTiles = 8;      // the same, where each packs its columns of B
constexpr double kTileWork = 1 << 18;  // multiplications of a tile that is worth a thread's while: about 5 µs
constexpr int64_t kTileElements = 1 << 13;  // of C, where k is short: they stay in the L1 cache
constexpr int64_t kFewPacked = 1 << 13;     // elements of B that every tile may pack for itself
constexpr double kFar = 1 << 20;            // bytes of B that do not stay in the L2 cache
constexpr int64_t kPage = 4096;             // bytes of a row from there that a tile takes at least

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return divide_up(a, b) * b; }

}  // namespace

MatmulPlan::MatmulPlan(DType dtype, int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed)
    : geometry_{m, n, k, m, n, 1, 1, std::min(k, kDepth), m, 0, b_transposed, false, false} {
  const MatmulLoops loops = dtype == DType::f32 ? matmul_loops_f32() : matmul_loops_f64();
  // A vector is both a row and a column.
  if (m == 1) a_transposed = false;
  if (k == 1) b_transposed = false;
  if (n == 1) b_transposed = false;
  Geometry& g = geometry_;
  g.b_transposed = b_transposed;
  // A row of C takes a whole vector at least.
  const double work = static_cast<double>(m) * static_cast<double>(k) *
                      static_cast<double>(m == 1 || n == 1 ? n : round_up(n, loops.lanes));
  const bool is_far = m == 1 && work * static_cast<double>(size_of(dtype)) > kFar;
  auto wanted = static_cast<int64_t>(std::clamp(work / kTileWork, 1.0, double{kTiles}));  // tiles
  if (m > 1 && n > 1) wanted = std::max(wanted, std::min(m * n / kTileElements, kTiles));
  if (is_far) wanted = std::clamp<int64_t>(n * size_of(dtype) / kPage, 1, wanted);

  if (n == 1 && m > 1 && (a_transposed || k == 1)) {
    run_ = loops.column;
  } else if (n == 1 && k >= loops.lanes) {
    run_ = loops.column_dots;
  } else if (m == 1 && b_transposed && k >= loops.lanes) {
    run_ = loops.row_dots;
  } else if (!b_transposed && n <= loops.lanes) {
    run_ = (m == 1 ? loops.vector : loops.narrow).function(std::max<int64_t>(n, 1));
  } else if (!b_transposed && m == 1) {
    const bool streams = is_far && k > loops.far_depth;
    run_ = streams ? loops.far_row : loops.row;
    g.depth = streams ? loops.far_depth : k;
  } else {
    run_ = loops.blocked;
    g.depth = divide_up(k, std::max<int64_t>(1, divide_up(k, kDepth)));  // equal pieces
    g.pack_b = b_transposed || (n > kWideRow && m >= kWorthPacking);
  }

  if (n > kWideRow || (g.b_transposed && n * k > kFewPacked)) {
    // Each tile packs its columns of B once, and its rows of A if at all: then broader tiles, cut into rows
    // too, copy less. Otherwise only very many rows are cut.
    const bool packs_a = g.pack_b && a_transposed && m > loops.chunk_rows;
    const int64_t col_parts = std::min(wanted, packs_a ? kColumnTiles / 2 : kColumnTiles);
    const int64_t row_parts = std::max<int64_t>(packs_a ? 2 : 1, divide_up(m, kTileRows));
    g.tile_cols = std::min(n, round_up(divide_up(n, col_parts), kColumnMultiple));
    g.tile_rows = std::min(m, round_up(divide_up(m, row_parts), 12));
  } else if (wanted > 1) {
    // Whole register blocks: of 16 rows, or of 6.
    const bool by_columns = n <= loops.lanes && a_transposed;
    g.tile_rows = std::min(m, round_up(divide_up(m, wanted), by_columns ? 16 : 12));
  }
  g.row_tiles = m == 0 || n == 0 ? 0 : divide_up(m, g.tile_rows);
  g.col_tiles = n == 0 ? 1 : divide_up(n, g.tile_cols);
  int64_t packed_a = 0;
  if (g.pack_b) {
    g.chunk_rows = std::min(g.tile_rows, loops.chunk_rows);
    g.pack_a = a_transposed && g.chunk_rows < g.tile_rows;
    const int64_t panels = g.chunk_rows < g.tile_rows ? divide_up(g.tile_cols, loops.panel_columns) : 1;
    g.packed_b = panels * loops.packed_panel(g.depth);
    if (g.pack_a) packed_a = loops.packed_rows(g.chunk_rows, g.depth);
  }
  const bool is_dots = run_ == loops.column_dots || run_ == loops.row_dots;
  can_subtract_ = k <= g.depth && !is_dots;
  workspace_bytes_ = static_cast<size_t>((is_dots ? 2 * k : g.packed_b + packed_a) * size_of(dtype));
}

}  // namespace kette::kernels
