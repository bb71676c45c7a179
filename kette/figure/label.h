// The texts of a figure, made fit for each form that they are written in. Names may hold any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kette/base/utf8.h"

namespace kette {

/// Valid UTF-8 in one line: U+FFFD for what is no character, a blank for each control character.
std::string one_line(std::string_view text);

/// At most `width` ≥ 3 characters of valid UTF-8, the middle left out where there are more: "layer…weights".
std::string shortened(std::string_view text, size_t width);

/// one_line() for an HTML-like label of Graphviz, in its escapes and XML's.
std::string in_html(std::string_view text);

/// one_line() for LaTeX's text mode; characters that plain LaTeX has no glyph for become mathematics or "?".
std::string in_latex(std::string_view text);

}  // namespace kette
