// How kernels that work row by row cut their rows into tiles.
#pragma once

#include <algorithm>
#include <cstdint>

namespace kette {

/// Tiles of whole rows, about 64 KiB each: enough work to be worth a thread, little enough to share evenly. A
/// function of the sizes alone.
class RowTiles {
 public:
  RowTiles(int64_t rows, int64_t row_bytes)
      : rows_(rows), rows_per_tile_(std::max<int64_t>(1, kTileBytes / std::max<int64_t>(1, row_bytes))) {}

  int64_t count() const { return (rows_ + rows_per_tile_ - 1) / rows_per_tile_; }
  int64_t begin(int64_t tile) const { return tile * rows_per_tile_; }
  int64_t end(int64_t tile) const { return std::min(rows_, begin(tile) + rows_per_tile_); }

 private:
  static constexpr int64_t kTileBytes = 64 * 1024;
  int64_t rows_, rows_per_tile_;
};

}  // namespace kette
