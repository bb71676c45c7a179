#include "kette/nn/normalization.h"

#include <array>
#include <string>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr std::array kAll = {Normalization::none, Normalization::batch, Normalization::layer};
constexpr std::array<std::string_view, kAll.size()> kNames = {"none", "batch", "layer"};

Value inverse_deviation(Value variance) { return 1.0 / sqrt(variance + kNormalizationEpsilon); }

/// μ·old + (1−μ)·next.
Value blended(Value old, Value next, double momentum) { return old * momentum + next * (1 - momentum); }

}  // namespace

std::span<const Normalization> normalizations() { return kAll; }

std::string_view to_string(Normalization normalization) { return kNames[static_cast<size_t>(normalization)]; }

Normalization parse_normalization(std::string_view name) {
  std::string choices;
  for (const Normalization one : kAll) {
    if (to_string(one) == name) return one;
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", to_string(one));
  }
  fail("[normalization] \"{}\" is unknown; expected one of {}", name, choices);
}

Value layer_normalized(Value z) {
  const Value centred = z - mean(z, {1}, true);                          // [N, units] − [N, 1]
  return centred * inverse_deviation(mean(square(centred), {1}, true));  // [N, units]·[N, 1]
}

Normalized batch_normalized(Value z, std::string_view mean_name, std::string_view variance_name,
                            const MlpForm& form) {
  if (!(form.momentum >= 0 && form.momentum < 1))
    fail("[normalization] momentum is {}; expected a number in [0, 1)", form.momentum);
  const Shape units({z.shape()[1]}, z.dtype());
  const Value running_mean = z.graph->parameter(mean_name, units),
              running_variance = z.graph->parameter(variance_name, units);
  Normalized result{.statistics = {{running_mean, {Initializer::Kind::zeros}},
                                   {running_variance, {Initializer::Kind::constant, 1}}}};
  if (form.form == Form::inference) {
    result.output = (z - running_mean) * inverse_deviation(running_variance);
    return result;
  }
  const Value batch_mean = mean(z, {0});  // [units]
  const Value centred = z - batch_mean, variance = mean(square(centred), {0});
  result.output = centred * inverse_deviation(variance);
  const Value n = count(z, {0}), one = scalar_like(n, 1);
  const Value unbiased = variance * (n / max(n - 1.0, one));
  const Value next = blended(running_variance, unbiased, form.momentum);
  result.updates = {{running_mean, blended(running_mean, batch_mean, form.momentum)},
                    {running_variance, where(greater(n, one), next, running_variance)}};
  return result;
}

}  // namespace kette
