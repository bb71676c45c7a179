// Formulas as people type them, read into a graph: its own operations, on scalars in f64.
//
//     exp(-x^2/2)        2(x + 1)         log_10(x) + √y        c = a + b; d = b + 1; e = c·d
//
// Loosest first: comparisons (1 where true, else 0: x > 0, also < <= ≤ >= ≥ ==, and = inside brackets); + and
// −; a sign before a product, which is that of the whole product; · * × / ÷, and the product without a sign
// behind a number or bracket: 2x, 2(x + 1), 1/2x is (1/2)·x; powers ^ ** ² ³ from the right, tighter than a
// sign before them: −x^2 is −(x^2); and ( ), [ ], |x|, √x. Functions are followed by ( ): those of
// formula_functions(). Names begin with a letter (Greek, too) or _; pi, π, e, inf and nan are numbers.
// Assignments `name = formula;` before the last formula give intermediate results their names; if the last
// part is one, its value is the result.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kette/base/error.h"
#include "kette/graph/graph.h"

namespace kette {

/// What is wrong with a formula: `what()` is one line without the place.
class FormulaError : public Error {
 public:
  FormulaError(const std::string& message, size_t at) : Error(message), at_(at) {}
  /// Bytes before the place: 0 … size of the text, at the beginning of a character.
  size_t at() const { return at_; }

 private:
  size_t at_;
};

/// Appends the formula's nodes to the graph and returns the last one. A name is what was assigned to it
/// above; else the scalar f64 node of that name in the graph (so that a caller who wants a variable `e` adds
/// the input `e` first); else one of the numbers; else a new input of shape [] f64. Operations that are
/// assigned carry their name, if the node has none yet. An exponent without variables is folded to a number
/// (x^(1/2) is x^0.5). Throws FormulaError; the nodes read so far are then in the graph. Time is linear in
/// the length of the text, nested brackets, powers and signs go at most 200 deep.
Value parse_formula(std::string_view text, Graph& graph);

/// The inputs that a node depends on, in the order in which they were added.
std::vector<Value> variables_of(Value value);

/// May a variable have this name? Functions and what is no name may not; e and π may.
bool is_formula_name(std::string_view text);

/// The names of all functions, sorted.
std::vector<std::string> formula_functions();

/// The formula's line and below it a caret under the place, in columns of a terminal, both indented by two
/// blanks; tabs and line ends are shown as blanks; of a long line what stands around the place.
std::string with_caret(std::string_view text, size_t at);

}  // namespace kette
