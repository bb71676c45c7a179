#include "kette/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace kette::cli {

namespace {

/// Zeros where it does not tell.
winsize terminal_size() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size : winsize{};
}

}  // namespace

bool is_terminal() { return isatty(STDOUT_FILENO) != 0; }

size_t terminal_columns() {
  if (!is_terminal()) return 0;
  const size_t columns = terminal_size().ws_col;
  return columns > 0 ? columns : 80;
}

size_t terminal_rows() {
  if (!is_terminal()) return 0;
  const size_t rows = terminal_size().ws_row;
  return rows > 0 ? rows : 24;
}

size_t page_columns() {
  const size_t columns = terminal_columns();
  return columns == 0 ? 100 : std::max<size_t>(columns, 40);
}

bool has_cursor() {
  const char* kind = std::getenv("TERM");
  return is_terminal() && kind != nullptr && std::string_view(kind) != "dumb";
}

bool has_colours() {
  const char* refused = std::getenv("NO_COLOR");
  return has_cursor() && (refused == nullptr || *refused == '\0');
}

}  // namespace kette::cli
