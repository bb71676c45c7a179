#include "kette/nn/activation.h"

#include <algorithm>
#include <array>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using Kind = Initializer::Kind;

struct NamedActivation {
  Activation activation;
  std::string_view name;
  Value (*apply)(Value);
  Kind initializer;
};

constexpr std::array kNamedActivations = {
    NamedActivation{Activation::identity, "identity", [](Value z) { return z; }, Kind::glorot_uniform},
    NamedActivation{Activation::sigmoid, "sigmoid", [](Value z) { return sigmoid(z); }, Kind::glorot_uniform},
    NamedActivation{Activation::tanh, "tanh", [](Value z) { return tanh(z); }, Kind::glorot_uniform},
    NamedActivation{Activation::hardtanh, "hardtanh", [](Value z) { return hardtanh(z); },
                    Kind::glorot_uniform},
    NamedActivation{Activation::relu, "relu", [](Value z) { return relu(z); }, Kind::he_normal},
    NamedActivation{Activation::leaky_relu, "leaky_relu", [](Value z) { return leaky_relu(z); },
                    Kind::he_normal},
    NamedActivation{Activation::elu, "elu", [](Value z) { return elu(z); }, Kind::he_normal},
    NamedActivation{Activation::selu, "selu", [](Value z) { return selu(z); }, Kind::lecun_normal},
    NamedActivation{Activation::gelu, "gelu", [](Value z) { return gelu(z); }, Kind::he_normal},
    NamedActivation{Activation::silu, "silu", [](Value z) { return silu(z); }, Kind::he_normal},
    NamedActivation{Activation::softplus, "softplus", [](Value z) { return softplus(z); }, Kind::he_normal},
    NamedActivation{Activation::softsign, "softsign", [](Value z) { return softsign(z); },
                    Kind::glorot_uniform},
    NamedActivation{Activation::cube, "cube", [](Value z) { return cube(z); }, Kind::glorot_uniform},
};
static_assert(
    [] {
      for (size_t i = 0; i < kNamedActivations.size(); ++i)
        if (static_cast<size_t>(kNamedActivations[i].activation) != i) return false;
      return true;
    }(),
    "in the order of the enumeration");

constexpr auto kAllActivations = [] {
  std::array<Activation, kNamedActivations.size()> all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = kNamedActivations[i].activation;
  return all;
}();

const NamedActivation& named(Activation activation) {
  return kNamedActivations[static_cast<size_t>(activation)];
}

}  // namespace

std::span<const Activation> activations() { return kAllActivations; }

std::string_view to_string(Activation activation) { return named(activation).name; }

Activation parse_activation(std::string_view name) {
  const auto found = std::ranges::find(kNamedActivations, name, &NamedActivation::name);
  if (found != kNamedActivations.end()) return found->activation;
  std::string choices;
  for (const NamedActivation& e : kNamedActivations)
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", e.name);
  fail("[activation] \"{}\" is unknown; expected one of {}", name, choices);
}

Value apply(Activation activation, Value z) { return named(activation).apply(z); }

Initializer default_initializer(Activation activation) { return {named(activation).initializer}; }

}  // namespace kette
