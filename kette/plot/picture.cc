#include "kette/plot/picture.h"

#include <algorithm>

#include "kette/base/child_process.h"
#include "kette/base/error.h"
#include "kette/plot/script.h"

namespace kette {
namespace {

constexpr int kWidth = 900, kWidthOfTwo = 1200, kHeight = 560;

std::string draw(const std::string& script) {
  // Without the user's own settings, which could change anything.
  return run_tool({"gnuplot", "gnuplot-nox"}, {"-d"}, script);
}

std::string picture(std::span<const Chart> charts, Canvas::Kind kind) {
  const auto rows = static_cast<int>((charts.size() + 1) / 2);
  return draw(gnuplot_script(charts, {.kind = kind,
                                      .width = charts.size() > 1 ? kWidthOfTwo : kWidth,
                                      .height = std::max(rows, 1) * kHeight}));
}

/// Nothing to see but perhaps escape codes.
bool is_blank(std::string_view line) {
  while (!line.empty()) {
    if (line.starts_with('\x1b')) {
      const size_t end = line.find('m');
      if (end == std::string_view::npos) return false;
      line.remove_prefix(end + 1);
    } else if (line.front() == ' ' || line.front() == '\f') {
      line.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

/// Without the page feed in front, blanks at the ends of lines, and empty lines around.
std::string trimmed(std::string_view drawn) {
  std::string text;
  size_t empty = 0;
  while (!drawn.empty()) {
    const size_t length = drawn.find('\n');
    std::string_view line = drawn.substr(0, length);
    drawn.remove_prefix(length == std::string_view::npos ? drawn.size() : length + 1);
    if (is_blank(line)) {
      ++empty;
      continue;
    }
    while (line.starts_with('\f')) line.remove_prefix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (!text.empty()) text.append(empty, '\n');
    empty = 0;
    text.append(line);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string svg(std::span<const Chart> charts) { return picture(charts, Canvas::Kind::svg); }
std::string png(std::span<const Chart> charts) { return picture(charts, Canvas::Kind::png); }

std::string sketch(std::span<const Chart> charts, int columns, int rows, bool is_colored) {
  std::string text;
  for (const Chart& chart : charts) {
    if (!text.empty()) text += '\n';
    text += trimmed(draw(gnuplot_script(
        std::span(&chart, 1),
        {.kind = Canvas::Kind::text, .width = columns, .height = rows, .is_colored = is_colored})));
  }
  if (charts.empty()) fail("there is nothing to draw");
  if (is_colored) text.insert(text.size() - 1, "\x1b[0m");
  return text;
}

}  // namespace kette
