#include "kette/figure/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kette/figure/graphviz.h"
#include "kette/figure/test_figures.h"
#include "kette/figure/test_graphviz.h"

namespace kette::render_test {
namespace {

/// One node of each kind, one of them twice an operand.
Figure every_kind() {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 20});
  const Value w = graph.parameter("W", {20});
  graph.name(concat(std::vector{x * 0.5, x * w}, 1), "h");
  mul(w, w);
  return figure_of(graph);
}

/// The names that break out of quotes and brackets somewhere.
const char* const kNames[] = {"a\"b",     "a\\", "\\N",  "</TABLE>", "<",           "&", "&lt;", "a\nb",
                              "\xFF\xC3", "{",   "}",    "{}",       "%",           "$", "#",    "_^~",
                              "'",        "`",   "]]>",  "\x01",     "\x7F",        " ", "[1]",  "*",
                              "漢字",     "-->", "\\\\", "a;b",      "\xEF\xBF\xBF"};

Figure named(const std::string& name) {
  Graph graph;
  const Value x = graph.input("x", {20});
  exp(x);
  Figure figure = figure_of(graph);
  figure.title = figure.nodes[0].name = figure.nodes[1].name = name;
  figure.nodes[0].lines = {name};
  figure.nodes[0].numbers = {{name, Tensor(Shape({2}), {1.5f, -2.0f})}};
  figure.nodes[1].numbers = {{name, Tensor(Shape({20}))}};
  figure.nodes[1].attributes = name + name;
  figure.nodes[1].shape = name;
  return figure;
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

TEST(Dot, kinds_of_nodes_are_drawn_as_in_textbooks) {
  const std::string text = to_dot(every_kind());
  const auto line = [&](std::string_view start) {
    const size_t at = text.find("\n  " + std::string(start));
    return at == text.npos ? "" : text.substr(at + 3, text.find('\n', at + 1) - at - 3);
  };
  EXPECT_NE(text.find("rankdir=BT"), text.npos);
  const auto has = [&](std::string_view node, std::string_view part) {
    EXPECT_NE(line(node).find(part), std::string::npos) << line(node);
  };
  has("n0 [", ">x</FONT><BR/>");
  has("n0 [", ">N×20<");
  has("n0 [", "shape=plaintext");
  has("n1 [", ">W<");
  has("n1 [", ">1×20<");
  has("n1 [", "shape=box, style=filled");
  has("n2 [", ">0.5<");
  has("n2 [", "POINT-SIZE=\"10\"");
  has("n3 [", ">mul<");
  has("n3 [", "shape=oval");
  has("n5 [", ">h = concat(axis=1)<");
  EXPECT_EQ(count(text, "  n1 -> n6;\n"), 2u) << text;
  EXPECT_EQ(count(text, "  n0 -> n3;\n"), 1u);
}

TEST(Dot, backward_nodes_and_their_edges_are_tinted_and_emphasis_is_a_thick_frame) {
  Figure figure = every_kind();
  const std::string plain = to_dot(figure);
  figure.nodes.back().backward = true;
  const std::string tinted = to_dot(figure);
  EXPECT_EQ(count(plain, "#1f5fa8"), 0u);
  EXPECT_NE(tinted.find("n1 -> n6 [weight=0, color=\"#9fbde0\"]"), tinted.npos);
  figure.nodes.front().emphasised = true;
  EXPECT_EQ(count(to_dot(figure), "shape=box, penwidth"), 1u);
}

TEST(Dot, long_titles_lose_their_middle_after_their_attributes_a_line_of_their_own) {
  Figure figure;
  figure.nodes.push_back({.name = "encoder.layer.11.attention.output.weight"});
  figure.nodes.push_back({.id = 1, .operation = "slice", .attributes = "axis=1, start=100, end=2000"});
  const std::string text = to_dot(figure);
  EXPECT_NE(text.find(">encoder.layer…utput.weight<"), text.npos) << text;
  EXPECT_NE(text.find(">slice</FONT><BR/>"), text.npos) << text;
  EXPECT_NE(text.find(">(axis=1, start=100, end=2000)<"), text.npos) << text;
}

TEST(Render, names_cannot_break_out_in_any_form) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  for (const std::string name : kNames) {
    SCOPED_TRACE(name);
    const Figure figure = named(name);
    const Layout layout = layout_of(figure);  // what Graphviz read is what it was to read
    EXPECT_EQ(layout.nodes.size(), 2u);
    EXPECT_EQ(layout.edges.at(0).points.size() % 3, 1u);

    const std::string svg = to_svg(figure);
    EXPECT_EQ(count(svg, "class=\"node\""), 2u);
    EXPECT_EQ(count(svg, "data:image/png;base64,"), 1u);
    EXPECT_EQ(count(svg, "</svg>"), 1u);
    EXPECT_TRUE(to_png(figure).starts_with("\x89PNG"));

    std::string tikz = to_tikz(figure);
    int depth = 0;
    for (size_t i = 0; i < tikz.size(); ++i) {
      if (tikz[i] == '\\') {
        ++i;  // the next one is escaped, or begins a command
        continue;
      }
      depth += (tikz[i] == '{') - (tikz[i] == '}');
      ASSERT_GE(depth, 0);
    }
    EXPECT_EQ(depth, 0);
    EXPECT_EQ(count(tikz, "\\node["), 2u);  // and that of the title
    EXPECT_EQ(count(tikz, "\\path["), 1u);
  }
}

TEST(Render, text_holds_no_control_characters_and_no_broken_utf8) {
  for (const std::string name : kNames) {
    const std::string text = to_text(named(name), 60);
    EXPECT_NO_THROW(static_cast<void>(nlohmann::json(text).dump())) << text;
    EXPECT_TRUE(std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' ' && c != '\n'; })) << text;
  }
}

TEST(Svg, is_one_file) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  Figure figure = every_kind();
  figure.nodes[0].numbers = {{"value", Tensor(Shape({1, 20}))}, {"gradient", Tensor(Shape({1, 784})), true}};
  figure.nodes[1].numbers = {{"value", Tensor(Shape({3}))}, {"gradient", Tensor(Shape({0}))}};
  const std::string svg = to_svg(figure);
  EXPECT_EQ(count(svg, "data:image/png;base64,"), 2u);
  EXPECT_EQ(count(svg, "xlink:href"), 2u);
  EXPECT_EQ(svg.find("kette-heat-map"), svg.npos);
  EXPECT_NE(svg.find("empty"), svg.npos);
}

TEST(Render, too_many_nodes_are_refused_with_their_number) {
  Figure figure;
  for (int id = 0; id < 401; ++id) figure.nodes.push_back({.id = id, .name = "x"});
  for (auto render : {to_svg, to_png, to_tikz}) {
    std::string said;
    try {
      render(figure);
    } catch (const Error& error) {
      said = error.what();
    }
    EXPECT_EQ(said, "a graph of 401 nodes is too large to draw: at most 400");
  }
  EXPECT_EQ(count(to_text(figure), "\n"), 401u);
}

TEST(Render, nothing_is_drawn_of_nothing) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  EXPECT_EQ(to_text({}), "");
  EXPECT_NE(to_svg({}).find("</svg>"), std::string::npos);
  EXPECT_NE(to_tikz({}).find("\\end{tikzpicture}"), std::string::npos);
}

}  // namespace
}  // namespace kette::render_test
