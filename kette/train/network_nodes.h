// The nodes of a network between the prepared features and the prediction.
#pragma once

#include <string_view>
#include <vector>

#include "kette/train/build.h"

namespace kette {

struct NetworkBody {
  Value outputs;  // [N, outputs] of the last layer
  std::vector<Parameter> parameters, statistics;
  std::vector<Update> updates;
};

/// Embeddings and layers behind `prepared`, in the given form, names after `prefix`.
NetworkBody add_body(Value prepared, std::span<const data::Preparation> preparation,
                     const NetworkOptions& options, int64_t outputs, std::string_view prefix,
                     const MlpForm& form);

}  // namespace kette
