// Figures as Graphviz text, with or without heat maps: what render.h's functions share.
#pragma once

#include <string>
#include <vector>

#include "kette/figure/figure.h"
#include "kette/figure/heat_map.h"

namespace kette {

/// A heat map in a file that Graphviz reads.
struct Thumbnail {
  HeatMap map;
  std::string path;  // without characters that XML escapes
};

/// `thumbnails` are those of the numbers that are not small, node by node from top to bottom; or none at all.
std::string dot_text(const Figure& figure, const std::vector<Thumbnail>& thumbnails = {});

/// Title, attributes and shape of a node, short enough for a picture.
struct NodeText {
  std::string title;
  std::vector<std::string> small;
};
NodeText node_text(const Figure::Node& node);

}  // namespace kette
