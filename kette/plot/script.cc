#include "kette/plot/script.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

struct Color {
  std::string_view plain, pale;
};
constexpr std::array<Color, kColors> kPalette = {{{"#0072b2", "#b3d4ea"},
                                                  {"#d55e00", "#f7cba8"},
                                                  {"#009e73", "#b0e0d1"},
                                                  {"#cc79a7", "#f0d3e3"},
                                                  {"#e69f00", "#f9e2ad"},
                                                  {"#56b4e9", "#d3ebfa"},
                                                  {"#333333", "#d0d0d0"}}};
// viridis [van der Walt & Smith 2015], without its darkest end, on which dark lines would not be seen.
constexpr std::string_view kScale =
    "0 '#46327e', 1 '#365c8d', 2 '#277f8e', 3 '#1fa187', 4 '#4ac16d', 5 '#a0da39', 6 '#fde725'";
constexpr std::string_view kHalves = "0 '#4f9fd0', 1 '#ffffff', 2 '#e88d4d'";

// Of a text canvas: what stands for points of a colour, and for parts of a field.
constexpr std::string_view kPoints = "ox+*#@%&", kRegions = ".:-~,'", kBands = ".:-=+*";
constexpr size_t kManyPoints = 400;

const Color& color_of(int color) { return kPalette[static_cast<size_t>(color % kColors)]; }

template <class... T>
void line(std::string& script, fmt::format_string<T...> format, T&&... arguments) {
  fmt::format_to(std::back_inserter(script), format, std::forward<T>(arguments)...);
  script += '\n';
}

std::string end_of(const std::optional<double>& end) { return end ? fmt::format("{:.10g}", *end) : "*"; }

bool is_shown(double value, const Axis& axis) {
  return std::isfinite(value) && (value > 0 || !axis.is_logarithmic);
}

size_t count_shown(const Series& series, const Chart& chart) {
  size_t count = 0;
  for (size_t i = 0; i < series.x.size(); ++i)
    count += is_shown(series.x[i], chart.x) && is_shown(series.y[i], chart.y);
  return count;
}

// Data
// ------------------------------------------------------------------------------------------------------

/// A blank line ends a line that is drawn: a gap.
void append_data(std::string& script, const std::string& name, const Series& series, const Chart& chart) {
  line(script, "{} << END", name);
  bool is_gap = true;
  for (size_t i = 0; i < series.x.size(); ++i) {
    const bool is_seen = is_shown(series.x[i], chart.x) && is_shown(series.y[i], chart.y) &&
                         (series.values.empty() || std::isfinite(series.values[i]));
    if (is_seen && series.values.empty())
      line(script, "{:.10g} {:.10g}", series.x[i], series.y[i]);
    else if (is_seen)
      line(script, "{:.10g} {:.10g} {:.10g}", series.x[i], series.y[i], series.values[i]);
    else if (!is_gap)
      script += '\n';
    is_gap = !is_seen;
  }
  line(script, "END");
}

void append_data(std::string& script, const std::string& name, const Field& field) {
  line(script, "{} << END", name);
  for (size_t j = 0; j < field.y.size(); ++j) {
    for (size_t i = 0; i < field.x.size(); ++i) {
      const double value = field.values[j * field.x.size() + i];
      if (std::isfinite(value))
        line(script, "{:.10g} {:.10g} {:.7g}", field.x[i], field.y[j], value);
      else
        line(script, "{:.10g} {:.10g} NaN", field.x[i], field.y[j]);
    }
    script += '\n';
  }
  line(script, "END");
}

std::string in_legend(const std::string& name) {
  return name.empty() ? "notitle" : "title " + gnuplot_text(name);
}
/// Of a text canvas, where the mark stands right before the name.
std::string behind_mark(const std::string& name) { return in_legend(name.empty() ? name : ' ' + name); }

// Parts of `plot`
// ------------------------------------------------------------------------------------------------------

using Parts = std::vector<std::string>;

void add_series(Parts& parts, const std::string& data, const Series& series, const Chart& chart) {
  const std::string_view color = color_of(series.color).plain;
  const size_t shown = count_shown(series, chart);
  if (shown == 0) return;
  if (series.mark == Series::Mark::points) {
    const double size = shown > kManyPoints ? 0.45 : 0.75;
    parts.push_back(
        fmt::format("{} using 1:2 with points pt 7 ps {} lc rgb '#ffffff' notitle", data, size + 0.25));
    const std::string own = series.values.empty()
                                ? fmt::format("using 1:2 with points pt 7 ps {} lc rgb '{}'", size, color)
                                : fmt::format("using 1:2:3 with points pt 7 ps {} lc palette", size);
    parts.push_back(fmt::format("{} {} {}", data, own, in_legend(series.name)));
    return;
  }
  const std::string_view pattern = series.mark == Series::Mark::dashes ? "'-'"
                                   : series.color >= kColors           ? "'_.'"
                                                                       : "1";
  // A line through one point would not be seen.
  const std::string style =
      shown == 1 ? std::string("points pt 7 ps 0.75") : fmt::format("lines lw {:.2g}", 2.2 * series.width);
  parts.push_back(fmt::format("{} using 1:2 with {} dt {} lc rgb '{}' {}", data, style, pattern, color,
                              in_legend(series.name)));
}

void add_text_series(Parts& parts, const std::string& data, const Series& series, const Chart& chart,
                     size_t place, const Canvas& canvas) {
  const size_t shown = count_shown(series, chart);
  if (shown == 0) return;
  const std::string color =
      canvas.is_colored ? fmt::format(" lc rgb '{}'", color_of(series.color).plain) : std::string();
  const std::string style =
      series.mark == Series::Mark::points || shown == 1
          ? fmt::format("points pt '{}'", kPoints[static_cast<size_t>(series.color) % kPoints.size()])
          : fmt::format("lines lt {}", place + 1);
  parts.push_back(fmt::format("{} using 1:2 with {}{} {}", data, style, color, behind_mark(series.name)));
}

/// Lines of equal value, which gnuplot finds.
void append_levels(std::string& script, const std::string& data, const Field& field) {
  line(script, "set contour base");
  line(script, "unset surface");
  line(script, "set cntrparam levels discrete {:.7g}", fmt::join(field.levels, ","));
  line(script, "set table {}_levels", data);
  line(script, "splot {} using 1:2:3 with lines notitle", data);
  line(script, "unset table");
  line(script, "unset contour");
  line(script, "set surface");
}

std::pair<double, double> ends_of(const Field& field) {
  double least = INFINITY, most = -INFINITY;
  for (const double value : field.values)
    if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
  return {field.from.value_or(least), field.to.value_or(most)};
}

void append_colors(std::string& script, const Field& field) {
  if (field.colors == Field::Colors::classes) {
    double most = 0;
    for (const double value : field.values)
      if (std::isfinite(value)) most = std::max(most, value);
    const auto count = static_cast<int>(most) + 1;
    std::vector<std::string> steps;
    for (int k = 0; k < std::max(count, 2); ++k) steps.push_back(fmt::format("{} '{}'", k, color_of(k).pale));
    line(script, "set palette defined ({})", fmt::join(steps, ", "));
    line(script, "set cbrange [0:{}]", std::max(count, 2) - 1);
    line(script, "unset colorbox");
    return;
  }
  line(script, "set palette defined ({})", field.colors == Field::Colors::halves ? kHalves : kScale);
  auto [from, to] = ends_of(field);
  if (!(from < to)) from -= 0.5, to += 0.5;  // one value everywhere
  line(script, "set cbrange [{:.10g}:{:.10g}]", from, to);
  line(script, "set cblabel {}", gnuplot_text(field.label));
  line(script, "set colorbox");
}

/// Names of classes that no series in the legend has.
void add_field(Parts& parts, const std::string& data, const Chart& chart) {
  const Field& field = *chart.field;
  parts.push_back(fmt::format("{} using 1:2:3 with image notitle", data));
  if (!field.levels.empty())  // dark with light edges: seen on every colour
    for (const std::string_view style : {"lw 2.4 dt 1 lc rgb '#ffffff'", "lw 1 dt 1 lc rgb '#202020'"})
      parts.push_back(fmt::format("{}_levels using 1:2 with lines {} notitle", data, style));
  if (field.colors != Field::Colors::classes) return;
  for (size_t k = 0; k < field.names.size(); ++k)
    if (std::ranges::find(chart.series, field.names[k], &Series::name) == chart.series.end())
      parts.push_back(fmt::format("1/0 with points pt 5 ps 1.6 lc rgb '{}' {}",
                                  color_of(static_cast<int>(k)).pale, in_legend(field.names[k])));
}

/// Of a text canvas: a character for each part of the field.
struct Band {
  std::string name;
  char mark = ' ';
  int color = 0;
  Series cells = {};
};

std::vector<Band> bands_of(const Field& field) {
  std::vector<Band> bands;
  const auto [from, to] = ends_of(field);
  const auto name_at = [&](size_t k) { return k < field.names.size() ? field.names[k] : std::string(); };
  if (field.colors == Field::Colors::classes) {
    for (int k = 0; k <= static_cast<int>(to); ++k)
      bands.push_back(
          {name_at(static_cast<size_t>(k)), kRegions[static_cast<size_t>(k) % kRegions.size()], k});
  } else if (field.colors == Field::Colors::halves) {
    bands = {{name_at(0), '.', 0}, {name_at(1), ':', 1}};
  } else {
    for (size_t k = 0; k < kBands.size(); ++k) {
      const double step = (to - from) / static_cast<double>(kBands.size());
      bands.push_back(
          {fmt::format("from {:.3g}", from + step * static_cast<double>(k)), kBands[k], kColors - 1});
    }
  }
  const auto count = static_cast<double>(bands.size());
  for (size_t j = 0; j < field.y.size(); ++j)
    for (size_t i = 0; i < field.x.size(); ++i) {
      const double value = field.values[j * field.x.size() + i];
      if (!std::isfinite(value)) continue;
      const double part = field.colors == Field::Colors::classes ? value
                          : to > from                            ? (value - from) / (to - from) * count
                                                                 : 0;
      Series& cells = bands[static_cast<size_t>(std::clamp(part, 0.0, count - 1))].cells;
      cells.x.push_back(field.x[i]);
      cells.y.push_back(field.y[j]);
    }
  std::erase_if(bands, [](const Band& band) { return band.cells.x.empty(); });
  return bands;
}

void add_text_field(std::string& script, Parts& parts, const std::string& data, const Chart& chart,
                    const Canvas& canvas) {
  for (const Band& band : bands_of(*chart.field)) {
    const std::string name = fmt::format("{}_{}", data, parts.size());
    append_data(script, name, band.cells, chart);
    parts.push_back(
        fmt::format("{} using 1:2 with points pt \"{}\"{} {}", name, band.mark,
                    canvas.is_colored ? fmt::format(" lc rgb '{}'", color_of(band.color).plain) : "",
                    behind_mark(band.name)));
  }
}

// The chart around them
// ------------------------------------------------------------------------------------------------------

void append_axis(std::string& script, char axis, const Axis& is, const std::vector<double>* field) {
  line(script, "{} logscale {}", is.is_logarithmic ? "set" : "unset", axis);
  std::optional<double> from = is.from, to = is.to;
  if (field) {
    const double half = (field->back() - field->front()) / static_cast<double>(field->size() - 1) / 2;
    if (!from) from = field->front() - half;
    if (!to) to = field->back() + half;
  }
  line(script, "set {}range [{}:{}]", axis, end_of(from), end_of(to));
}

/// What the axis upwards shows stands above it: beside it there is no place for more than a few characters.
void append_text_titles(std::string& script, const Chart& chart) {
  const bool is_above = !chart.y.label.empty();
  line(script, "set title {} offset 0,{}", gnuplot_text(chart.title), is_above ? 1 : 0);
  if (!is_above) return;
  line(script, "set tmargin 3");
  line(script, "set label 1 {} at character 0, screen 1 left offset 0,-2", gnuplot_text(chart.y.label));
}

void append_chart(std::string& script, const Chart& chart, size_t place, const Canvas& canvas) {
  const bool is_text = canvas.kind == Canvas::Kind::text;
  const Field* const field = chart.field ? &*chart.field : nullptr;
  if (is_text) {
    append_text_titles(script, chart);
  } else {
    line(script, "set title {} font ',17' offset 0,0.3", gnuplot_text(chart.title));
    line(script, "set ylabel {}", gnuplot_text(chart.y.label));
  }
  line(script, "set xlabel {}", gnuplot_text(chart.x.label));
  append_axis(script, 'x', chart.x, field ? &field->x : nullptr);
  append_axis(script, 'y', chart.y, field ? &field->y : nullptr);
  line(script, "set autoscale xfix");
  Parts parts;
  const std::string data = fmt::format("$chart{}", place + 1);
  if (field && is_text) {
    add_text_field(script, parts, data + "_band", chart, canvas);
  } else if (field) {
    append_data(script, data + "_field", *field);
    append_colors(script, *field);
    if (!field->levels.empty()) append_levels(script, data + "_field", *field);
    add_field(parts, data + "_field", chart);
  }
  line(script, "{}", field || is_text ? "unset grid" : "set grid back lw 1 dt 1 lc rgb '#e4e4e4'");
  line(script, "{}", field || is_text ? "unset zeroaxis" : "set zeroaxis lw 1 dt 1 lc rgb '#b0b0b0'");
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const std::string name = fmt::format("{}_{}", data, i + 1);
    append_data(script, name, chart.series[i], chart);
    if (is_text)
      add_text_series(parts, name, chart.series[i], chart, i, canvas);
    else
      add_series(parts, name, chart.series[i], chart);
  }
  line(script, "plot {}", fmt::join(parts, ", \\\n     "));
}

void append_canvas(std::string& script, const Canvas& canvas) {
  line(script, "set encoding utf8");
  switch (canvas.kind) {
    case Canvas::Kind::svg:
      line(script,
           "set terminal svg size {},{} fixed noenhanced rounded font 'sans-serif,14' background '#ffffff'",
           canvas.width, canvas.height);
      break;
    case Canvas::Kind::png:
      line(script,
           "set terminal pngcairo size {},{} noenhanced rounded font 'sans-serif,14' fontscale 1.6 linewidth "
           "2 "
           "pointscale 2 background '#ffffff'",
           2 * canvas.width, 2 * canvas.height);
      break;
    case Canvas::Kind::text:
      line(script, "set terminal dumb size {},{} noenhanced {}", canvas.width, canvas.height,
           canvas.is_colored ? "ansi256" : "mono");
      line(script, "set key below reverse Left width 2");
      line(script, "set tics nomirror");
      line(script, "set border 3");
      return;
  }
  line(script, "set border 3 lw 1 lc rgb '#909090'");
  line(script, "set tics nomirror out scale 0.5 textcolor rgb '#303030'");
  line(script, "set key below reverse Left samplen 2.5 spacing 1.25 width 2 textcolor rgb '#303030'");
  line(script, "set xlabel offset 0,0.4 textcolor rgb '#303030'");
  line(script, "set ylabel textcolor rgb '#303030'");
}

}  // namespace

std::string gnuplot_text(std::string_view text) {
  // In double quotes gnuplot runs `commands` and replaces \escapes; in single quotes a first '' ends the
  // text.
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '`')
      literal += fmt::format("\\{:03o}", c);
    else
      literal += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return literal + '"';
}

std::string gnuplot_script(std::span<const Chart> charts, const Canvas& canvas) {
  if (charts.empty()) fail("there is nothing to draw");
  for (const Chart& chart : charts) check(chart);
  std::string script;
  append_canvas(script, canvas);
  if (charts.size() > 1) line(script, "set multiplot layout {},2", (charts.size() + 1) / 2);
  for (size_t i = 0; i < charts.size(); ++i) append_chart(script, charts[i], i, canvas);
  if (charts.size() > 1) line(script, "unset multiplot");
  return script;
}

}  // namespace kette
