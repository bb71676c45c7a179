#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "kette/base/atomic_file.h"
#include "kette/figure/dot_text.h"
#include "kette/figure/graphviz.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"
#include "kette/figure/test_figures.h"
#include "kette/figure/test_graphviz.h"

namespace kette::gallery_test {
namespace {

/// The pictures are there to be looked at: KETTE_GALLERY names a folder to leave them in.
TEST(Gallery, every_figure_is_drawn_in_every_form) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  const char* folder = std::getenv("KETTE_GALLERY");
  for (const auto& [name, figure] : test_figures::gallery()) {
    const std::map<std::string, std::string> forms = {{"dot", to_dot(figure)},
                                                      {"svg", to_svg(figure)},
                                                      {"png", to_png(figure)},
                                                      {"tex", to_tikz(figure)},
                                                      {"txt", to_text(figure, 60)}};
    for (const auto& [extension, text] : forms) {
      EXPECT_GT(text.size(), 200u) << name << "." << extension;
      if (folder)
        write_file_atomically((std::filesystem::path(folder) / name).string() + "." + extension, text);
    }
  }
}

std::map<std::string, Figure> drawn_gallery() {
  std::map<std::string, Figure> figures = test_figures::gallery();
  for (auto& [name, figure] : figures) figure = with_repetitions(figure);
  return figures;
}

bool overlap(const Layout::Box& a, const Layout::Box& b) {
  return std::abs(a.x - b.x) < (a.width + b.width) / 2 && std::abs(a.y - b.y) < (a.height + b.height) / 2;
}

Layout::Point bezier(const Layout::Point* p, double t) {
  const double s = 1 - t;
  Layout::Point at{};
  for (size_t i = 0; i < 2; ++i)
    at[i] = s * s * s * p[0][i] + 3 * s * s * t * p[1][i] + 3 * s * t * t * p[2][i] + t * t * t * p[3][i];
  return at;
}

TEST(Gallery, no_two_nodes_touch) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  for (const auto& [name, figure] : drawn_gallery()) {
    const Layout layout = layout_of(figure);
    for (size_t i = 0; i < layout.nodes.size(); ++i) {
      EXPECT_GT(layout.nodes[i].width * layout.nodes[i].height, 0) << name << " " << i;
      for (size_t k = 0; k < i; ++k)
        EXPECT_FALSE(overlap(layout.nodes[i], layout.nodes[k]))
            << name << ": " << figure.nodes[i].title() << " and " << figure.nodes[k].title();
    }
  }
}

TEST(Gallery, edges_go_upwards_and_around_the_labels_of_others) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  for (const auto& [name, figure] : drawn_gallery()) {
    const Layout layout = layout_of(figure);
    for (size_t e = 0; e < figure.edges.size(); ++e) {
      const auto [from, to] = figure.edges[e];
      EXPECT_LT(layout.nodes[from].y, layout.nodes[to].y) << name;
      const std::vector<Layout::Point>& points = layout.edges[e].points;
      ASSERT_GE(points.size(), 4u) << name;
      for (size_t piece = 0; piece + 3 < points.size(); piece += 3)
        for (double t = 0; t <= 1; t += 0.05) {
          const auto [x, y] = bezier(&points[piece], t);
          for (size_t i = 0; i < layout.nodes.size(); ++i) {
            // The label takes up less than the node.
            const Layout::Box& box = layout.nodes[i];
            const bool is_inside =
                std::abs(x - box.x) < 0.4 * box.width && std::abs(y - box.y) < 0.4 * box.height;
            EXPECT_FALSE(is_inside && i != from && i != to)
                << name << ": an edge crosses " << figure.nodes[i].title();
          }
        }
    }
  }
}

/// Widest reach of a node's texts from its middle, in points, as Graphviz measured them.
double reach_of_texts(const nlohmann::json& object, double middle) {
  double reach = 0;
  for (const auto& drawn : object.value("_ldraw_", nlohmann::json::array())) {
    if (drawn.at("op") != "T") continue;
    const double x = drawn.at("pt")[0], width = drawn.at("width");
    const std::string align = drawn.at("align");
    const double left = align == "l" ? x : align == "c" ? x - width / 2 : x - width;
    reach = std::max({reach, middle - left, left + width - middle});
  }
  return reach;
}

/// As Graphviz draws it.
std::string first_text(const nlohmann::json& object) {
  for (const auto& drawn : object.at("_ldraw_"))
    if (drawn.at("op") == "T") return drawn.at("text");
  return "";
}

TEST(Gallery, labels_say_what_they_should_and_fit_their_nodes) {
  KETTE_SKIP_WITHOUT_GRAPHVIZ();
  for (const auto& [name, figure] : drawn_gallery()) {
    const auto json = nlohmann::json::parse(run_tool({"dot", "graphviz"}, {"-Tjson"}, dot_text(figure)));
    ASSERT_EQ(json.at("objects").size(), figure.nodes.size()) << name;
    for (const auto& object : json.at("objects")) {
      const double middle = std::stod(object.at("pos").get<std::string>());
      const double reach = reach_of_texts(object, middle);
      EXPECT_GT(reach, 0) << name << " " << object.at("name");
      const size_t place = std::stoul(object.at("name").get<std::string>().substr(1));
      EXPECT_EQ(first_text(object), node_text(figure.nodes.at(place)).title);
      EXPECT_LE(2 * reach, 72 * std::stod(object.at("width").get<std::string>()))
          << name << " " << object.at("name");
    }
  }
}

}  // namespace
}  // namespace kette::gallery_test
