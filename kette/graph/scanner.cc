#include "kette/graph/scanner.h"

#include <algorithm>
#include <utility>

#include "kette/graph/literal.h"

namespace kette {
namespace {

bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '.'; }
bool continues_a_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The first characters, in quotes.
std::string excerpt(std::string_view text) {
  size_t length = std::min<size_t>(text.size(), 40);
  while (length < text.size() && length > 0 && continues_a_character(text[length])) --length;
  return in_quotes(text.substr(0, length)) + (length < text.size() ? "…" : "");
}

}  // namespace

bool Scanner::next_line() {
  for (scan(); token_.kind == TokenKind::end; scan()) {
    if (at_ == text_.size()) return false;
    ++at_;  // the line feed
  }
  return true;
}

Token Scanner::take() {
  Token taken = std::move(token_);
  scan();
  return taken;
}

bool Scanner::accept(char symbol) {
  if (!token_.is(symbol)) return false;
  scan();
  return true;
}

void Scanner::expect(char symbol) {
  if (!accept(symbol)) fail_at(token_, fmt::format("\"{}\"", symbol));
}

void Scanner::expect_end_of_line() {
  if (token_.kind != TokenKind::end) fail_at(token_, "the end of the line");
}

std::string Scanner::place(const Token& token) const {
  const std::string_view before = text_.substr(0, token.at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const size_t feed = before.rfind('\n');
  const std::string_view same_line = feed == before.npos ? before : before.substr(feed + 1);
  const auto column = std::ranges::count_if(same_line, [](char c) { return !continues_a_character(c); }) + 1;
  return fmt::format("{}:{}:{}: ", source_, line, column);
}

void Scanner::fail_at(const Token& token, std::string_view expected) const {
  std::string found = excerpt(token.text);
  if (token.kind == TokenKind::end)
    found = token.at == text_.size() ? "the end of the text" : "the end of the line";
  fail("{}expected {}, found {}", place(token), expected, found);
}

void Scanner::scan() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  if (at_ < text_.size() && text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  token_ = {.at = at_};
  if (at_ == text_.size() || text_[at_] == '\n') return;

  const char first = text_[at_];
  if (first == '"') return scan_quoted();
  size_t end = at_ + 1;
  if (is_letter(first) || first == '%') {
    token_.kind = first == '%' ? TokenKind::label : TokenKind::name;
    while (end < text_.size() && (first == '%' ? is_digit(text_[end]) : is_word(text_[end]))) ++end;
  } else if (is_digit(first) || first == '-' || first == '+' || first == '.') {
    token_.kind = TokenKind::number;
    const auto is_exponent_sign = [&] {
      return (text_[end] == '-' || text_[end] == '+') && (text_[end - 1] == 'e' || text_[end - 1] == 'E');
    };
    while (end < text_.size() && (is_word(text_[end]) || is_exponent_sign())) ++end;
  } else {
    token_.kind = TokenKind::symbol;
    while (end < text_.size() && continues_a_character(text_[end])) ++end;
  }
  token_.text = text_.substr(at_, end - at_);
  token_.name = token_.text;
  if (token_.kind == TokenKind::label && token_.text.size() == 1) fail_at(token_, "a number after %");
  if (token_.kind == TokenKind::symbol && std::string_view(":=()[],").find(first) == std::string_view::npos)
    fail_at(token_, "a name, a number or one of : = ( ) [ ] ,");
  at_ = end;
}

void Scanner::scan_quoted() {
  token_.kind = TokenKind::quoted;
  size_t at = at_ + 1;
  const auto peek = [&](size_t i) { return i < text_.size() ? text_[i] : '\n'; };
  for (; peek(at) != '"'; ++at) {
    if (peek(at) == '\n') fail_at({.at = at}, "a closing quote");
    if (peek(at) != '\\') {
      token_.name += peek(at);
      continue;
    }
    const char escaped = peek(++at);
    if (escaped == 'x' && hex_digit(peek(at + 1)) >= 0 && hex_digit(peek(at + 2)) >= 0) {
      token_.name += static_cast<char>(hex_digit(peek(at + 1)) * 16 + hex_digit(peek(at + 2)));
      at += 2;
    } else if (escaped == '"' || escaped == '\\') {
      token_.name += escaped;
    } else if (escaped == 'n' || escaped == 'r' || escaped == 't') {
      token_.name += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : '\t';
    } else {
      const Token wrong{.kind = TokenKind::quoted, .text = text_.substr(at - 1, 2), .at = at - 1};
      fail_at(wrong, R"(one of the escapes \" \\ \n \r \t \xHH)");
    }
  }
  token_.text = text_.substr(at_, at + 1 - at_);
  at_ = at + 1;
}

}  // namespace kette
