// Charts drawn by gnuplot, which runs as another program. All throw Error where check(chart) does, and when
// gnuplot is not installed or fails.
#pragma once

#include <span>
#include <string>

#include "kette/plot/chart.h"

namespace kette {

/// The charts side by side, two in a row: 900 × 560 pixels for one, 1200 × 560 for two.
std::string svg(std::span<const Chart> charts);
/// The same with twice as many pixels each way.
std::string png(std::span<const Chart> charts);
inline std::string svg(const Chart& chart) { return svg(std::span(&chart, 1)); }
inline std::string png(const Chart& chart) { return png(std::span(&chart, 1)); }

/// Lines of text for a terminal of so many columns, the charts one below the other, `rows` lines for each.
/// Colours are those of a terminal's escape codes.
std::string sketch(std::span<const Chart> charts, int columns, int rows, bool is_colored = false);
inline std::string sketch(const Chart& chart, int columns, int rows, bool is_colored = false) {
  return sketch(std::span(&chart, 1), columns, rows, is_colored);
}

}  // namespace kette
