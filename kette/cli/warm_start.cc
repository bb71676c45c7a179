#include "kette/cli/warm_start.h"

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/onnx/read.h"

namespace kette::cli {

void copy_weights(const std::string& path, Network& network) {
  const Model old = load_model(path);
  for (const auto& [name, tensor] : network.model.parameters) {
    const Tensor* before = old.parameters.find(name);
    if (!before || before->shape() != tensor.shape())
      fail("{}: has no parameter {} of {}; a warm start needs the same columns, --hidden and kinds of layers",
           path, data::quote(name), to_string(tensor.shape()));
  }
  network.model.parameters.copy_values(old.parameters);
}

}  // namespace kette::cli
