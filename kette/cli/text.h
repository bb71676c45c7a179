// Small pieces of what the program reads from the command line and prints for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kette/base/utf8.h"

namespace kette::cli {

/// "a,b" → a, b; blanks around the parts dropped. Throws Error for an empty part.
std::vector<std::string> split_list(std::string_view text);
/// "90", "90s", "500ms", "2m", "1.5h" → seconds. Throws Error for anything else, and unless positive.
double parse_duration(std::string_view text);
/// "0.8 s", "2 min 5 s", "1 h 2 min"
std::string duration(double seconds);
/// 1234567 → "1 234 567"
std::string grouped(int64_t number);
/// "1 row", "2 rows", "2 passes"
std::string counted(int64_t number, std::string_view singular);
/// A measure or loss: four significant digits; shares (accuracy, r2) with four decimals.
std::string measure_text(std::string_view name, double value);
/// With blanks for control characters: what others say in a message may quote any bytes.
std::string one_line(std::string_view text);
/// A byte that is no UTF-8 becomes U+FFFD.
std::string as_utf8(std::string_view text);
/// At most `width` characters, the last an ellipsis where some are left out.
std::string cut(std::string_view text, size_t width);

/// The words of a text in lines of at most `width` columns, where no word is longer; those behind the first
/// begin with `indent` blanks. No line end after the last.
std::string filled(std::string_view text, size_t width, size_t indent = 0);

/// Columns lined up: the first to the left, the others to the right (or all to the left), two blanks between
/// them.
std::string table(const std::vector<std::vector<std::string>>& rows, bool numbers_right = true);

}  // namespace kette::cli
