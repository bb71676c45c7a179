// Models from the files that save_model wrote.
#pragma once

#include <string>
#include <string_view>

#include "kette/model/model.h"

namespace kette {

/// The model of which to_onnx made these bytes: of its graph what prediction and scores need; composed
/// operations come back as the operations they are composed of, and compute the same. Parameters have the
/// same bits.
///
/// Throws Error `source: …` for any other bytes: no ONNX, not written by kette, cut short, damaged, of a
/// later format. Never does anything else, whatever the bytes.
Model from_onnx(std::string_view bytes, std::string_view source = "model");

/// As from_onnx, for a file.
Model load_model(const std::string& path);

}  // namespace kette
