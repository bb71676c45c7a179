// Cuts the text form of a graph into tokens, line by line, and knows the place of each for messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kette/base/error.h"

namespace kette {

/// `end` is the end of a line or of the text; `label` is `%7`; `symbol` is one of : = ( ) [ ] and the comma.
enum class TokenKind : uint8_t { end, name, quoted, label, number, symbol };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;  // as it stands
  std::string name;       // of a name, quoted text or label: what it means
  size_t at = 0;          // bytes before it

  bool is(char symbol) const { return kind == TokenKind::symbol && text.front() == symbol; }
  bool names_a_node() const {
    return kind == TokenKind::name || kind == TokenKind::quoted || kind == TokenKind::label;
  }
};

class Scanner {
 public:
  /// Both texts must outlive the scanner.
  Scanner(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  /// Moves to the next line that holds a token; false when there is none.
  bool next_line();
  /// The token that comes next in this line.
  const Token& next() const { return token_; }
  Token take();
  /// Takes the symbol if it is next.
  bool accept(char symbol);
  void expect(char symbol);
  void expect_end_of_line();

  /// `source:line:column: `; columns count characters from 1.
  std::string place(const Token& token) const;
  /// Throws Error: `source:line:column: expected …, found …`.
  [[noreturn]] void fail_at(const Token& token, std::string_view expected) const;

 private:
  void scan();
  void scan_quoted();

  std::string_view text_;
  std::string_view source_;
  size_t at_ = 0;
  Token token_;
};

}  // namespace kette
