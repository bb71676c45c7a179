// The terminal that standard output is, if it is one.
#pragma once

#include <cstddef>

namespace kette::cli {

/// Whether standard output is a terminal.
bool is_terminal();

/// Its columns; 0 where standard output is none.
size_t terminal_columns();

/// Its rows; 0 where standard output is none.
size_t terminal_rows();

/// For pages of text: its columns, at least 40; 100 where standard output is none.
size_t page_columns();

/// Whether it is one whose cursor can be moved: not one called dumb.
bool has_cursor();

/// Whether it shows colours: a terminal, not called dumb, and NO_COLOR is not set (no-color.org).
bool has_colours();

}  // namespace kette::cli
