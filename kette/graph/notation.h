// How an operation is written in formulas for readers, in plain text and in LaTeX.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kette {

class Attributes;

/// How tightly the outermost operation of a formula binds, loosest first: x > 0, −x, a + b, a·b, x², f(x).
enum class Binding : uint8_t { relation, negation, sum, product, power, atom };

enum class FormulaStyle : uint8_t { plain, latex };

/// A formula with places. {0}, {1}, … stand for operands, {,} for all of them with commas between, and {name}
/// for an attribute of that name; other braces are text. Behind the digit stands how tightly an operand must
/// bind to need no brackets: {0?} a relation, {0} or {0-} a negation, {0+} a sum, {0*} a product, {0^} a
/// power, {0!} an atom.
struct NotationForm {
  std::string_view text;
  Binding binding = Binding::atom;
};

/// Plain text is such that `parse_formula` (symbolic/formula.h) reads it back where the operation can stand
/// in what it reads: all element-wise ones.
struct Notation {
  NotationForm plain;
  NotationForm latex = {};  // an empty text: as plain
  /// What books call the rule of its derivative: "power rule"; empty: the operation's name says it.
  std::string_view rule = "";
  /// Makes the text where it depends on attributes or on the number of operands; it binds as `plain` says.
  std::string (*write)(const Attributes&, size_t operands, FormulaStyle) = nullptr;

  bool is_there() const { return !plain.text.empty() || write; }
};

}  // namespace kette
