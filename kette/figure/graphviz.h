// Figures through Graphviz: drawn, or only laid out.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "kette/figure/figure.h"

namespace kette {

/// Where everything is, in points (1/72 inch) from the lower left corner.
struct Layout {
  struct Box {
    double x = 0, y = 0;  // the middle
    double width = 0, height = 0;
  };
  using Point = std::array<double, 2>;
  struct Curve {
    std::vector<Point> points;  // Bézier: one, and three for each piece
    Point tip{};                // of the arrow
  };
  double width = 0, height = 0;
  std::vector<Box> nodes;    // as in the figure
  std::vector<Curve> edges;  // as in the figure
};

/// Throws Error for more than kMostNodes nodes.
void check_size(const Figure& figure);

/// Without heat maps. Throws Error where Graphviz is missing.
Layout layout_of(const Figure& figure);

}  // namespace kette
