#include "kette/figure/dot_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kette/figure/label.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"

namespace kette {
namespace {

constexpr size_t kMostTitle = 26, kMostSmall = 36;  // characters
constexpr std::string_view kInk = "#1a1a1a", kQuiet = "#5c5c5c", kBackward = "#1f5fa8", kCrossing = "#9fbde0";
constexpr std::string_view kShade = "#e4e4e4", kBackwardFill = "#eaf2fb";
constexpr std::string_view kFont = "Arial,Helvetica,sans-serif";  // Arial: as wide wherever it is shown
constexpr int kTitleSize = 13, kSmallSize = 10, kNumberSize = 11, kConstantSize = 10;

std::string font(std::string_view html, int size, std::string_view color) {
  return fmt::format("<FONT POINT-SIZE=\"{}\" COLOR=\"{}\">{}</FONT>", size, color, html);
}

std::string cell(std::string_view html, std::string_view attributes = "") {
  return fmt::format("<TD{}{}>{}</TD>", attributes.empty() ? "" : " ", attributes, html);
}

std::string table_start(int padding, int spacing = 0) {
  return fmt::format("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"{}\" CELLPADDING=\"{}\">", spacing,
                     padding);
}

std::string image(const Thumbnail& thumbnail) {
  const HeatMap& map = thumbnail.map;
  const auto points = [](int64_t cells, double size) {
    return std::lround(static_cast<double>(cells) * size) + 2;
  };
  return fmt::format(
      "{}<TR><TD FIXEDSIZE=\"TRUE\" WIDTH=\"{}\" HEIGHT=\"{}\" BORDER=\"1\" COLOR=\"#9a9a9a\">"
      "<IMG SRC=\"{}\" SCALE=\"BOTH\"/></TD></TR></TABLE>",
      table_start(0, 3), points(map.width, map.cell_width), points(map.height, map.cell_height),
      thumbnail.path);
}

/// Cells of one row, two for a number so that points are lined up, and a narrow one between two numbers.
std::string number_cells(const std::vector<double>& row, std::string_view color) {
  std::string html;
  for (size_t i = 0; i < row.size(); ++i) {
    const NumberParts parts = number_parts(row[i]);
    if (i > 0) html += "<TD WIDTH=\"6\"></TD>";
    html += cell(font(parts.whole, kNumberSize, color), "ALIGN=\"RIGHT\"");
    html += parts.rest.empty() ? "<TD></TD>" : cell(font(parts.rest, kNumberSize, color), "ALIGN=\"LEFT\"");
  }
  return html;
}

/// All numbers of a node as one table: captions, and columns that have their points in common.
std::string numbers_table(const Figure::Node& node, const Thumbnail*& thumbnail) {
  size_t most = 1;  // numbers in a row
  for (const Figure::Numbers& numbers : node.numbers)
    if (is_small(numbers.tensor)) most = std::max(most, rows_of(numbers.tensor).front().size());
  const size_t columns = 3 * most - 1;
  const auto spanning = [](size_t count) { return fmt::format("COLSPAN=\"{}\"", count); };
  const std::string gap = "<TD WIDTH=\"4\"></TD>";

  std::vector<std::string> rows;
  for (const Figure::Numbers& numbers : node.numbers) {
    const std::string_view color = numbers.backward ? kBackward : kInk;
    const std::string said = in_html(shortened(one_line(numbers.caption), kMostTitle));
    std::string caption =
        said.empty() ? "<TD></TD>"
                     : cell(font(said, kSmallSize, numbers.backward ? kBackward : kQuiet), "ALIGN=\"RIGHT\"");
    if (is_small(numbers.tensor)) {
      for (const std::vector<double>& row : rows_of(numbers.tensor)) {
        rows.push_back(caption + gap + number_cells(row, color));
        caption = "<TD></TD>";
      }
      continue;
    }
    const std::string range = font(range_text(numbers.tensor), kSmallSize, color);
    rows.push_back(caption + gap + cell(range, "ALIGN=\"LEFT\" " + spanning(columns)));
    if (thumbnail && numbers.tensor.size() > 0)
      rows.push_back(cell(image(*thumbnail++), spanning(columns + 2)));
  }

  // Graphviz makes all columns wider where the title is wider than the table. Most of that goes to columns
  // that are empty, on both sides.
  const std::string margin = fmt::format("<TD COLSPAN=\"9\" ROWSPAN=\"{}\"></TD>", rows.size());
  rows.front() = margin + rows.front() + margin;
  std::string html = table_start(0);
  for (const std::string& row : rows) html += "<TR>" + row + "</TR>";
  return html + "</TABLE>";
}

std::string label(const Figure::Node& node, const Thumbnail*& thumbnail) {
  const NodeText text = node_text(node);
  const std::string_view ink = node.backward ? kBackward : kInk, quiet = node.backward ? kBackward : kQuiet;
  const bool is_constant = node.kind == NodeKind::constant;
  std::vector<std::string> lines = {font(in_html(text.title), is_constant ? kConstantSize : kTitleSize, ink)};
  for (const std::string& line : text.small)
    lines.push_back(font(in_html(line), is_constant ? kConstantSize - 1 : kSmallSize, quiet));
  if (node.numbers.empty()) {
    std::string html;
    for (const std::string& line : lines) html += (html.empty() ? "" : "<BR/>") + line;
    return html;
  }
  std::string html = table_start(1);
  for (const std::string& line : lines) html += "<TR>" + cell(line) + "</TR>";
  html += "<TR>" + cell(numbers_table(node, thumbnail)) + "</TR>";
  return html + "</TABLE>";
}

std::string style(const Figure::Node& node) {
  std::string text;
  switch (node.kind) {
    case NodeKind::input:
      text = "shape=plaintext";
      break;
    case NodeKind::parameter:
      text = fmt::format("shape=box, style=filled, fillcolor=\"{}\"", kShade);
      break;
    case NodeKind::constant:
      text = "shape=plaintext, margin=\"0.02,0.01\", width=0, height=0";
      break;
    case NodeKind::operation:
      text = "shape=oval";
      if (node.backward) text += fmt::format(", style=filled, fillcolor=\"{}\"", kBackwardFill);
      break;
  }
  if (node.backward) text += fmt::format(", color=\"{}\"", kBackward);
  return text;
}

/// By edge: whether it is the longest way both into its operation and on from its operand, and the only one
/// as long. Such edges form chains.
std::vector<bool> chains(const Figure& figure) {
  constexpr size_t kNone = SIZE_MAX;
  struct Way {
    size_t length = 0, edge = kNone;
    void consider(size_t other, size_t other_edge) {
      if (other == length) edge = kNone;
      if (other > length) *this = {other, other_edge};
    }
  };
  // Edges are in the order of what they lead to, and nodes behind their operands.
  std::vector<Way> below(figure.nodes.size()), above(figure.nodes.size());
  for (size_t e = 0; e < figure.edges.size(); ++e) {
    const auto [from, to] = figure.edges[e];
    below[to].consider(below[from].length + 1, e);
  }
  for (size_t e = figure.edges.size(); e-- > 0;) {
    const auto [from, to] = figure.edges[e];
    above[from].consider(above[to].length + 1, e);
  }
  std::vector<bool> is_chain(figure.edges.size());
  for (size_t e = 0; e < figure.edges.size(); ++e)
    is_chain[e] = below[figure.edges[e].to].edge == e && above[figure.edges[e].from].edge == e;
  return is_chain;
}

/// Chains of operations are straight; what the gradient takes from the forward pass stays in the background.
std::string edge_style(const Figure::Node& from, const Figure::Node& to, bool is_chain) {
  const bool is_crossing = to.backward && !from.backward && from.kind != NodeKind::constant;
  if (is_crossing) return fmt::format(" [weight=0, color=\"{}\"]", kCrossing);
  const bool is_between_operations = from.kind == NodeKind::operation && to.kind == NodeKind::operation;
  const int weight = !is_between_operations ? 1 : is_chain ? 30 : 3;
  std::string list = weight > 1 ? fmt::format("weight={}", weight) : "";
  if (to.backward) list += fmt::format("{}color=\"{}\"", list.empty() ? "" : ", ", kBackward);
  return list.empty() ? "" : " [" + list + "]";
}

}  // namespace

NodeText node_text(const Figure::Node& node) {
  NodeText text{.title = one_line(node.title())};
  if (width_of(text.title) > kMostTitle && !node.attributes.empty()) {
    Figure::Node bare{.name = node.name, .operation = node.operation};
    text.title = one_line(bare.title());
    text.small.push_back(shortened(one_line("(" + node.attributes + ")"), kMostSmall));
  }
  text.title = shortened(text.title, kMostTitle);
  if (!node.shape.empty()) text.small.push_back(shortened(one_line(node.shape), kMostSmall));
  return text;
}

std::string dot_text(const Figure& figure, const std::vector<Thumbnail>& thumbnails) {
  const bool has_backward = std::ranges::any_of(figure.nodes, &Figure::Node::backward);
  std::string text = fmt::format(
      "digraph kette {{\n"
      "  graph [rankdir=BT, nodesep=0.3, ranksep=0.38, fontname=\"{0}\", fontsize=13];\n"
      "  node [fontname=\"{0}\", fontsize={1}, margin=\"0.11,0.06\", height=0.3, width=0.5, color=\"{2}\"];\n"
      "  edge [arrowsize=0.6, color=\"#444444\"];\n",
      kFont, kTitleSize, kInk);
  // Operands from left to right; a gradient would be pulled apart by it.
  if (!has_backward) text += "  ordering=in;\n";
  const Thumbnail* thumbnail = thumbnails.empty() ? nullptr : thumbnails.data();
  for (size_t i = 0; i < figure.nodes.size(); ++i)
    text += fmt::format("  n{0} [id=n{0}, label=<{1}>, {2}];\n", i, label(figure.nodes[i], thumbnail),
                        style(figure.nodes[i]));
  const std::vector<bool> is_chain = chains(figure);
  for (size_t e = 0; e < figure.edges.size(); ++e) {
    const auto [from, to] = figure.edges[e];
    text += fmt::format("  n{} -> n{}{};\n", from, to,
                        edge_style(figure.nodes[from], figure.nodes[to], is_chain[e]));
  }
  return text + "}\n";
}

std::string to_dot(const Figure& figure) { return dot_text(with_repetitions(figure)); }

}  // namespace kette
