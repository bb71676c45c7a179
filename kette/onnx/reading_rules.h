// How the numbers of a file are read; the same for all its nodes.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "kette/tensor/shape.h"

namespace kette {

struct ReadingRules {
  /// Versions of operator sets by domain; ai.onnx is "".
  std::map<std::string, int64_t, std::less<>> versions = {};
  /// The file's fixed number of rows, which becomes N; kBatch: N is open in the file. 0: every dim stays as
  /// it is.
  int64_t rows = 0;
  /// float64 becomes float32.
  bool narrow = false;
  /// Where external data are; empty: they are refused.
  std::string folder = {};
};

/// The element type of the graph for ONNX's: whole numbers are i64; half precision and bools are f32. Throws
/// Error for others.
DType element_type(int onnx_type, const ReadingRules& rules);
bool is_bool(int onnx_type);

}  // namespace kette
