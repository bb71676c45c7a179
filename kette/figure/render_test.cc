#include "kette/figure/render.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

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

TEST(Dot, backward_nodes_and_their_edges_are_tinted) {
  Figure figure = every_kind();
  const std::string plain = to_dot(figure);
  figure.nodes.back().backward = true;
  const std::string tinted = to_dot(figure);
  EXPECT_EQ(count(plain, "#1f5fa8"), 0u);
  EXPECT_NE(tinted.find("n1 -> n6 [weight=0, color=\"#9fbde0\"]"), tinted.npos);
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
  const Figure figure = test_figures::of_names();
  const size_t nodes = figure.nodes.size(), edges = figure.edges.size();
  const Layout layout = layout_of(figure);  // Graphviz read what it was to read
  ASSERT_EQ(layout.nodes.size(), nodes);
  for (const Layout::Curve& curve : layout.edges) EXPECT_EQ(curve.points.size() % 3, 1u);

  const std::string svg = to_svg(figure);
  EXPECT_EQ(count(svg, "class=\"node\""), nodes);
  EXPECT_EQ(count(svg, "class=\"edge\""), edges);
  EXPECT_EQ(count(svg, "</svg>"), 1u);
  EXPECT_TRUE(to_png(figure).starts_with("\x89PNG"));

  const std::string tikz = to_tikz(figure);
  int depth = 0;
  for (size_t i = 0; i < tikz.size(); ++i) {
    if (tikz[i] == '\\') {
      ++i;  // the next one is escaped, or begins a command
      continue;
    }
    depth += (tikz[i] == '{') - (tikz[i] == '}');
    ASSERT_GE(depth, 0) << tikz.substr(0, i);
  }
  EXPECT_EQ(depth, 0);
  EXPECT_EQ(count(tikz, "\\node[") + count(tikz, "\\path["), nodes);
  EXPECT_EQ(count(tikz, "\\draw["), edges);
}

TEST(Render, text_holds_no_control_characters_and_no_broken_utf8) {
  const std::string text = to_text(test_figures::of_names(), 60);
  EXPECT_NO_THROW(static_cast<void>(nlohmann::json(text).dump())) << text;
  EXPECT_TRUE(std::ranges::none_of(text, [](char c) { return c >= 0 && c < ' ' && c != '\n'; })) << text;
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

/// With heat maps.
Figure with_large_numbers() {
  Figure figure = every_kind();
  figure.nodes[0].numbers = {{"value", Tensor(Shape({1, 784}))}};
  return figure;
}

/// TMPDIR is an empty folder, and PATH begins with one.
class HeatMapFiles : public testing::Test {
 protected:
  HeatMapFiles() {
    std::string name = std::filesystem::temp_directory_path() / "kette_render_XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::create_directory(temporary());
    std::filesystem::create_directory(programs());
    setenv("TMPDIR", temporary().c_str(), 1);
    setenv("PATH", (programs().string() + ":" + path_).c_str(), 1);
  }
  ~HeatMapFiles() override {
    setenv("PATH", path_.c_str(), 1);
    tmpdir_.empty() ? unsetenv("TMPDIR") : setenv("TMPDIR", tmpdir_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path temporary() const { return folder_ / "a:b"; }
  std::filesystem::path programs() const { return folder_ / "programs"; }

 private:
  static std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
  }
  const std::string path_ = variable("PATH"), tmpdir_ = variable("TMPDIR");
  std::filesystem::path folder_;
};

TEST_F(HeatMapFiles, may_be_anywhere_and_are_gone_afterwards) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  EXPECT_EQ(count(to_svg(with_large_numbers()), "data:image/png;base64,"), 1u);
  EXPECT_GT(to_png(with_large_numbers()).size(), to_png(every_kind()).size());
  EXPECT_TRUE(std::filesystem::is_empty(temporary()));
}

TEST_F(HeatMapFiles, are_of_the_user_alone_and_gone_when_a_signal_ends_the_program) {
  const std::filesystem::path dot = programs() / "dot", mode = programs() / "mode";
  std::ofstream(dot) << "#!/bin/sh\nstat -c %a . >" << mode << "\nls >>" << mode
                     << "\nkill -INT $PPID\nexec sleep 100\n";
  std::filesystem::permissions(dot, std::filesystem::perms::owner_all);
  EXPECT_EXIT(to_svg(with_large_numbers()), testing::KilledBySignal(SIGINT), "");
  EXPECT_TRUE(std::filesystem::is_empty(temporary()));
  std::ostringstream said;
  said << std::ifstream(mode).rdbuf();
  EXPECT_EQ(said.str(), "700\nkette-heat-map-0.png\n");
}

TEST_F(HeatMapFiles, need_a_place_and_figures_without_them_need_none) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  std::filesystem::remove(temporary());
  std::string said;
  try {
    to_svg(with_large_numbers());
  } catch (const Error& error) {
    said = error.what();
  }
  EXPECT_EQ(said, temporary().string() + ": no temporary folder can be made: No such file or directory");
  EXPECT_EQ(count(to_svg(every_kind()), "</svg>"), 1u);
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
