#include <array>
#include <cmath>

#include "kette/plot/elements.h"

namespace kette {
namespace {

constexpr std::array<PlotColor, kColors> kPalette = {{{"#0072b2", "#b3d4ea"},
                                                      {"#d55e00", "#f7cba8"},
                                                      {"#009e73", "#b0e0d1"},
                                                      {"#cc79a7", "#f0d3e3"},
                                                      {"#e69f00", "#f9e2ad"},
                                                      {"#56b4e9", "#d3ebfa"},
                                                      {"#333333", "#d0d0d0"}}};
constexpr std::string_view kPointMarks = "ox+*#@%&";  // of a text canvas
constexpr size_t kManyPoints = 400;

size_t count_shown(const Series& series, const Chart& chart) {
  size_t count = 0;
  for (size_t i = 0; i < series.x.size(); ++i)
    count += is_shown(series.x[i], chart.x) && is_shown(series.y[i], chart.y);
  return count;
}

void add_pixel_series(PlotElements& elements, const std::string& data, const Series& series, size_t shown) {
  const std::string_view color = plot_color(series.color).plain;
  if (series.mark == Series::Mark::points) {
    const double size = shown > kManyPoints ? 0.45 : 0.75;
    elements.push_back(
        fmt::format("{} using 1:2 with points pt 7 ps {} lc rgb '#ffffff' notitle", data, size + 0.25));
    const std::string own = series.values.empty()
                                ? fmt::format("using 1:2 with points pt 7 ps {} lc rgb '{}'", size, color)
                                : fmt::format("using 1:2:3 with points pt 7 ps {} lc palette", size);
    elements.push_back(fmt::format("{} {} {}", data, own, in_legend(series.name)));
    return;
  }
  const std::string_view pattern = series.mark == Series::Mark::dashes ? "'-'"
                                   : series.color >= kColors           ? "'_.'"
                                                                       : "1";
  // A line through one point would not be seen.
  const std::string style =
      shown == 1 ? std::string("points pt 7 ps 0.75") : fmt::format("lines lw {:.2g}", 2.2 * series.width);
  elements.push_back(fmt::format("{} using 1:2 with {} dt {} lc rgb '{}' {}", data, style, pattern, color,
                                 in_legend(series.name)));
}

void add_text_series(PlotElements& elements, const std::string& data, const Series& series, size_t shown,
                     size_t place, const Canvas& canvas) {
  const std::string color =
      canvas.is_colored ? fmt::format(" lc rgb '{}'", plot_color(series.color).plain) : std::string();
  const size_t mark = series.values.empty() ? static_cast<size_t>(series.color) % kPointMarks.size() : 0;
  const std::string style = series.mark == Series::Mark::points || shown == 1
                                ? fmt::format("points pt '{}'", kPointMarks[mark])
                                : fmt::format("lines lt {}", place + 1);
  elements.push_back(fmt::format("{} using 1:2 with {}{} {}", data, style, color, behind_mark(series.name)));
}

}  // namespace

const PlotColor& plot_color(int color) { return kPalette[static_cast<size_t>(color % kColors)]; }

std::string in_legend(const std::string& name) {
  return name.empty() ? "notitle" : "title " + gnuplot_text(name);
}

std::string behind_mark(const std::string& name) { return in_legend(name.empty() ? name : ' ' + name); }

/// A blank line ends a line that is drawn: a gap.
void append_data(std::string& script, const std::string& name, const Series& series, const Chart& chart) {
  append_line(script, "{} << END", name);
  bool is_gap = true;
  for (size_t i = 0; i < series.x.size(); ++i) {
    const bool is_seen = is_shown(series.x[i], chart.x) && is_shown(series.y[i], chart.y) &&
                         (series.values.empty() || std::isfinite(series.values[i]));
    if (is_seen && series.values.empty())
      append_line(script, "{} {}", series.x[i], series.y[i]);
    else if (is_seen)
      append_line(script, "{} {} {}", series.x[i], series.y[i], series.values[i]);
    else if (!is_gap)
      script += '\n';
    is_gap = !is_seen;
  }
  append_line(script, "END");
}

void add_series(std::string& script, PlotElements& elements, const std::string& name, const Chart& chart,
                size_t place, const Canvas& canvas) {
  const Series& series = chart.series[place];
  const size_t shown = count_shown(series, chart);
  if (shown == 0) return;
  append_data(script, name, series, chart);
  if (canvas.kind == Canvas::Kind::text)
    add_text_series(elements, name, series, shown, place, canvas);
  else
    add_pixel_series(elements, name, series, shown);
}

}  // namespace kette
