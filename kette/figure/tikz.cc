#include <fmt/format.h>

#include "kette/figure/dot_text.h"
#include "kette/figure/graphviz.h"
#include "kette/figure/label.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"

namespace kette {
namespace {

constexpr std::string_view kPreamble =
    R"(\begin{tikzpicture}[x=1bp, y=1bp, line width=0.5bp, >=latex,
  every node/.style={inner sep=0pt, outer sep=0pt, align=center},
  input/.style={}, constant/.style={},
  parameter/.style={draw, fill=black!11},
  operation/.style={draw, shape=ellipse},
  emphasised/.style={draw, line width=1.8bp},
  backward/.style={draw=blue!60!black, text=blue!60!black},
  backward operation/.style={operation, backward, fill=blue!7},
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
  return node.emphasised ? style + ", emphasised" : style;
}

std::string point(const Layout::Point& p) { return fmt::format("({:.1f},{:.1f})", p[0], p[1]); }

}  // namespace

std::string to_tikz(const Figure& figure) {
  const Layout layout = layout_of(figure);
  std::string text(kPreamble);
  if (!figure.title.empty())
    text += fmt::format("\\node[anchor=south] at ({:.1f},{:.1f}) {{{}}};\n", layout.width / 2, layout.height,
                        sized(12, in_latex(figure.title)));
  for (size_t i = 0; i < figure.nodes.size(); ++i) {
    const Layout::Box& box = layout.nodes[i];
    text += fmt::format(
        "\\node[{}, minimum width={:.1f}bp, minimum height={:.1f}bp] at ({:.1f},{:.1f})\n  {{{}}};\n",
        style_of(figure.nodes[i]), box.width, box.height, box.x, box.y, content(figure.nodes[i]));
  }
  for (size_t i = 0; i < figure.edges.size(); ++i) {
    const bool is_backward = figure.nodes[figure.edges[i].to].backward;
    const std::vector<Layout::Point>& points = layout.edges[i].points;
    text += fmt::format("\\draw[operand{}] {}", is_backward ? ", backward" : "", point(points.front()));
    for (size_t k = 3; k < points.size(); k += 3)
      text += fmt::format(" .. controls {} and {} .. {}", point(points[k - 2]), point(points[k - 1]),
                          point(points[k]));
    text += fmt::format(" -- {};\n", point(layout.edges[i].tip));
  }
  return text + "\\end{tikzpicture}\n";
}

}  // namespace kette
