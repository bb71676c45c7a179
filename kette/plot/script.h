// A chart in the language of gnuplot. The numbers stand in the script, so that it needs no other file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kette/plot/chart.h"

namespace kette {

/// What is drawn on.
struct Canvas {
  enum class Kind : uint8_t { svg, png, text };
  Kind kind = Kind::svg;
  int width = 900, height = 560;  // pixels (of PNG twice as many, for sharp letters), or characters
  bool is_colored = true;         // text only: by the escape codes of terminals
};

/// The charts side by side, two in a row. Throws Error where check(chart) does.
std::string gnuplot_script(std::span<const Chart> charts, const Canvas& canvas);

/// As a literal of gnuplot, in which nothing is replaced.
std::string gnuplot_text(std::string_view text);

}  // namespace kette
