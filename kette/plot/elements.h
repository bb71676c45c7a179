// What `plot` of gnuplot draws, and the data that it needs before. Parts of script.cc.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kette/plot/script.h"

namespace kette {

template <class... T>
void append_line(std::string& script, fmt::format_string<T...> format, T&&... arguments) {
  fmt::format_to(std::back_inserter(script), format, std::forward<T>(arguments)...);
  script += '\n';
}

struct PlotColor {
  std::string_view plain, pale;
};
const PlotColor& plot_color(int color);

/// Data go to the script, elements to the list; `name` is that of the data. Those of a text canvas are made
/// of characters.
using PlotElements = std::vector<std::string>;
void add_series(std::string& script, PlotElements& elements, const std::string& name, const Chart& chart,
                size_t place, const Canvas& canvas);
void add_field(std::string& script, PlotElements& elements, const std::string& name, const Chart& chart,
               const Canvas& canvas);

void append_data(std::string& script, const std::string& name, const Series& series, const Chart& chart);
std::string in_legend(const std::string& name);
/// Of a text canvas, where the mark stands right before the name.
std::string behind_mark(const std::string& name);

}  // namespace kette
