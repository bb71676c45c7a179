// Sparse rows of numbers as LibSVM and SVMlight write them.
#pragma once

#include <string>
#include <string_view>

#include "kette/data/table.h"

namespace kette::data {

/// Whether the text begins with lines `label index:value …`.
bool is_libsvm(std::string_view head);

/// Columns "label", "x1", "x2", … up to the largest index, 0 where a row does not name one. Indices count
/// from 1 and ascend within a row; `#` begins a comment. Throws Error `source:line: …` for anything else, and
/// where the dense table would be out of proportion to the file.
Table parse_libsvm(std::string_view text, std::string source);

}  // namespace kette::data
