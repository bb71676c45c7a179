// Nodes of a graph as formulas for readers: `exp(−x²/2)`, or LaTeX `e^{-\frac{x^2}{2}}`. How an operation is
// written stands in its definition (graph/notation.h).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "kette/graph/op_def.h"

namespace kette {

/// A piece of a formula and how tightly it binds, which decides about brackets around it.
struct Infix {
  std::string text;
  Binding binding = Binding::atom;
};

struct InfixOptions {
  FormulaStyle style = FormulaStyle::plain;
  /// Asked for every node below the one printed: what stands for it there (a symbol, a number), so that
  /// printing stops. Nothing: it is written out.
  std::function<std::optional<Infix>(Value)> stands_for = {};
  /// Significant digits of numbers; 0: the shortest that give the same number.
  int digits = 0;
  /// Where the formula is longer (in bytes), or nested thousands deep, `…` (in LaTeX \dots)
  /// stands for what is left out, and brackets are closed: a graph may hold many more paths than nodes.
  size_t most = 4000;
};

/// The formula of a node with as few brackets as show its structure. Plain text of scalar nodes is read back
/// by parse_formula to the same values. Constants of more than one element are written by name or `const`.
/// Does not recurse; linear in `most`.
std::string infix(Value value, const InfixOptions& options = {});

/// The same, with the binding of its outermost operation: for `stands_for`, and places in larger formulas.
Infix infix_piece(Value value, const InfixOptions& options = {});

/// `stands_for` of one operation's formula: operands are written by their names, or `%id`.
std::optional<Infix> by_name(Value value, FormulaStyle style = FormulaStyle::plain);

/// A number as it stands in a formula: `0.5`, `−3`, `inf`, in LaTeX `1.5 \cdot 10^{-7}`.
Infix infix_number(double value, FormulaStyle style = FormulaStyle::plain, int digits = 0);

/// A name as it stands in a formula: as it is, in LaTeX `x_{1}`, `\alpha`, `\mathit{rate}`.
std::string infix_name(std::string_view name, FormulaStyle style = FormulaStyle::plain);

/// In brackets if it binds less tightly than `at_least`: ( ), or [ ] around a relation: 1 if it holds, else
/// 0.
std::string bracketed(const Infix& piece, Binding at_least, FormulaStyle style = FormulaStyle::plain);

}  // namespace kette
