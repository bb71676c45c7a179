// A model's weights in the safetensors format.
#pragma once

#include <string>

#include "kette/model/model.h"

namespace kette {

/// Replaces the parameters that the file names; their shapes must be those of the model. Throws Error when
/// the file holds none of them, or one of another shape or no parameter of the model.
void load_weights(Model& model, const std::string& path);

/// All parameters by name, and the model's metadata, as to_safetensors() writes them.
std::string weights_to_safetensors(const Model& model);

}  // namespace kette
