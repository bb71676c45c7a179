#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "kette/plot/elements.h"

namespace kette {
namespace {

// viridis [van der Walt & Smith 2015], without its darkest end, on which dark lines would not be seen.
constexpr std::string_view kScale =
    "0 '#46327e', 1 '#365c8d', 2 '#277f8e', 3 '#1fa187', 4 '#4ac16d', 5 '#a0da39', 6 '#fde725'";
constexpr std::string_view kHalves = "0 '#4f9fd0', 1 '#ffffff', 2 '#e88d4d'";

// Of a text canvas: what stands for parts of a field.
constexpr std::string_view kRegionMarks = ".:-~,'", kBandMarks = ".:-=+*";

void append_field(std::string& script, const std::string& name, const Field& field) {
  append_line(script, "{} << END", name);
  for (size_t j = 0; j < field.y.size(); ++j) {
    for (size_t i = 0; i < field.x.size(); ++i) {
      const double value = field.values[j * field.x.size() + i];
      if (std::isfinite(value))
        append_line(script, "{} {} {}", field.x[i], field.y[j], value);
      else
        append_line(script, "{} {} NaN", field.x[i], field.y[j]);
    }
    script += '\n';
  }
  append_line(script, "END");
}

/// Lines of equal value, which gnuplot finds.
void append_levels(std::string& script, const std::string& data, const Field& field) {
  append_line(script, "set contour base");
  append_line(script, "unset surface");
  append_line(script, "set cntrparam levels discrete {}", fmt::join(field.levels, ","));
  append_line(script, "set table {}_levels", data);
  append_line(script, "splot {} using 1:2:3 with lines notitle", data);
  append_line(script, "unset table");
  append_line(script, "unset contour");
  append_line(script, "set surface");
}

/// 0 … 1 where no value is finite.
std::pair<double, double> ends_of(const Field& field) {
  double least = INFINITY, most = -INFINITY;
  for (const double value : field.values)
    if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
  if (!(least <= most)) least = 0, most = 1;
  return {field.from.value_or(least), field.to.value_or(most)};
}

void append_colors(std::string& script, const Field& field) {
  if (field.colors == Field::Colors::classes) {
    double most = 0;
    for (const double value : field.values)
      if (std::isfinite(value)) most = std::max(most, value);
    const auto count = static_cast<int>(most) + 1;
    std::vector<std::string> steps;
    for (int k = 0; k < std::max(count, 2); ++k)
      steps.push_back(fmt::format("{} '{}'", k, plot_color(k).pale));
    append_line(script, "set palette defined ({})", fmt::join(steps, ", "));
    append_line(script, "set cbrange [0:{}]", std::max(count, 2) - 1);
    append_line(script, "unset colorbox");
    return;
  }
  append_line(script, "set palette defined ({})", field.colors == Field::Colors::halves ? kHalves : kScale);
  auto [from, to] = ends_of(field);
  if (!(from < to)) from -= 0.5, to += 0.5;  // one value everywhere
  append_line(script, "set cbrange [{}:{}]", from, to);
  append_line(script, "set cblabel {}", gnuplot_text(field.label));
  append_line(script, "set colorbox");
}

void add_pixel_field(std::string& script, PlotElements& elements, const std::string& data,
                     const Chart& chart) {
  const Field& field = *chart.field;
  append_field(script, data, field);
  append_colors(script, field);
  // Of a surface without a number gnuplot finds no lines, but an error.
  const bool has_levels = !field.levels.empty() && std::ranges::any_of(field.values, [](double value) {
    return std::isfinite(value);
  });
  if (has_levels) append_levels(script, data, field);
  elements.push_back(fmt::format("{} using 1:2:3 with image notitle", data));
  if (has_levels)  // dark with light edges: seen on every colour
    for (const std::string_view style : {"lw 2.4 dt 1 lc rgb '#ffffff'", "lw 1 dt 1 lc rgb '#202020'"})
      elements.push_back(fmt::format("{}_levels using 1:2 with lines {} notitle", data, style));
  if (field.colors != Field::Colors::classes) return;
  for (size_t k = 0; k < field.names.size(); ++k)  // those that no series in the legend has
    if (std::ranges::find(chart.series, field.names[k], &Series::name) == chart.series.end())
      elements.push_back(fmt::format("1/0 with points pt 5 ps 1.6 lc rgb '{}' {}",
                                     plot_color(static_cast<int>(k)).pale, in_legend(field.names[k])));
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
          {name_at(static_cast<size_t>(k)), kRegionMarks[static_cast<size_t>(k) % kRegionMarks.size()], k});
  } else if (field.colors == Field::Colors::halves) {
    bands = {{name_at(0), '.', 0}, {name_at(1), ':', 1}};
  } else {
    for (size_t k = 0; k < kBandMarks.size(); ++k) {
      const double step = (to - from) / static_cast<double>(kBandMarks.size());
      bands.push_back(
          {fmt::format("from {:.3g}", from + step * static_cast<double>(k)), kBandMarks[k], kColors - 1});
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

void add_text_field(std::string& script, PlotElements& elements, const std::string& data, const Chart& chart,
                    const Canvas& canvas) {
  for (const Band& band : bands_of(*chart.field)) {
    const std::string name = fmt::format("{}_{}", data, elements.size());
    append_data(script, name, band.cells, chart);
    elements.push_back(
        fmt::format("{} using 1:2 with points pt \"{}\"{} {}", name, band.mark,
                    canvas.is_colored ? fmt::format(" lc rgb '{}'", plot_color(band.color).plain) : "",
                    behind_mark(band.name)));
  }
}

}  // namespace

void add_field(std::string& script, PlotElements& elements, const std::string& name, const Chart& chart,
               const Canvas& canvas) {
  if (canvas.kind == Canvas::Kind::text)
    add_text_field(script, elements, name, chart, canvas);
  else
    add_pixel_field(script, elements, name, chart);
}

}  // namespace kette
