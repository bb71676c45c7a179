// Training that goes on with the weights of another model.
#pragma once

#include <string>

#include "kette/train/build.h"

namespace kette::cli {

/// The parameters of the model at `path`. Throws Error unless it has all of the network's, in their shapes.
void copy_weights(const std::string& path, Network& network);

}  // namespace kette::cli
