// Figures as text and pictures, by the conventions of textbooks on computation graphs: operations are ovals,
// parameters shaded boxes, inputs without a frame, constants small and plain; edges point upwards. Tensors of
// up to 12 elements stand in full, larger ones as their least, mean and largest element, in pictures with a
// heat map. A nameless number stands beside each operation that uses it; in
// text it is only there.
//
// Names may hold any bytes. All that draw run Graphviz (the program `dot`): they throw Error where it is
// missing, and for more than kMostNodes nodes.
#pragma once

#include <cstddef>
#include <string>

#include "kette/figure/figure.h"

namespace kette {

inline constexpr size_t kMostNodes = 400;

/// Graphviz text, without heat maps; needs no Graphviz. Render with `dot -Tsvg`.
std::string to_dot(const Figure& figure);

/// One self-contained file: heat maps are inside.
std::string to_svg(const Figure& figure);

/// The bytes of a PNG file, at 144 dots per inch.
std::string to_png(const Figure& figure);

/// A `tikzpicture` for LaTeX, to be \input where \usepackage{tikz} is in force; laid out by Graphviz.
std::string to_tikz(const Figure& figure);

/// For a terminal of at least 40 columns: a line for each node in topological order – name, operation and
/// operands, shape – and its numbers below. Needs no Graphviz and draws any number of nodes.
std::string to_text(const Figure& figure, size_t columns = 100);

}  // namespace kette
