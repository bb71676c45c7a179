#include "kette/plot/script.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/plot/elements.h"

namespace kette {
namespace {

std::string end_of(const std::optional<double>& end) { return end ? fmt::format("{}", *end) : "*"; }

/// The least and the largest number that the series show on an axis. {∞, −∞} for none.
std::pair<double, double> extent(const Chart& chart, const Axis& axis, std::vector<double> Series::*numbers) {
  double least = INFINITY, most = -INFINITY;
  for (const Series& series : chart.series)
    for (const double number : series.*numbers)
      if (is_shown(number, axis)) least = std::min(least, number), most = std::max(most, number);
  return {least, most};
}

/// Marks at 1, 2, 5, 10, …: by itself gnuplot has one for each power of ten, which in a short range are two.
void append_logarithmic_tics(std::string& script, char name, double from, double to) {
  if (!(from < to) || to / from > 1000) return;
  const std::vector<double> digits =
      to / from > 10 ? std::vector<double>{1, 2, 5} : std::vector<double>{1, 2, 3, 4, 5, 6, 8};
  std::vector<std::string> tics;
  const int last = static_cast<int>(std::floor(std::log10(to)));
  for (int exponent = static_cast<int>(std::floor(std::log10(from))); exponent <= last; ++exponent)
    for (const double digit : digits)
      if (const double tic = digit * std::pow(10, exponent); tic >= from && tic <= to)
        tics.push_back(fmt::format("{:.10g}", tic));
  if (tics.size() > 1) append_line(script, "set {}tics ({})", name, fmt::join(tics, ", "));
}

void append_axis(std::string& script, const Chart& chart, char name) {
  const Axis& axis = name == 'x' ? chart.x : chart.y;
  append_line(script, "{} logscale {}", axis.is_logarithmic ? "set" : "unset", name);
  std::optional<double> from = axis.from, to = axis.to;
  if (chart.field) {
    const std::vector<double>& middles = name == 'x' ? chart.field->x : chart.field->y;
    const double half = (middles.back() - middles.front()) / static_cast<double>(middles.size() - 1) / 2;
    if (!from) from = middles.front() - half;
    if (!to) to = middles.back() + half;
  }
  append_line(script, "set {}tics autofreq", name);
  if (axis.is_logarithmic) {
    constexpr double kMargin = 1.1;
    const auto [least, most] = extent(chart, axis, name == 'x' ? &Series::x : &Series::y);
    if (!from && least <= most) from = least / kMargin;
    if (!to && least <= most) to = most * kMargin;
    if (from && to) append_logarithmic_tics(script, name, *from, *to);
  }
  append_line(script, "set {}range [{}:{}]", name, end_of(from), end_of(to));
}

/// What the axis upwards shows stands above it: beside it there is no place for more than a few characters.
void append_text_titles(std::string& script, const Chart& chart) {
  const bool is_above = !chart.y.label.empty();
  append_line(script, "set title {} offset 0,{}", gnuplot_text(chart.title), is_above ? 1 : 0);
  if (!is_above) return;
  append_line(script, "set tmargin 3");
  append_line(script, "set label 1 {} at character 0, screen 1 left offset 0,-2",
              gnuplot_text(chart.y.label));
}

void append_chart(std::string& script, const Chart& chart, size_t place, const Canvas& canvas) {
  const bool is_text = canvas.kind == Canvas::Kind::text;
  const bool has_field = chart.field.has_value();
  if (is_text) {
    append_text_titles(script, chart);
  } else {
    append_line(script, "set title {} font ',17' offset 0,0.3", gnuplot_text(chart.title));
    append_line(script, "set ylabel {}", gnuplot_text(chart.y.label));
  }
  append_line(script, "set xlabel {}", gnuplot_text(chart.x.label));
  append_axis(script, chart, 'x');
  append_axis(script, chart, 'y');
  append_line(script, "set autoscale xfix");
  append_line(script, "{}", has_field || is_text ? "unset grid" : "set grid back lw 1 dt 1 lc rgb '#e4e4e4'");
  append_line(script, "{}",
              has_field || is_text ? "unset zeroaxis" : "set zeroaxis lw 1 dt 1 lc rgb '#b0b0b0'");
  PlotElements elements;
  const std::string data = fmt::format("$chart{}", place + 1);
  if (has_field) add_field(script, elements, data + "_field", chart, canvas);
  for (size_t i = 0; i < chart.series.size(); ++i)
    add_series(script, elements, fmt::format("{}_{}", data, i + 1), chart, i, canvas);
  append_line(script, "plot {}", fmt::join(elements, ", \\\n     "));
}

void append_canvas(std::string& script, const Canvas& canvas) {
  append_line(script, "set encoding utf8");
  switch (canvas.kind) {
    case Canvas::Kind::svg:
      append_line(
          script,
          "set terminal svg size {},{} fixed noenhanced rounded font 'sans-serif,14' background '#ffffff'",
          canvas.width, canvas.height);
      break;
    case Canvas::Kind::png:
      append_line(script,
                  "set terminal pngcairo size {},{} noenhanced rounded font 'sans-serif,14' fontscale 1.6 "
                  "linewidth 2 pointscale 3 background '#ffffff'",
                  2 * canvas.width, 2 * canvas.height);
      break;
    case Canvas::Kind::text:
      append_line(script, "set terminal dumb size {},{} noenhanced {}", canvas.width, canvas.height,
                  canvas.is_colored ? "ansi256" : "mono");
      append_line(script, "set key below reverse Left width 2");
      append_line(script, "set tics nomirror");
      append_line(script, "set border 3");
      return;
  }
  append_line(script, "set border 3 lw 1 lc rgb '#909090'");
  append_line(script, "set tics nomirror out scale 0.5 textcolor rgb '#303030'");
  append_line(script, "set key below reverse Left samplen 2.5 spacing 1.25 width 2 textcolor rgb '#303030'");
  append_line(script, "set xlabel offset 0,0.4 textcolor rgb '#303030'");
  append_line(script, "set ylabel textcolor rgb '#303030'");
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
  if (charts.size() > 1) append_line(script, "set multiplot layout {},2", (charts.size() + 1) / 2);
  for (size_t i = 0; i < charts.size(); ++i) append_chart(script, charts[i], i, canvas);
  if (charts.size() > 1) append_line(script, "unset multiplot");
  return script;
}

}  // namespace kette
