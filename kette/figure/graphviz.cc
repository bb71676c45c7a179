#include "kette/figure/graphviz.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kette/base/atomic_file.h"
#include "kette/base/child_process.h"
#include "kette/base/held_signals.h"
#include "kette/figure/dot_text.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"

namespace kette {
namespace {

const Tool kGraphviz = {"dot", "graphviz"};
constexpr int kCellPixels = 6;  // of a cell's side, so that it has sharp edges where pictures are smoothed

/// A folder that only its owner can look into, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* const named = std::getenv("TMPDIR");
    const std::string parent = named && *named ? named : "/tmp";
    path_ = parent + "/kette-XXXXXX";
    if (!mkdtemp(path_.data())) fail("{}: no temporary folder can be made: {}", parent, std::strerror(errno));
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
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

/// Of all numbers that have one.
std::vector<Thumbnail> thumbnails_of(const Figure& figure) {
  std::vector<Thumbnail> thumbnails;
  for (const Figure::Node& node : figure.nodes)
    for (const Figure::Numbers& numbers : node.numbers)
      if (!is_small(numbers.tensor) && numbers.tensor.size() > 0)
        thumbnails.push_back(
            {heat_map(numbers.tensor), fmt::format("kette-heat-map-{}.png", thumbnails.size())});
  return thumbnails;
}

/// What Graphviz makes of the figure. The thumbnails are files while it runs, in the folder where it runs: a
/// list of folders to look into would be cut at colons.
std::string drawn(const Figure& figure, const std::vector<Thumbnail>& thumbnails,
                  const std::vector<std::string>& arguments) {
  const std::string text = dot_text(figure, thumbnails);
  if (thumbnails.empty()) return run_tool(kGraphviz, arguments, text);
  const HeldSignals held;  // until the folder is gone
  const TemporaryFolder folder;
  for (const Thumbnail& thumbnail : thumbnails)
    write_file_atomically(folder.path() + "/" + thumbnail.path, png_of(thumbnail.map, kCellPixels));
  return run_tool(kGraphviz, arguments, text, folder.path());
}

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
    if (found == waiting.end()) fail("dot: an edge from {} to {} that the figure has not", from, to);
    layout.edges[found->second] = curve_in(edge.at("pos"));
    waiting.erase(found);
  }
  return layout;
}

std::string to_svg(const Figure& whole) {
  check_size(whole);
  const Figure figure = with_repetitions(whole);
  const std::vector<Thumbnail> thumbnails = thumbnails_of(figure);
  std::string svg = drawn(figure, thumbnails, {"-Tsvg"});
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
  return drawn(figure, thumbnails_of(figure), {"-Tpng", "-Gdpi=144"});
}

}  // namespace kette
