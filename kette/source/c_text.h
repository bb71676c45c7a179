// Names, numbers and texts as they stand in C and C++ source.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "kette/tensor/tensor.h"

namespace kette {

/// The words of a text in lower case, joined by _: "Year built (AD)" → year_built_ad. `fallback` where it has
/// none; with it before a leading digit; with _ behind keywords of C and C++.
std::string c_identifier(std::string_view text, std::string_view fallback);
/// Letters, digits and _, no digit first, no keyword.
bool is_c_identifier(std::string_view text);
/// The name, with _2, _3, … where it is taken; takes it.
std::string distinct_name(const std::string& name, std::set<std::string>& taken);

/// "float", "double", "int64_t"
std::string_view c_type(DType dtype);
/// The shortest digits that a compiler reads as the same number, with the suffix of its type.
std::string c_number(double value, DType dtype);
/// The elements of a tensor, in lines, between braces.
std::string c_array(const Tensor& tensor);

/// In double quotes; only ASCII stands for itself.
std::string c_string(std::string_view text);
/// In double quotes, for a comment; never ends or continues it.
std::string in_comment(std::string_view text);
/// Every line but empty ones moved to the right.
std::string indented(std::string_view text, int columns);

}  // namespace kette
