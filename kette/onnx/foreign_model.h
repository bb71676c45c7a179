// Feed-forward networks that other tools wrote.
#pragma once

#include <string>

#include "kette/model/model.h"
#include "kette/onnx/read.h"
#include "kette/onnx/reading_rules.h"

namespace onnx {
class ModelProto;
}

namespace kette {

/// Every column of the file's inputs becomes a feature, every float initialiser that learned_values() names a
/// parameter. The number of rows is freed where the file fixes it; float64 becomes float32. Classes are
/// recognised by a softmax or sigmoid at the end, or by labels in the file; their scores are what stands
/// before it, so that training can go on.
///
/// Throws Error for inputs that are no numbers, no output of numbers, operators that are not supported (all
/// of them), options that do not fit, and for whatever read_graph() refuses.
Model foreign_model(const ::onnx::ModelProto& proto, const ImportOptions& options, ReadingRules rules);

}  // namespace kette
