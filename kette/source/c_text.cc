#include "kette/source/c_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kette/graph/literal.h"

namespace kette {
namespace {

constexpr size_t kLineWidth = 110;

// Of C99 and C++20, and what common compilers and systems define in lower case.
constexpr auto kReserved = std::to_array<std::string_view>({"alignas",      "alignof",   "and",
                                                            "and_eq",       "asm",       "auto",
                                                            "bitand",       "bitor",     "bool",
                                                            "break",        "case",      "catch",
                                                            "char",         "char16_t",  "char32_t",
                                                            "char8_t",      "class",     "co_await",
                                                            "co_return",    "co_yield",  "compl",
                                                            "concept",      "const",     "const_cast",
                                                            "consteval",    "constexpr", "constinit",
                                                            "continue",     "decltype",  "default",
                                                            "delete",       "do",        "double",
                                                            "dynamic_cast", "else",      "enum",
                                                            "errno",        "explicit",  "export",
                                                            "extern",       "false",     "far",
                                                            "float",        "for",       "friend",
                                                            "goto",         "huge",      "if",
                                                            "inline",       "interface", "int",
                                                            "linux",        "long",      "mutable",
                                                            "namespace",    "near",      "new",
                                                            "noexcept",     "not",       "not_eq",
                                                            "nullptr",      "operator",  "or",
                                                            "or_eq",        "private",   "protected",
                                                            "public",       "register",  "reinterpret_cast",
                                                            "requires",     "restrict",  "return",
                                                            "short",        "signed",    "sizeof",
                                                            "small",        "static",    "static_assert",
                                                            "static_cast",  "std",       "struct",
                                                            "switch",       "template",  "this",
                                                            "thread_local", "throw",     "true",
                                                            "try",          "typedef",   "typeid",
                                                            "typename",     "typeof",    "union",
                                                            "unix",         "unsigned",  "using",
                                                            "virtual",      "void",      "volatile",
                                                            "wchar_t",      "while",     "xor",
                                                            "xor_eq"});

bool is_reserved(std::string_view text) { return std::ranges::find(kReserved, text) != kReserved.end(); }

/// Characters that turn the direction of what follows, of which compilers warn: U+202A–202E, U+2066–2069.
bool turns_text(std::string_view rest) {
  if (!rest.starts_with("\xE2\x80") && !rest.starts_with("\xE2\x81")) return false;
  if (rest.size() < 3) return false;
  const auto last = static_cast<unsigned char>(rest[2]);
  return rest[1] == '\x80' ? last >= 0xAA && last <= 0xAE : last >= 0xA6 && last <= 0xA9;
}

}  // namespace

std::string c_identifier(std::string_view text, std::string_view fallback) {
  std::string name;
  for (const char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper || (c >= 'a' && c <= 'z') || is_digit(c))
      name += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return std::string(fallback);
  if (is_digit(name.front())) name = std::string(fallback) + "_" + name;
  return is_reserved(name) ? name + '_' : name;
}

bool is_c_identifier(std::string_view text) {
  return is_plain_name(text) && text.find('.') == text.npos && !is_reserved(text);
}

std::string distinct_name(const std::string& name, std::set<std::string>& taken) {
  std::string tried = name;
  for (int number = 2; !taken.insert(tried).second; ++number) tried = fmt::format("{}_{}", name, number);
  return tried;
}

std::string_view c_type(DType dtype) {
  return dtype == DType::f32 ? "float" : dtype == DType::f64 ? "double" : "int64_t";
}

std::string c_number(double value, DType dtype) {
  if (dtype == DType::i64) return fmt::format("{}", static_cast<int64_t>(value));
  const bool narrow = dtype == DType::f32;
  if (std::isnan(value)) return narrow ? "NAN" : "(double)NAN";
  if (std::isinf(value)) return fmt::format("{}{}INFINITY", value < 0 ? "-" : "", narrow ? "" : "(double)");
  std::string digits = narrow ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return narrow ? digits + "f" : digits;
}

std::string c_array(const Tensor& tensor) {
  std::string text = "{", line;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const std::string number = c_number(tensor.at(i), tensor.dtype());
    if (line.size() + number.size() + 2 > kLineWidth) {
      line.pop_back();
      text += "\n  " + line;
      line.clear();
    }
    line += number + (i + 1 < tensor.size() ? ", " : "");
  }
  return text + (text.size() > 1 ? "\n  " : "") + line + "}";
}

std::string c_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == '?')  // "??" may begin a trigraph
      result += {'\\', c};
    else if (byte < 0x20 || byte >= 0x7F)
      result += fmt::format("\\{:03o}", byte);
    else
      result += c;
  }
  return result + '"';
}

std::string in_comment(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!turns_text(text.substr(i))) {
      shown += text[i];
    } else {
      shown += '?';
      i += 2;
    }
  }
  return in_quotes(shown);
}

std::string indented(std::string_view text, int columns) {
  const std::string blanks(static_cast<size_t>(columns), ' ');
  std::string result;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') result += blanks;
    result += c;
    at_start = c == '\n';
  }
  return result;
}

}  // namespace kette
