// The columns of a table as inputs of an ONNX graph, and what makes the matrix "features" of them: the same
// as data::encode, as far as operator set 17 reaches.
#pragma once

#include <string>
#include <vector>

#include "kette/data/feature.h"
#include "kette/onnx/graph_writer.h"

namespace kette {

/// Whether the columns are nothing but numbers: then the matrix "features" itself, f32 [N, columns] with NaN
/// where a number is missing, is the input.
bool are_numbers(const std::vector<data::Feature>& features);

/// Declares an input for each feature and writes the nodes that compute "features". Inputs have the names of
/// the columns, or `column NAME` where a node has that name.
///
/// | kind     | input                                                                                      |
/// |----------|--------------------------------------------------------------------------------------------|
/// | number   | f32 [N, 1], NaN where missing                                                              |
/// | category | string [N, 1], empty (or "?", "NA", …) where missing                                       |
/// | date     | f64 [N, 1], seconds since 1970-01-01, NaN where missing: no operator reads a date's text    |
/// | words    | string [N, M], the words of the text in lower case, as data::words_of gives them, filled up |
/// |          | with empty ones: no operator of set 17 takes a text apart                                   |
void write_columns(const std::vector<data::Feature>& features, GraphWriter& writer);

}  // namespace kette
