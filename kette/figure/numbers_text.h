// Tensors in words: small ones in full, lined up at the point; large ones by what they range over.
#pragma once

#include <string>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette {

/// Four significant digits, written as in formulas: "−0.5", "12.34", "1.2e-05", "nan", "−inf"; no sign
/// of zero.
std::string number_text(double value);

/// Whether it is written out: 1 to 12 elements.
bool is_small(const Tensor& tensor);

/// A number cut before its point or exponent, so that columns can be lined up there: "12" and ".34".
struct NumberParts {
  std::string whole, rest;
};
NumberParts number_parts(double value);

/// Of a small tensor: its rows; a vector is one row, and rows of more than `most_in_row` are broken in equal
/// parts.
std::vector<std::vector<double>> rows_of(const Tensor& tensor, int64_t most_in_row = 6);

/// "min −1.2 · mean 0.03 · max 2.1" to three digits over the finite elements, then "2 nan", "1 infinite"
/// where there are any; "all 0" where they are equal; "empty". See tensor_summary.h.
std::string range_text(const Tensor& tensor);

}  // namespace kette
