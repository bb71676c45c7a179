#include "kette/figure/dot_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "kette/figure/label.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"

namespace kette {
namespace {

constexpr size_t kMostTitle = 26, kMostSmall = 36;  // characters
constexpr std::string_view kInk = "#1a1a1a", kQuiet = "#5c5c5c", kBackward = "#1f5fa8";
constexpr std::string_view kShade = "#e4e4e4", kBackwardFill = "#eaf2fb";
constexpr int kTitleSize = 12, kSmallSize = 9, kNumberSize = 10, kConstantSize = 9;

std::string font(std::string_view html, int size, std::string_view color) {
  return fmt::format("<FONT POINT-SIZE=\"{}\" COLOR=\"{}\">{}</FONT>", size, color, html);
}

std::string cell(std::string_view html, std::string_view attributes = "") {
  return fmt::format("<TD{}{}>{}</TD>", attributes.empty() ? "" : " ", attributes, html);
}

constexpr std::string_view kPlainTable =
    "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"{}\">";

std::string table_start(int padding) { return fmt::format(fmt::runtime(kPlainTable), padding); }

/// Columns lined up at their points: two cells for a number, and a narrow one between two.
std::string matrix(const Tensor& tensor, std::string_view color) {
  std::string html = table_start(0);
  for (const std::vector<double>& row : rows_of(tensor)) {
    html += "<TR>";
    for (size_t i = 0; i < row.size(); ++i) {
      const NumberParts parts = number_parts(row[i]);
      if (i > 0) html += "<TD WIDTH=\"7\"></TD>";
      html += cell(font(parts.whole, kNumberSize, color), "ALIGN=\"RIGHT\"");
      html += parts.rest.empty() ? "<TD></TD>" : cell(font(parts.rest, kNumberSize, color), "ALIGN=\"LEFT\"");
    }
    html += "</TR>";
  }
  return html + "</TABLE>";
}

std::string image(const Thumbnail& thumbnail) {
  const HeatMap& map = thumbnail.map;
  const auto points = [](int64_t cells, double size) {
    return static_cast<int>(static_cast<double>(cells) * size + 0.5);
  };
  return cell(fmt::format("<IMG SRC=\"{}\" SCALE=\"BOTH\"/>", thumbnail.path),
              fmt::format("FIXEDSIZE=\"TRUE\" WIDTH=\"{}\" HEIGHT=\"{}\" BORDER=\"1\" COLOR=\"#9a9a9a\"",
                          points(map.width, map.cell_width) + 2, points(map.height, map.cell_height) + 2));
}

/// A row of the node's table, or two with a heat map.
std::string numbers_rows(const Figure::Numbers& numbers, const Thumbnail* thumbnail) {
  const std::string_view color = numbers.backward ? kBackward : kInk;
  const std::string caption = font(in_html(shortened(one_line(numbers.caption), kMostTitle)), kSmallSize,
                                   numbers.backward ? kBackward : kQuiet);
  const std::string caption_cell = numbers.caption.empty() ? "" : cell(caption) + "<TD WIDTH=\"5\"></TD>";
  const std::string content = is_small(numbers.tensor) ? matrix(numbers.tensor, color)
                                                       : font(range_text(numbers.tensor), kSmallSize, color);
  std::string html =
      fmt::format("<TR><TD>{}<TR>{}{}</TR></TABLE></TD></TR>", table_start(0), caption_cell, cell(content));
  if (thumbnail)
    html += fmt::format("<TR><TD>{}<TR>{}</TR></TABLE></TD></TR>", table_start(2), image(*thumbnail));
  return html;
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
  for (const Figure::Numbers& numbers : node.numbers) {
    const bool has_image = thumbnail && !is_small(numbers.tensor) && numbers.tensor.size() > 0;
    html += numbers_rows(numbers, has_image ? thumbnail++ : nullptr);
  }
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
  // What has no frame gets one.
  const bool is_bare = node.kind == NodeKind::input || node.kind == NodeKind::constant;
  if (node.emphasised) text += is_bare ? ", shape=box, penwidth=2.4" : ", penwidth=2.4";
  return text;
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
  for (const std::string& line : node.lines) text.small.push_back(shortened(one_line(line), kMostSmall));
  return text;
}

std::string dot_text(const Figure& figure, const std::vector<Thumbnail>& thumbnails) {
  std::string text = fmt::format(
      "digraph kette {{\n"
      "  graph [rankdir=BT, ordering=in, nodesep=0.3, ranksep=0.38, fontname=\"Helvetica\", fontsize=13];\n"
      "  node [fontname=\"Helvetica\", fontsize={}, margin=\"0.11,0.06\", height=0.3, width=0.5, "
      "color=\"{}\"];\n"
      "  edge [arrowsize=0.6, color=\"#444444\"];\n",
      kTitleSize, kInk);
  if (!figure.title.empty())
    text += fmt::format("  labelloc=t;\n  label=<{}>;\n", in_html(shortened(one_line(figure.title), 100)));
  const Thumbnail* thumbnail = thumbnails.empty() ? nullptr : thumbnails.data();
  for (size_t i = 0; i < figure.nodes.size(); ++i) {
    const Figure::Node& node = figure.nodes[i];
    text += fmt::format("  n{} [id=\"n{}\", label=<{}>, {}];\n", node.id, node.id, label(node, thumbnail),
                        style(node));
  }
  for (const auto [from, to] : figure.edges)
    text += fmt::format("  n{} -> n{}{};\n", figure.nodes[from].id, figure.nodes[to].id,
                        figure.nodes[to].backward ? fmt::format(" [color=\"{}\"]", kBackward) : "");
  return text + "}\n";
}

std::string to_dot(const Figure& figure) { return dot_text(figure); }

}  // namespace kette
