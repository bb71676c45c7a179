// One element of an operation's result as a formula on single numbers, for readers: with the names of the
// operands' elements, `x[1]·W[1,2] + x[2]·W[2,2]`, and with their values, `0.5·0.2 + 1·(−0.3)`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "kette/graph/op_def.h"

namespace kette {

struct ElementFormula {
  std::string symbols, numbers;  // `numbers` is empty where there are no values
  double value = 0;              // of the formula in float64, where there are values
};

struct ElementOptions {
  /// What an element of a node is called.
  std::function<std::string(int node, int64_t element)> name;
  /// Its number; an empty function where there are none. Operands of whole numbers must have theirs.
  std::function<double(int node, int64_t element)> value;
  /// Whether an operand is written out as its own formula instead of by name; never where this is empty.
  std::function<bool(int node)> is_written_out;
  /// Of a longer sum those terms are shown that count most, and what the others are together.
  size_t most_terms = 6;
  int digits = 4;
  FormulaStyle style = FormulaStyle::plain;
};

/// Element `element` (row-major) of an operation of the graph, whose shapes must be concrete. Nothing where
/// the operation does not say what its elements are made of (argmax, count, dropout, …).
std::optional<ElementFormula> element_formula(const Graph& graph, int node, int64_t element,
                                              const ElementOptions& options);

/// Of an element-wise operation's operand of shape `from`: the element that belongs to one of the result.
int64_t broadcast_element(const Shape& from, const Shape& to, int64_t element);

}  // namespace kette
