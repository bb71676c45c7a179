#include "kette/symbolic/formula_tokens.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kette/graph/literal.h"
#include "kette/symbolic/formula.h"

namespace kette {
namespace {

struct Spelling {
  std::string_view text;
  char symbol;
};
// Longer ones before those that they begin with.
constexpr Spelling kSpellings[] = {{"**", '^'}, {"<=", 'l'}, {">=", 'g'}, {"==", '='}, {"+", '+'}, {"-", '-'},
                                   {"*", '*'},  {"/", '/'},  {"^", '^'},  {"(", '('},  {")", ')'}, {"[", '['},
                                   {"]", ']'},  {"|", '|'},  {",", ','},  {";", ';'},  {"=", '='}, {"<", '<'},
                                   {">", '>'},  {"−", '-'},  {"–", '-'},  {"·", '*'},  {"×", '*'}, {"⋅", '*'},
                                   {"÷", '/'},  {"≤", 'l'},  {"≥", 'g'},  {"√", 'r'}};

constexpr std::string_view kSuperscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The digit of a superscript at the beginning, or −1.
int superscript(std::string_view text) {
  for (int digit = 0; digit < 10; ++digit)
    if (text.starts_with(kSuperscripts[digit])) return digit;
  return -1;
}

char32_t code_point(std::string_view text, size_t length) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (length == 1) return byte(0);
  char32_t code = byte(0) & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) code = code << 6 | (byte(i) & 0x3Fu);
  return code;
}

/// ASCII, Latin and Greek letters.
bool begins_name(char32_t code) {
  if (code < 0x80) return is_letter(static_cast<char>(code));
  return (code >= 0xC0 && code <= 0x24F && code != 0xD7 && code != 0xF7) || (code >= 0x370 && code <= 0x3FF);
}

/// Digits and subscripts, too.
bool continues_name(char32_t code) {
  return begins_name(code) || (code < 0x80 && is_digit(static_cast<char>(code))) ||
         (code >= 0x2080 && code <= 0x209C);
}

}  // namespace

FormulaToken FormulaScanner::take() {
  const FormulaToken taken = token_;
  scan();
  return taken;
}

bool FormulaScanner::accept(char symbol) {
  if (!token_.is(symbol)) return false;
  take();
  return true;
}

void FormulaScanner::scan() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  token_ = {};
  token_.at = at_;
  const std::string_view rest = text_.substr(at_);
  if (rest.empty()) return;
  if (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1]))) return scan_number();
  const size_t length = character_length(rest);
  if (length == 0) throw FormulaError("this byte is no UTF-8", at_);
  if (superscript(rest) >= 0 || rest.starts_with("⁻")) return scan_superscript();
  if (scan_symbol()) return;
  if (!begins_name(code_point(rest, length)))
    throw FormulaError(length == 1 && (rest[0] < ' ' || rest[0] == 0x7F)
                           ? "a control character cannot stand in a formula"
                           : fmt::format("{} cannot stand in a formula", rest.substr(0, length)),
                       at_);
  size_t end = length;
  while (const size_t more = character_length(rest.substr(end))) {
    if (!continues_name(code_point(rest.substr(end), more))) break;
    end += more;
  }
  token_.kind = FormulaTokenKind::name;
  token_.text = rest.substr(0, end);
  at_ += end;
}

// The e of an exponent belongs to the number only if digits follow: 2e is a product.
void FormulaScanner::scan_number() {
  const std::string_view rest = text_.substr(at_);
  const auto digits = [&](size_t from) {
    while (from < rest.size() && is_digit(rest[from])) ++from;
    return from;
  };
  size_t end = digits(0);
  if (end < rest.size() && rest[end] == '.') end = digits(end + 1);
  if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
    const size_t sign = end + 1 < rest.size() && (rest[end + 1] == '+' || rest[end + 1] == '-') ? 1 : 0;
    const size_t last = digits(end + 1 + sign);
    if (last > end + 1 + sign) end = last;
  }
  token_.kind = FormulaTokenKind::number;
  token_.text = rest.substr(0, end);
  const std::optional<double> number = read_literal<double>(token_.text);
  if (!number || !std::isfinite(*number))
    throw FormulaError("this number is too large or too small to be held", at_);
  token_.number = *number;
  at_ += end;
}

void FormulaScanner::scan_superscript() {
  const size_t begin = at_;
  const bool negative = text_.substr(at_).starts_with("⁻");
  if (negative) at_ += std::string_view("⁻").size();
  double number = 0;
  int digits = 0;
  for (int digit = superscript(text_.substr(at_)); digit >= 0;
       digit = superscript(text_.substr(at_)), ++digits) {
    number = number * 10 + digit;
    at_ += kSuperscripts[digit].size();
  }
  if (digits == 0) throw FormulaError("a superscript number needs digits", begin);
  if (digits > 15) throw FormulaError("this number is too large", begin);
  token_.kind = FormulaTokenKind::superscript;
  token_.text = text_.substr(begin, at_ - begin);
  token_.number = negative ? -number : number;
}

bool FormulaScanner::scan_symbol() {
  const std::string_view rest = text_.substr(at_);
  const auto found =
      std::ranges::find_if(kSpellings, [&](const Spelling& s) { return rest.starts_with(s.text); });
  if (found == std::end(kSpellings)) return false;
  token_.kind = FormulaTokenKind::symbol;
  token_.symbol = found->symbol;
  token_.text = rest.substr(0, found->text.size());
  at_ += found->text.size();
  return true;
}

std::string with_caret(std::string_view text, size_t at) {
  constexpr size_t kBefore = 40, kWidth = 72;
  std::vector<std::string> characters;
  size_t column = 0;
  for (size_t byte = 0; byte < text.size();) {
    if (byte <= at) column = characters.size();
    const size_t length = character_length(text.substr(byte));
    const bool is_shown = length > 0 && static_cast<unsigned char>(text[byte]) >= 0x20 && text[byte] != 0x7F;
    characters.emplace_back(length == 0 ? "?" : is_shown ? text.substr(byte, length) : " ");
    byte += std::max<size_t>(length, 1);
  }
  if (at >= text.size()) column = characters.size();
  const size_t first = column > kBefore + 10 ? column - kBefore : 0;
  const size_t last = std::min(characters.size(), first + kWidth);
  std::string line;
  for (size_t i = first; i < last; ++i) line += characters[i];
  return fmt::format("  {}{}{}\n  {}^", first > 0 ? "…" : "", line, last < characters.size() ? "…" : "",
                     std::string(column - first + (first > 0 ? 1 : 0), ' '));
}

}  // namespace kette
