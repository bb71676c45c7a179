#include "kette/train/network_nodes.h"

#include <array>

#include "kette/base/error.h"
#include "kette/ops/ops.h"
#include "kette/train/preparation_nodes.h"

namespace kette {
namespace {

/// Draws of the first dropout differ from those of the layers, which are numbered from 1.
constexpr uint64_t kInputDropout = 0x696e707574;  // "input"

template <class T>
T of_layer(std::string_view what, const std::vector<T>& list, size_t layer, size_t depth) {
  if (list.size() != 1 && list.size() != depth)
    fail("[network] {} {} for {} hidden layers; expected one for all, or one for each", list.size(), what,
         depth);
  return list[list.size() == 1 ? 0 : layer];
}

std::vector<LayerSpec> layers_of(const NetworkOptions& options, int64_t outputs) {
  const size_t depth = options.hidden.size();
  std::vector<LayerSpec> layers;
  for (size_t i = 0; i < depth; ++i)
    layers.push_back({.units = options.hidden[i],
                      .activation = of_layer("activations", options.activations, i, depth),
                      .initializer = options.initializer,
                      .dropout = of_layer("dropouts", options.dropout, i, depth),
                      .normalization = options.normalization});
  const bool is_squashed =
      options.output == OutputForm::sigmoid && options.target_scaling == TargetScaling::Kind::min_max;
  layers.push_back({.units = outputs,
                    .activation = is_squashed ? Activation::sigmoid : Activation::identity,
                    .initializer = options.initializer});
  return layers;
}

}  // namespace

NetworkBody add_body(Value prepared, std::span<const data::Preparation> preparation,
                     const NetworkOptions& options, int64_t outputs, std::string_view prefix,
                     const MlpForm& form) {
  FirstInputs first = first_inputs(prepared, preparation, prefix);
  if (options.input_dropout > 0 && form.form == Form::training)
    first.inputs = dropout(first.inputs, form.step, options.input_dropout,
                           static_cast<int64_t>(form.seed ^ kInputDropout));
  Mlp layers = mlp(first.inputs, layers_of(options, outputs), prefix, form);
  NetworkBody body{layers.output, std::move(first.embeddings), std::move(layers.statistics),
                   std::move(layers.updates)};
  body.parameters.insert(body.parameters.end(), layers.parameters.begin(), layers.parameters.end());
  return body;
}

}  // namespace kette
