#include "kette/figure/graphviz.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "kette/base/atomic_file.h"
#include "kette/base/child_process.h"
#include "kette/figure/dot_text.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"

namespace kette {
namespace {

const Tool kGraphviz = {"dot", "graphviz"};
constexpr int kCellPixels = 6;  // of a cell's side, so that it has sharp edges where pictures are smoothed

/// A folder of its own, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / fmt::format("kette-{:08x}{:08x}", random(), random());
    if (!std::filesystem::create_directory(path_)) fail("{}: is there already", path_.string());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> numbers;
  std::string separated = text;
  for (char& c : separated)
    if (c == ',') c = ' ';
  std::istringstream stream(separated);
  stream.imbue(std::locale::classic());
  for (double number = 0; stream >> number;) numbers.push_back(number);
  return numbers;
}

/// "e,1,2 3,4 5,6 …": the tip, and the points of the curve.
Layout::Curve curve_in(const std::string& text) {
  const std::vector<double> numbers = numbers_in(text.substr(text.find(',') + 1));
  Layout::Curve curve{.tip = {numbers.at(0), numbers.at(1)}};
  for (size_t i = 3; i < numbers.size(); i += 2) curve.points.push_back({numbers[i - 1], numbers[i]});
  return curve;
}

std::string thumbnail_name(size_t index) { return fmt::format("kette-heat-map-{}.png", index); }

/// Of all numbers that have one.
std::vector<Thumbnail> write_thumbnails(const Figure& figure, const TemporaryFolder& folder) {
  std::vector<Thumbnail> thumbnails;
  for (const Figure::Node& node : figure.nodes)
    for (const Figure::Numbers& numbers : node.numbers) {
      if (is_small(numbers.tensor) || numbers.tensor.size() == 0) continue;
      thumbnails.push_back({heat_map(numbers.tensor), thumbnail_name(thumbnails.size())});
      write_file_atomically(folder.file(thumbnails.back().path), png_of(thumbnails.back().map, kCellPixels));
    }
  return thumbnails;
}

std::string image_path(const TemporaryFolder& folder) { return "-Gimagepath=" + folder.file(""); }

}  // namespace

void check_size(const Figure& figure) {
  if (figure.nodes.size() > kMostNodes)
    fail("a graph of {} nodes is too large to draw: at most {}", figure.nodes.size(), kMostNodes);
}

Layout layout_of(const Figure& figure) {
  const auto json = nlohmann::json::parse(run_tool(kGraphviz, {"-Tjson"}, dot_text(figure)));
  Layout layout;
  const std::vector<double> frame = numbers_in(json.at("bb"));
  layout.width = frame.at(2);
  layout.height = frame.at(3);

  layout.nodes.resize(figure.nodes.size());
  std::vector<size_t> place_of_object;
  for (const auto& object : json.value("objects", nlohmann::json::array())) {
    const std::string name = object.at("name");  // "n12"
    place_of_object.push_back(std::stoul(name.substr(1)));
    const std::vector<double> middle = numbers_in(object.at("pos"));
    const auto points = [&](const char* key) { return 72 * std::stod(object.at(key).get<std::string>()); };
    layout.nodes.at(place_of_object.back()) = {middle.at(0), middle.at(1), points("width"), points("height")};
  }

  std::multimap<std::pair<size_t, size_t>, size_t> waiting;
  for (size_t i = 0; i < figure.edges.size(); ++i)
    waiting.insert({{figure.edges[i].from, figure.edges[i].to}, i});
  layout.edges.resize(figure.edges.size());
  for (const auto& edge : json.value("edges", nlohmann::json::array())) {
    const size_t from = place_of_object.at(edge.at("tail")), to = place_of_object.at(edge.at("head"));
    const auto found = waiting.find({from, to});
    layout.edges[found->second] = curve_in(edge.at("pos"));
    waiting.erase(found);
  }
  return layout;
}

std::string to_svg(const Figure& whole) {
  check_size(whole);
  const Figure figure = with_repetitions(whole);
  const TemporaryFolder folder;
  const std::vector<Thumbnail> thumbnails = write_thumbnails(figure, folder);
  std::string svg = run_tool(kGraphviz, {"-Tsvg", image_path(folder)}, dot_text(figure, thumbnails));
  for (const Thumbnail& thumbnail : thumbnails) {
    const std::string reference = fmt::format("xlink:href=\"{}\"", thumbnail.path);
    const size_t at = svg.find(reference);
    if (at == svg.npos) fail("dot: no picture {} in what it drew", thumbnail.path);
    const std::string inside =
        "xlink:href=\"data:image/png;base64," + base64(png_of(thumbnail.map, kCellPixels)) + "\"";
    svg.replace(at, reference.size(), inside);
  }
  return svg;
}

std::string to_png(const Figure& whole) {
  check_size(whole);
  const Figure figure = with_repetitions(whole);
  const TemporaryFolder folder;
  const std::vector<Thumbnail> thumbnails = write_thumbnails(figure, folder);
  return run_tool(kGraphviz, {"-Tpng", "-Gdpi=144", image_path(folder)}, dot_text(figure, thumbnails));
}

}  // namespace kette
