#include <fmt/format.h>

#include "kette/figure/dot_text.h"
#include "kette/figure/graphviz.h"
#include "kette/figure/label.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"

namespace kette {
namespace {

constexpr std::string_view kPreamble =
    R"(\begin{tikzpicture}[x=1bp, y=1bp, line width=0.5bp, >=latex,
  every node/.style={inner sep=0pt, outer sep=0pt, align=center},
  input/.style={}, constant/.style={},
  parameter/.style={draw, fill=black!11},
  operation/.style={draw},
  tinted/.style={draw=blue!60!black}, crossing/.style={draw=blue!60!black!40},
  backward operation/.style={draw=blue!60!black, fill=blue!7, text=blue!60!black},
  operand/.style={->, draw=black!75}]
)";

std::string sized(int points, std::string_view latex) {
  return fmt::format("{{\\fontsize{{{}}}{{{}}}\\selectfont {}}}", points, points + 2, latex);
}

std::string table_of(const Tensor& tensor) {
  const auto rows = rows_of(tensor);
  std::string columns, text;
  for (size_t i = 0; i < rows.front().size(); ++i) columns += i == 0 ? "r@{}l" : "@{\\enspace}r@{}l";
  for (const std::vector<double>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const NumberParts parts = number_parts(row[i]);
      text += fmt::format("{}{{}}{}&{}", i == 0 ? "" : "&", in_latex(parts.whole), in_latex(parts.rest));
    }
    text += "\\\\";
  }
  return fmt::format("\\begin{{tabular}}{{@{{}}{}@{{}}}}{}\\end{{tabular}}", columns, text);
}

std::string content(const Figure::Node& node) {
  const bool is_constant = node.kind == NodeKind::constant;
  const NodeText text = node_text(node);
  std::string latex = sized(is_constant ? 8 : 11, in_latex(text.title));
  for (const std::string& line : text.small) latex += "\\\\" + sized(8, in_latex(line));
  for (const Figure::Numbers& numbers : node.numbers) {
    std::string line = sized(7, in_latex(shortened(one_line(numbers.caption), 26)) + "\\enspace ");
    line +=
        sized(8, is_small(numbers.tensor) ? table_of(numbers.tensor) : in_latex(range_text(numbers.tensor)));
    latex += fmt::format("\\\\{{{}{}}}", numbers.backward ? "\\color{blue!60!black}" : "", line);
  }
  return latex;
}

std::string style_of(const Figure::Node& node) {
  constexpr std::string_view kStyles[] = {"input", "parameter", "constant", "operation"};
  std::string style(kStyles[static_cast<size_t>(node.kind)]);
  if (node.backward)
    style = node.kind == NodeKind::operation ? "backward operation" : style + ", text=blue!60!black";
  return style;
}

/// Ellipses as paths: as shapes of nodes they would need a library beside TikZ.
std::string node_path(const Figure::Node& node, const Layout::Box& box) {
  const std::string style = style_of(node), text = content(node);
  if (node.kind == NodeKind::operation)
    return fmt::format(
        "\\path[{}] ({:.1f},{:.1f}) ellipse [x radius={:.1f}bp, y radius={:.1f}bp] node\n  {{{}}};\n", style,
        box.x, box.y, box.width / 2, box.height / 2, text);
  return fmt::format(
      "\\node[{}, minimum width={:.1f}bp, minimum height={:.1f}bp] at ({:.1f},{:.1f})\n  {{{}}};\n", style,
      box.width, box.height, box.x, box.y, text);
}

std::string point(const Layout::Point& p) { return fmt::format("({:.1f},{:.1f})", p[0], p[1]); }

}  // namespace

std::string to_tikz(const Figure& whole) {
  check_size(whole);
  const Figure figure = with_repetitions(whole);
  const Layout layout = layout_of(figure);
  std::string text(kPreamble);
  for (size_t i = 0; i < figure.nodes.size(); ++i) {
    text += node_path(figure.nodes[i], layout.nodes[i]);
  }
  for (size_t i = 0; i < figure.edges.size(); ++i) {
    const auto [from, to] = figure.edges[i];
    const Figure::Node& source = figure.nodes[from];
    const bool is_backward = figure.nodes[to].backward;
    const bool is_crossing = is_backward && !source.backward && source.kind != NodeKind::constant;
    const std::vector<Layout::Point>& points = layout.edges[i].points;
    text += fmt::format("\\draw[operand{}] {}",
                        is_crossing   ? ", crossing"
                        : is_backward ? ", tinted"
                                      : "",
                        point(points.front()));
    for (size_t k = 3; k < points.size(); k += 3)
      text += fmt::format(" .. controls {} and {} .. {}", point(points[k - 2]), point(points[k - 1]),
                          point(points[k]));
    text += fmt::format(" -- {};\n", point(layout.edges[i].tip));
  }
  return text + "\\end{tikzpicture}\n";
}

}  // namespace kette
