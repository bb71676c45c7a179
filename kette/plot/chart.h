// What a picture shows, as plain values: curves and points in a coordinate system, on top of a field of
// colours where there is one. Texts are UTF-8 and stand in the picture as they are; control characters become
// blanks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kette {

struct Axis {
  std::string label = {};
  bool is_logarithmic = false;               // what is not positive leaves a gap
  std::optional<double> from = {}, to = {};  // absent: as far as the values go
};

/// Whether a number has a place on the axis: it is finite, and positive where it must be.
bool is_shown(double value, const Axis& axis);

/// One colour, one entry of the legend.
struct Series {
  enum class Mark : uint8_t { line, dashes, points };
  std::string name = {};     // in the legend; empty: not in it
  std::vector<double> x, y;  // as many of one as of the other; what is not finite leaves a gap
  Mark mark = Mark::line;
  int color = 0;     // from 0 on, as in Field::Colors::classes; with a pattern after the first kColors
  double width = 1;  // of a line, times the usual one
  /// Of points: as many numbers, shown by the colours of the field, instead of `color`.
  std::vector<double> values = {};
};

/// Numbers over the plane, shown by colours.
struct Field {
  enum class Colors : uint8_t {
    scale,    // from dark (low) to bright (high)
    halves,   // two colours, the first for low and the second for high numbers; white halfway
    classes,  // number k has the colour of a series of color k, but paler
  };
  std::vector<double> x, y;    // middles of the cells: ascending, evenly spaced, at least two each
  std::vector<double> values;  // [y, x]; what is not finite is left white
  Colors colors = Colors::scale;
  std::string label = {};                    // of the scale
  std::optional<double> from = {}, to = {};  // of the scale; absent: as far as the values go
  std::vector<double> levels = {};           // where lines of equal value are drawn
  std::vector<std::string> names = {};       // of the classes, or of the halves
};

struct Chart {
  std::string title = {};
  Axis x = {}, y = {};
  std::vector<Series> series = {};  // later ones over earlier ones
  std::optional<Field> field = {};
};

/// Colours that colour-blind people, too, can tell apart [Okabe & Ito 2008]: so many.
inline constexpr int kColors = 7;

/// Throws Error for numbers that do not belong together, and for a chart in which there is nothing to see.
void check(const Chart& chart);

}  // namespace kette
