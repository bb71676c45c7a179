// Cuts a formula into tokens and knows the place of each.
#pragma once

#include <cstdint>
#include <string_view>

#include "kette/base/utf8.h"

namespace kette {

/// `superscript` is a whole number like ² or ⁻¹. A symbol is one of + - * / ^ ( ) [ ] | , ; = < >, or l (≤),
/// g (≥), r (√), however it was spelled.
enum class FormulaTokenKind : uint8_t { end, number, name, superscript, symbol };

struct FormulaToken {
  FormulaTokenKind kind = FormulaTokenKind::end;
  std::string_view text;  // as it stands
  size_t at = 0;          // bytes before it
  double number = 0;      // of a number or superscript
  char symbol = 0;

  bool is(char wanted) const { return kind == FormulaTokenKind::symbol && symbol == wanted; }
  bool is_name() const { return kind == FormulaTokenKind::name; }
};

class FormulaScanner {
 public:
  /// The text must outlive the scanner. Throws FormulaError, as does take(): what comes next cannot stand in
  /// a formula.
  explicit FormulaScanner(std::string_view text) : text_(text) { scan(); }

  const FormulaToken& next() const { return token_; }
  FormulaToken take();
  /// Takes the symbol if it is next.
  bool accept(char symbol);

 private:
  void scan();
  void scan_number();
  void scan_superscript();
  bool scan_symbol();

  std::string_view text_;
  size_t at_ = 0;
  FormulaToken token_;
};

}  // namespace kette
