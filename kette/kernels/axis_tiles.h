// How loops along the middle axis of a dense [outer, axis, inner] array are cut into tiles.
#pragma once

#include <algorithm>
#include <cstdint>

namespace kette::kernels {

/// A grid of tiles over [outer, inner]; the axis is never cut, so tiles do not depend on each other, and
/// depends on the shape alone. Tiles are worth a thread's while (tens of thousands of elements); small arrays
/// are one tile.
struct AxisTiles {
  int64_t outer, axis, inner;
  int64_t tile_outer, tile_inner, outer_tiles, inner_tiles;

  struct Tile {
    int64_t outer_begin, outer_end, inner_begin, inner_end;
  };

  /// An element of the array counts as `cost` units of work, of which a tile holds at least 2^16.
  AxisTiles(int64_t outer, int64_t axis, int64_t inner, int64_t cost)
      : outer(outer),
        axis(axis),
        inner(inner),
        tile_outer(outer),
        tile_inner(inner),
        outer_tiles(0),
        inner_tiles(1) {
    if (outer == 0 || inner == 0) return;
    constexpr int64_t columns = 64;  // of which a tile holds a multiple: whole cache lines
    const double work = static_cast<double>(outer) * static_cast<double>(inner) *
                        static_cast<double>(std::max<int64_t>(axis, 1)) * static_cast<double>(cost);
    const int64_t wanted = static_cast<int64_t>(std::clamp(work / 65536, 1.0, 16.0));
    tile_outer = std::max<int64_t>(1, (outer + wanted - 1) / wanted);
    outer_tiles = (outer + tile_outer - 1) / tile_outer;
    const int64_t parts = std::clamp<int64_t>(wanted / outer_tiles, 1, std::max<int64_t>(1, inner / columns));
    if (parts == 1) return;
    tile_inner = ((inner + parts - 1) / parts + columns - 1) / columns * columns;
    inner_tiles = (inner + tile_inner - 1) / tile_inner;
  }

  int64_t count() const { return outer_tiles * inner_tiles; }
  Tile tile(int64_t index) const {
    if (count() == 1) return {0, outer, 0, inner};  // divisions would cost as much as a small array
    const int64_t o = index / inner_tiles * tile_outer, i = index % inner_tiles * tile_inner;
    return {o, std::min(outer, o + tile_outer), i, std::min(inner, i + tile_inner)};
  }
};

}  // namespace kette::kernels
