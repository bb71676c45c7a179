// Models from ONNX files: those of kette whole, those of other tools as far as they are feed-forward
// networks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kette/model/model.h"

namespace kette {

/// What a file of another tool does not say. For files of kette all must be as here.
struct ImportOptions {
  std::optional<data::Task> task = {};  // absent: classes where the file shows them, else regression
  std::vector<std::string> columns =
      {};  // names of the features, in order; empty: they are known by position
  std::vector<std::string> targets = {};  // names
  std::vector<std::string> labels = {};   // of the classes, in order
  std::string output = {};                // the result to take, where the file has several
  double divisor = 1;                     // of every feature: 255 for a network on pixels from 0 to 1

  friend bool operator==(const ImportOptions&, const ImportOptions&) = default;
};

/// Reads what to_onnx() writes, also of earlier versions, and models of other tools (ai.onnx 1 to 25,
/// ai.onnx.ml): see foreign_model.h. Throws Error, beginning with `source`, for bytes that are no such model,
/// are cut short, hold operators that are not supported, or do not fit together.
Model from_onnx(std::string_view bytes, std::string_view source = "model", const ImportOptions& options = {});

/// The same from a file. Tensors may stand in other files of its folder.
Model load_model(const std::string& path, const ImportOptions& options = {});

}  // namespace kette
