#include "kette/base/error.h"
#include "kette/data/read_options.h"
#include "kette/data/table.h"

namespace kette::data {

std::string delimiter_name(char delimiter) {
  switch (delimiter) {
    case ',':
      return "comma";
    case '\t':
      return "tab";
    case ';':
      return "semicolon";
    case '|':
      return "bar";
    case '~':
      return "tilde";
    case ' ':
      return "blank";
    case '\x01':
      return "\\x01";
    default:
      return quote(std::string_view(&delimiter, 1));
  }
}

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return "UTF-8";
    case Encoding::utf16_le:
      return "UTF-16 (little-endian)";
    case Encoding::utf16_be:
      return "UTF-16 (big-endian)";
    case Encoding::windows_1252:
      return "Windows-1252";
  }
  return "";
}

std::string to_string(const Dialect& dialect) {
  return fmt::format("{}-separated, {}{}, {}", delimiter_name(dialect.delimiter),
                     dialect.header ? "header line" : "no header line",
                     dialect.quotes ? "" : ", quotes are ordinary characters", to_string(dialect.encoding));
}

}  // namespace kette::data
