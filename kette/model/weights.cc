#include "kette/model/weights.h"

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/model/safetensors.h"

namespace kette {

void load_weights(Model& model, const std::string& path) {
  const Safetensors file = load_safetensors(path);
  if (file.tensors.size() == 0) fail("{}: holds no tensors", path);
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor* own = model.parameters.find(name);
    if (!own) fail("{}: the model has no parameter {}", path, data::quote(name));
    if (!own->shape().same_dims(tensor.shape()))
      fail("{}: {} is {}; the model's is {}", path, data::quote(name), dims_to_string(tensor.shape()),
           dims_to_string(own->shape()));
  }
  for (const auto& [name, tensor] : file.tensors) {
    Tensor& own = model.parameters.at(name);
    for (int64_t i = 0; i < own.size(); ++i) own.set(i, tensor.at(i));
  }
}

std::string weights_to_safetensors(const Model& model) {
  return to_safetensors({.tensors = model.parameters, .metadata = model.metadata});
}

}  // namespace kette
