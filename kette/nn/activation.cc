#include "kette/nn/activation.h"

#include <algorithm>
#include <array>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using Kind = Initializer::Kind;

struct Entry {
  Activation activation;
  std::string_view name;
  Value (*apply)(Value);
  Kind initializer;
};

constexpr std::array kEntries = {
    Entry{Activation::identity, "identity", [](Value z) { return z; }, Kind::glorot_uniform},
    Entry{Activation::sigmoid, "sigmoid", [](Value z) { return sigmoid(z); }, Kind::glorot_uniform},
    Entry{Activation::tanh, "tanh", [](Value z) { return tanh(z); }, Kind::glorot_uniform},
    Entry{Activation::hardtanh, "hardtanh", [](Value z) { return hardtanh(z); }, Kind::glorot_uniform},
    Entry{Activation::relu, "relu", [](Value z) { return relu(z); }, Kind::he_normal},
    Entry{Activation::leaky_relu, "leaky_relu", [](Value z) { return leaky_relu(z); }, Kind::he_normal},
    Entry{Activation::elu, "elu", [](Value z) { return elu(z); }, Kind::he_normal},
    Entry{Activation::selu, "selu", [](Value z) { return selu(z); }, Kind::lecun_normal},
    Entry{Activation::gelu, "gelu", [](Value z) { return gelu(z); }, Kind::he_normal},
    Entry{Activation::silu, "silu", [](Value z) { return silu(z); }, Kind::he_normal},
    Entry{Activation::softplus, "softplus", [](Value z) { return softplus(z); }, Kind::he_normal},
    Entry{Activation::softsign, "softsign", [](Value z) { return softsign(z); }, Kind::glorot_uniform},
    Entry{Activation::cube, "cube", [](Value z) { return cube(z); }, Kind::glorot_uniform},
};
static_assert(
    [] {
      for (size_t i = 0; i < kEntries.size(); ++i)
        if (static_cast<size_t>(kEntries[i].activation) != i) return false;
      return true;
    }(),
    "in the order of the enumeration");

constexpr auto kActivations = [] {
  std::array<Activation, kEntries.size()> all{};
  for (size_t i = 0; i < all.size(); ++i) all[i] = kEntries[i].activation;
  return all;
}();

const Entry& entry(Activation activation) { return kEntries[static_cast<size_t>(activation)]; }

}  // namespace

std::span<const Activation> activations() { return kActivations; }

std::string_view to_string(Activation activation) { return entry(activation).name; }

Activation parse_activation(std::string_view name) {
  const auto found = std::ranges::find(kEntries, name, &Entry::name);
  if (found != kEntries.end()) return found->activation;
  std::string choices;
  for (const Entry& e : kEntries) choices += fmt::format("{}{}", choices.empty() ? "" : ", ", e.name);
  fail("[activation] \"{}\" is unknown; expected one of {}", name, choices);
}

Value apply(Activation activation, Value z) { return entry(activation).apply(z); }

Initializer default_initializer(Activation activation) { return {entry(activation).initializer}; }

}  // namespace kette
