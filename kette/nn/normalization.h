// Normalisation between a layer's weights and its activation: every unit has about mean 0 and variance 1,
// whatever the layers below do, before a learned scale and shift.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kette/graph/update.h"
#include "kette/nn/form.h"
#include "kette/nn/parameters.h"

namespace kette {

/// batch: every unit over the samples [Ioffe & Szegedy 2015, "Batch Normalization"]; layer: every sample over
/// the units [Ba, Kiros & Hinton 2016, "Layer Normalization"].
enum class Normalization : uint8_t { none, batch, layer };

/// All of them, in the order of the enumeration.
std::span<const Normalization> normalizations();
std::string_view to_string(Normalization normalization);
/// Throws Error that lists the choices.
Normalization parse_normalization(std::string_view name);

/// Added to a variance before its root is taken.
inline constexpr double kNormalizationEpsilon = 1e-5;

/// z [N, units] less its mean, over the deviation. The variance is that of the whole population, 1/n·Σ(z−z̄)².
struct Normalized {
  Value output;                            // [N, units]
  std::vector<Parameter> statistics = {};  // running mean and variance [units], 0 and 1 at first: not trained
  std::vector<Update> updates = {};        // of the statistics; to be carried out with the training step
};

/// (z − z̄)/√(s² + ε) over the units of each sample.
Value layer_normalized(Value z);

/// (z − m)/√(v + ε). In training m and v are the mean and variance of the batch, and the running statistics
/// `mean_name` and `variance_name` follow them by form.momentum; the variance with n/(n−1) for n samples, as
/// in PyTorch, and not at all where n = 1. In inference m and v are the running statistics. Throws Error
/// unless form.momentum is in [0, 1).
Normalized batch_normalized(Value z, std::string_view mean_name, std::string_view variance_name,
                            const MlpForm& form);

}  // namespace kette
