#include "kette/figure/label.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "kette/base/utf8.h"

namespace kette {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// The character at the start of `text`, which is cut off; U+FFFD for one byte that begins none. Never
/// characters that XML forbids.
char32_t take_character(std::string_view& text) {
  const size_t length = character_length(text);
  const char32_t character = length > 0 ? first_character(text) : kReplacement;
  text.remove_prefix(std::max<size_t>(length, 1));
  if ((character & 0xFFFE) == 0xFFFE) return kReplacement;
  const bool is_control = character < 0x20 || (character >= 0x7F && character < 0xA0);
  return is_control ? U' ' : character;
}

void append_utf8(std::string& text, char32_t c) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    add(0xE0 | c >> 12);
    add(0x80 | (c >> 6 & 0x3F));
  } else {
    add(0xF0 | c >> 18);
    add(0x80 | (c >> 12 & 0x3F));
    add(0x80 | (c >> 6 & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

/// The text with `replacement` of each character in its place; the character itself where that is empty.
template <class F>
std::string rewritten(std::string_view text, F replacement) {
  std::string result;
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (const std::string_view other = replacement(character); !other.empty())
      result += other;
    else
      append_utf8(result, character);
  }
  return result;
}

std::string_view html_escape(char32_t character) {
  switch (character) {
    case U'&':
      return "&amp;";
    case U'<':
      return "&lt;";
    case U'>':
      return "&gt;";
    case U'"':
      return "&quot;";
    case U'\\':  // before an N it would be the node's name
      return "\\\\";
    default:
      return "";
  }
}

constexpr std::pair<char32_t, std::string_view> kLatex[] = {
    {U'\\', "\\textbackslash{}"},
    {U'{', "\\{"},
    {U'}', "\\}"},
    {U'$', "\\$"},
    {U'&', "\\&"},
    {U'#', "\\#"},
    {U'%', "\\%"},
    {U'_', "\\_"},
    {U'^', "\\textasciicircum{}"},
    {U'~', "\\textasciitilde{}"},
    {U'<', "$<$"},
    {U'>', "$>$"},
    {U'|', "$|$"},
    {U'"', "{}''{}"},
    {U'\'', "'{}"},
    {U'`', "{}`{}"},
    {U'-', "-{}"},
    {U'×', "$\\times$"},
    {U'·', "$\\cdot$"},
    {U'−', "$-$"},
    {U'∞', "$\\infty$"},
    {U'…', "\\dots{}"},
    {U'∂', "$\\partial$"},
    {U'∇', "$\\nabla$"},
    {U'≤', "$\\le$"},
    {U'≥', "$\\ge$"},
    {U'√', "$\\surd$"},
    {U'→', "$\\to$"},
    {U'Σ', "$\\Sigma$"},
    {U'∑', "$\\sum$"},
    {U'Δ', "$\\Delta$"},
    {U'½', "$\\frac12$"},
    {U'²', "$^2$"},
    {U'³', "$^3$"},
    {U'ᵀ', "$^{\\mathsf T}$"},
    {U'⊙', "$\\odot$"},
    {U'–', "--"},
    {U'—', "---"},
};
/// α to ω, without the omicron.
constexpr std::string_view kGreek[] = {"alpha",  "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                       "theta",  "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                       "",       "pi",   "rho",   "",       "sigma",   "tau",  "upsilon",
                                       "varphi", "chi",  "psi",   "omega"};

/// The letters of Latin-1 and Latin Extended-A that LaTeX composes in each of its fonts.
bool is_latin_letter(char32_t c) {
  constexpr std::u32string_view kOthers = U"×÷ÐðÞþĄąĘęĮįŲųĐđĦħĸŉŊŋŦŧĿŀſĲĳ";
  return c >= 0xC0 && c < 0x180 && kOthers.find(c) == kOthers.npos;
}

std::string latex_character(char32_t character) {
  for (const auto& [from, to] : kLatex)
    if (character == from) return std::string(to);
  if (character >= U'α' && character <= U'ω' && !kGreek[character - U'α'].empty())
    return "$\\" + std::string(kGreek[character - U'α']) + "$";
  return character < 0x80 || is_latin_letter(character) ? "" : "?";
}

}  // namespace

std::string one_line(std::string_view text) {
  return rewritten(text, [](char32_t) { return std::string_view(); });
}

std::string shortened(std::string_view text, size_t width) {
  const size_t all = width_of(text);
  if (all <= width) return std::string(text);
  const size_t front = width / 2, back = width - 1 - front;
  std::string result;
  size_t index = 0;  // of the character that the byte is a part of, from 1
  for (const char c : text) {
    index += !continues_character(c);
    if (index == front + 1 && !continues_character(c)) result += "…";
    if (index <= front || index > all - back) result += c;
  }
  return result;
}

std::string in_html(std::string_view text) { return rewritten(text, html_escape); }

std::string in_latex(std::string_view text) {
  std::string kept;
  return rewritten(text,
                   [&](char32_t character) -> std::string_view { return kept = latex_character(character); });
}

}  // namespace kette
